package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** Which tolerations make others redundant. Stateless. */
final class Tolerations {
    private Tolerations() {
    }

    /** Those of both lists, without each that another one includes. */
    static ArrayNode merged(JsonNode first, JsonNode second) {
        List<JsonNode> all = new ArrayList<>();
        first.forEach(all::add);
        second.forEach(all::add);
        ArrayNode merged = Json.array();
        for (int i = 0; i < all.size(); i++) {
            JsonNode each = all.get(i);
            // Of equal ones the first stays.
            boolean redundant = merged.valueStream().anyMatch(kept -> includes(kept, each))
                    || all.subList(i + 1, all.size()).stream()
                            .anyMatch(later -> !Json.alike(each, later) && includes(later, each));
            if (!redundant) {
                merged.add(each);
            }
        }
        return merged;
    }

    /** Whether one tolerates all that another does. */
    private static boolean includes(JsonNode one, JsonNode other) {
        if (Json.alike(one, other)) {
            return true;
        }
        String operator = Json.textOrEmpty(one, "operator");
        String key = Json.textOrEmpty(one, "key");
        String effect = Json.textOrEmpty(one, "effect");
        boolean sameKey = key.equals(Json.textOrEmpty(other, "key")) || (key.isEmpty() && operator.equals("Exists"));
        boolean sameEffect = effect.isEmpty() || effect.equals(Json.textOrEmpty(other, "effect"));
        if (!sameKey || !sameEffect || (effect.equals("NoExecute") && !lastsAsLong(one, other))) {
            return false;
        }
        return switch (operator) {
            case "", "Equal" -> Json.textOrEmpty(other, "operator").equals("Equal")
                    && Json.textOrEmpty(one, "value").equals(Json.textOrEmpty(other, "value"));
            case "Exists" -> true;
            default -> false;
        };
    }

    /** Without a time it lasts for ever. */
    private static boolean lastsAsLong(JsonNode one, JsonNode other) {
        return !one.has("tolerationSeconds") || (other.has("tolerationSeconds")
                && Json.number(other, 0, "tolerationSeconds") <= Json.number(one, 0, "tolerationSeconds"));
    }
}
