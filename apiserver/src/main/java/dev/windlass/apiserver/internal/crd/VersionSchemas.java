package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.SchemaPruning;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The schemas of a definition's versions. Immutable. */
final class VersionSchemas {
    /** By the API version, of those that have one. */
    private final Map<String, ObjectNode> schemas = new HashMap<>();
    private final String stored;
    private final boolean preserveUnknown;

    /** @param spec of the definition */
    VersionSchemas(JsonNode spec) {
        String storedVersion = "";
        for (JsonNode version : spec.path("versions")) {
            String apiVersion = Json.textOrEmpty(spec, "group") + "/" + Json.textOrEmpty(version, "name");
            ObjectNode schema = Json.objectAt(version, "schema", "openAPIV3Schema");
            if (schema != null) {
                schemas.put(apiVersion, schema);
            }
            if (Json.flag(version, false, "storage")) {
                storedVersion = apiVersion;
            }
        }
        this.stored = storedVersion;
        this.preserveUnknown = Json.flag(spec, false, "preserveUnknownFields");
    }

    /** Drops what this version does not know; what is to be stored gets its defaults, since it is read with them. */
    void fit(ObjectNode object, String apiVersion) {
        ObjectNode schema = schemas.get(apiVersion);
        if (schema == null) {
            return;
        }
        if (!preserveUnknown) {
            SchemaPruning.prune(object, schema, new ArrayList<>());
            SchemaPruning.pruneNulls(object, schema);
        }
        if (apiVersion.equals(stored)) {
            SchemaPruning.fillDefaults(object, schema);
        }
    }
}
