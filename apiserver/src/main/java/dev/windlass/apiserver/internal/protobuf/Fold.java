package dev.windlass.apiserver.internal.protobuf;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How a message is something else than an object in JSON: a time, an amount, JSON itself. Stateless. */
interface Fold {
    /**
     * The value in JSON.
     *
     * @param fields
     *            as they came, also those that are empty
     * @return null for what JSON leaves out
     */
    @Nullable
    JsonNode fold(ObjectNode fields);

    /** The fields of the message of a value, which may be null; a message without fields has no bytes. */
    ObjectNode unfold(JsonNode value);
}
