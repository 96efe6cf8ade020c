package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The part of JSONPath that printer columns use: fields, indices, slices, {@code [*]} and {@code [?(@.field=="value")]}. Immutable. */
final class JsonPath {
    private static final Pattern FILTER = Pattern
            .compile("\\?\\(\\s*@\\.([^=!\\s]+)\\s*(==|!=)\\s*(['\"]?)(.*?)\\3\\s*\\)");

    private static final Pattern SLICE = Pattern.compile("(-?\\d{0,9})(:-?\\d{0,9})?(:-?\\d{0,9})?");

    private final List<Step> steps = new ArrayList<>();

    private sealed interface Step {
        record Field(String name) implements Step {
        }

        /** @param end negative: from the end on; null: to the end */
        record Slice(int start, @Nullable Integer end, int step) implements Step {
        }

        record All() implements Step {
        }

        record Where(List<String> path, boolean equal, String value) implements Step {
        }
    }

    private JsonPath() {
    }

    static JsonPath parse(String text) {
        JsonPath path = new JsonPath();
        StringBuilder field = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                field.append(text.charAt(++i));
            } else if (c == '.') {
                path.addField(field);
            } else if (c == '[') {
                path.addField(field);
                int end = closing(text, i);
                path.steps.add(bracket(text.substring(i + 1, end)));
                i = end;
            } else {
                field.append(c);
            }
        }
        path.addField(field);
        return path;
    }

    private static int closing(String text, int open) {
        char quote = 0;
        for (int i = open + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if (c == ']') {
                return i;
            }
        }
        return text.length();
    }

    private void addField(StringBuilder field) {
        if (!field.isEmpty()) {
            steps.add(new Step.Field(field.toString()));
            field.setLength(0);
        }
    }

    private static Step bracket(String inside) {
        String text = inside.strip();
        if (text.equals("*")) {
            return new Step.All();
        }
        Matcher slice = SLICE.matcher(text);
        if (slice.matches()) {
            return slice(slice);
        }
        Matcher filter = FILTER.matcher(text);
        if (filter.matches()) {
            return new Step.Where(List.of(filter.group(1).split("\\.", -1)), filter.group(2).equals("=="),
                    filter.group(4));
        }
        return new Step.Field(text.replaceAll("^['\"]|['\"]$", ""));
    }

    /** An index is the slice that ends behind it, and nothing at all is the index 0. */
    private static Step slice(Matcher slice) {
        int start = number(slice.group(1), 0);
        Integer end = slice.group(2) == null ? Integer.valueOf(start + 1) : end(slice.group(2).substring(1));
        boolean last = slice.group(2) == null && start == -1;
        return new Step.Slice(start, last ? null : end,
                slice.group(3) == null ? 1 : number(slice.group(3).substring(1), 1));
    }

    private static @Nullable Integer end(String digits) {
        return digits.isEmpty() ? null : Integer.valueOf(digits);
    }

    private static int number(String digits, int fallback) {
        return digits.isEmpty() ? fallback : Integer.parseInt(digits);
    }

    /** The first value that it leads to, or null. */
    @Nullable
    JsonNode first(JsonNode root) {
        List<JsonNode> found = List.of(root);
        for (Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : found) {
                if (!follow(step, node, next)) {
                    return null;
                }
            }
            found = next;
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /** @return false when there is no such place, which is an error where one is numbered */
    private static boolean follow(Step step, JsonNode node, List<JsonNode> out) {
        switch (step) {
            case Step.Field field -> add(node.get(field.name()), out);
            case Step.Slice slice -> {
                return cut(slice, node, out);
            }
            case Step.All _ -> node.forEach(out::add);
            case Step.Where where -> node.forEach(item -> {
                JsonNode value = Json.find(item, where.path().toArray(String[]::new));
                boolean same = value != null && !value.isContainer() && value.asString().equals(where.value());
                if (same == where.equal()) {
                    out.add(item);
                }
            });
        }
        return true;
    }

    private static boolean cut(Step.Slice slice, JsonNode list, List<JsonNode> out) {
        int size = list.size();
        int start = slice.start() < 0 ? slice.start() + size : slice.start();
        Integer told = slice.end();
        int end = told == null ? size : told < 0 ? told + size : told;
        if (!list.isArray() || slice.step() <= 0 || (start != end && (start < 0 || start > end || end > size))) {
            return false;
        }
        for (int i = start; i < end; i += slice.step()) {
            add(list.get(i), out);
        }
        return true;
    }

    private static void add(@Nullable JsonNode node, List<JsonNode> out) {
        if (node != null && !node.isNull()) {
            out.add(node);
        }
    }
}
