package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.kind.Conversion;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes the name of the version, and drops what the other version does not know. Immutable. */
final class NameConversion implements Conversion {
    private final VersionSchemas schemas;

    /** @param spec of the definition */
    NameConversion(JsonNode spec) {
        this.schemas = new VersionSchemas(spec);
    }

    @Override
    public List<ObjectNode> convert(List<ObjectNode> objects, String apiVersion) {
        return objects.stream().map(object -> {
            ObjectNode out = object.deepCopy().put("apiVersion", apiVersion);
            schemas.fit(out, apiVersion);
            return out;
        }).toList();
    }
}
