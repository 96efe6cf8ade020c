package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.SchemaPruning;
import dev.windlass.apiserver.internal.schema.SchemaValidation;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** What a kind's structure makes of an object: unknown fields go, defaults come, and what does not fit is told. */
final class Shapes {

    /**
     * Prunes and fills in defaults.
     *
     * @return what was unknown
     */
    List<String> admit(ObjectNode object, ResourceType type) {
        List<String> unknown = new ArrayList<>();
        CustomVersion custom = type.custom();
        if (custom != null && custom.schema() != null) {
            if (!custom.preserveUnknown()) {
                SchemaPruning.prune(object, custom.schema(), unknown);
            }
            SchemaPruning.fillDefaults(object, custom.schema());
        }
        return unknown;
    }

    List<FieldError> validate(ObjectNode object, ResourceType type) {
        CustomVersion custom = type.custom();
        return custom != null && custom.schema() != null
                ? SchemaValidation.validate(object, custom.schema())
                : List.of();
    }
}
