package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** A sub-resource that shows a whole object and through which a part of what is wanted of it is changed. Stateless. */
public interface Part {

    /** Does what admission does before others are asked about what is sent. */
    default void admit(ObjectNode desired, ObjectNode old) {
    }

    /**
     * What is sent, over what is there; neither is changed.
     *
     * @return a new object
     */
    ObjectNode merge(ObjectNode old, ObjectNode desired);

    /** Who manages what counts, and of which object this is said. */
    static void copyMetadata(ObjectNode from, ObjectNode to) {
        Json.share("managedFields", Metadata.of(from), Metadata.of(to));
        if (!Metadata.uid(from).isEmpty()) {
            Json.share("uid", Metadata.of(from), Metadata.of(to));
        }
    }

    /** Adds what is wrong with an object that has been merged. */
    void validate(ObjectNode object, ObjectNode old, List<FieldError> errors);
}
