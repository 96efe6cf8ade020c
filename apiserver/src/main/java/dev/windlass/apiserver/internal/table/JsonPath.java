package dev.windlass.apiserver.internal.table;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The part of JSONPath that printer columns use: fields, indices, {@code [*]} and {@code [?(@.field=="value")]}. Immutable. */
final class JsonPath {
    private static final Pattern FILTER = Pattern
            .compile("\\?\\(\\s*@\\.([^=!\\s]+)\\s*(==|!=)\\s*(['\"]?)(.*?)\\3\\s*\\)");

    private final List<Step> steps = new ArrayList<>();

    private sealed interface Step {
        record Field(String name) implements Step {
        }

        record Index(int index) implements Step {
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
        if (text.matches("-?\\d+")) {
            return new Step.Index(Integer.parseInt(text));
        }
        Matcher filter = FILTER.matcher(text);
        if (filter.matches()) {
            return new Step.Where(List.of(filter.group(1).split("\\.", -1)), filter.group(2).equals("=="),
                    filter.group(4));
        }
        return new Step.Field(text.replaceAll("^['\"]|['\"]$", ""));
    }

    /** The first value that it leads to, or null. */
    @Nullable
    JsonNode first(JsonNode root) {
        List<JsonNode> found = List.of(root);
        for (Step step : steps) {
            List<JsonNode> next = new ArrayList<>();
            for (JsonNode node : found) {
                follow(step, node, next);
            }
            found = next;
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    private static void follow(Step step, JsonNode node, List<JsonNode> out) {
        switch (step) {
            case Step.Field field -> add(node.get(field.name()), out);
            case Step.Index index ->
                add(node.get(index.index() < 0 ? node.size() + index.index() : index.index()), out);
            case Step.All _ -> node.forEach(out::add);
            case Step.Where where -> node.forEach(item -> {
                JsonNode value = Json.find(item, where.path().toArray(String[]::new));
                boolean same = value != null && !value.isContainer() && value.asString().equals(where.value());
                if (same == where.equal()) {
                    out.add(item);
                }
            });
        }
    }

    private static void add(@Nullable JsonNode node, List<JsonNode> out) {
        if (node != null && !node.isNull()) {
            out.add(node);
        }
    }
}
