package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What several built-in kinds are checked for. Stateless. */
final class Checks {
    private static final Pattern CONFIG_KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final int MAX_KEY = 253;

    private Checks() {
    }

    /** Keys of a config map or secret. */
    static void configKeys(@Nullable JsonNode data, String path, List<FieldError> errors) {
        if (data == null) {
            return;
        }
        for (Map.Entry<String, JsonNode> entry : data.properties()) {
            String at = path + "[" + entry.getKey() + "]";
            configKey(entry.getKey()).forEach(problem -> errors.add(FieldError.invalid(at, entry.getKey(), problem)));
        }
    }

    /** What is wrong with a key of a config map or secret. */
    static List<String> configKey(String key) {
        List<String> problems = new ArrayList<>();
        if (key.length() > MAX_KEY) {
            problems.add("must be no more than " + MAX_KEY + " characters");
        }
        if (!CONFIG_KEY.matcher(key).matches()) {
            problems.add(
                    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or"
                            + " 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
        }
        if (key.equals(".") || key.equals("..")) {
            problems.add("must not be '" + key + "'");
        } else if (key.startsWith("..")) {
            problems.add("must not start with '..'");
        }
        return problems;
    }

    /** Once something is marked immutable, its mark and its data stay. */
    static void immutableData(JsonNode now, @Nullable JsonNode before, List<String> fields,
            Predicate<String> emptyIsNone, List<FieldError> errors) {
        if (before == null || !Json.flag(before, false, "immutable")) {
            return;
        }
        if (!Json.flag(now, false, "immutable")) {
            errors.add(FieldError.forbidden("immutable", "field is immutable when `immutable` is set"));
        }
        for (String field : fields) {
            JsonNode data = now.get(field);
            JsonNode old = before.get(field);
            if (emptyIsNone.test(field) ? !Json.alike(data, old) : !Json.same(data, old)) {
                errors.add(FieldError.forbidden(field, "field is immutable when `immutable` is set"));
            }
        }
    }
}
