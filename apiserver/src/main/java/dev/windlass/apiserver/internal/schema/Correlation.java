package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Which item of the old list is the same as one of the new. Stateless. */
public final class Correlation {
    private Correlation() {
    }

    /** @return null when there is none, or the list does not tell its items apart by what they say */
    public static @Nullable JsonNode item(JsonNode item, @Nullable JsonNode oldList, JsonNode schema) {
        if (oldList == null || !Json.textOrEmpty(schema, "x-kubernetes-list-type").equals("map")) {
            return null;
        }
        for (JsonNode candidate : oldList) {
            boolean same = true;
            for (JsonNode key : schema.path("x-kubernetes-list-map-keys")) {
                String name = key.stringValue("");
                same &= Json.same(candidate.get(name), item.get(name));
            }
            if (same) {
                return candidate;
            }
        }
        return null;
    }
}
