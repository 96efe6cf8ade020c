package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Which objects a quota is for, by one of their properties. Immutable. */
record ScopeSelector(String scope, String operator, List<String> values) {
    private static final String EXISTS = "Exists";

    /** All that the specification of a quota has. */
    static List<ScopeSelector> allOf(JsonNode spec) {
        List<ScopeSelector> found = new ArrayList<>();
        Json.texts(spec.path("scopes")).forEach(scope -> found.add(new ScopeSelector(scope, EXISTS, List.of())));
        for (JsonNode each : spec.path("scopeSelector").path("matchExpressions")) {
            found.add(new ScopeSelector(Json.textOrEmpty(each, "scopeName"), Json.textOrEmpty(each, "operator"),
                    Json.texts(each.path("values"))));
        }
        return found;
    }

    /**
     * Whether an object is meant that has one of the names that the scope is about.
     *
     * @param name
     *            null when it has none
     */
    boolean matchesName(@Nullable String name) {
        return switch (operator) {
            case "In" -> name != null && values.contains(name);
            case "NotIn" -> name == null || !values.contains(name);
            case EXISTS -> name != null;
            default -> name == null;
        };
    }
}
