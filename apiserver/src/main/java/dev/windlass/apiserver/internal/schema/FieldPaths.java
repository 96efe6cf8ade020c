package dev.windlass.apiserver.internal.schema;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Paths to a field of a schema: {@code .spec.size}, {@code .spec['two words']}. Stateless. */
public final class FieldPaths {
    private FieldPaths() {
    }

    /**
     * Where a path leads.
     *
     * @param steps
     *            names of fields
     * @param path
     *            as Kubernetes shows it: {@code spec.labels[key]}
     */
    public record Found(List<String> steps, String path, JsonNode schema) {
    }

    /**
     * Follows a path through a schema.
     *
     * @throws IllegalArgumentException
     *             when it leads nowhere; the message says why
     */
    public static Found follow(String path, JsonNode schema, boolean brackets) {
        List<String> tokens = tokens(path);
        List<String> steps = new ArrayList<>();
        StringBuilder shown = new StringBuilder();
        JsonNode at = schema;
        for (int i = 0; i < tokens.size(); i++) {
            String token = tokens.get(i);
            String name;
            if (token.equals(".")) {
                name = next(tokens, ++i);
            } else if (token.equals("[")) {
                if (!brackets) {
                    throw new IllegalArgumentException("array notation is not allowed");
                }
                String quoted = next(tokens, ++i);
                if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
                    throw new IllegalArgumentException("expected single quoted string but got " + quoted);
                }
                name = quoted.substring(1, quoted.length() - 1).replace("\\'", "'").replace("\\\\", "\\");
                String end = next(tokens, ++i);
                if (!end.equals("]")) {
                    throw new IllegalArgumentException("expected ] but got " + end);
                }
            } else {
                throw new IllegalArgumentException("expected [ or . but got: " + token);
            }
            at = step(at, name, shown);
            steps.add(name);
        }
        return new Found(steps, shown.toString(), at);
    }

    private static JsonNode step(JsonNode at, String name, StringBuilder shown) {
        if (!at.path("properties").isEmpty()) {
            JsonNode property = at.path("properties").get(name);
            if (property == null) {
                throw new IllegalArgumentException("does not refer to a valid field");
            }
            shown.append(shown.isEmpty() ? "" : ".").append(name);
            return property;
        }
        @Nullable
        JsonNode additional = at.get("additionalProperties");
        if (!(additional instanceof ObjectNode)) {
            throw new IllegalArgumentException("does not refer to a valid field");
        }
        shown.append('[').append(name).append(']');
        return additional;
    }

    private static String next(List<String> tokens, int index) {
        if (index >= tokens.size()) {
            throw new IllegalArgumentException("unexpected end of JSON path");
        }
        return tokens.get(index);
    }

    /** Delimiters, quoted texts and what is between them. */
    private static List<String> tokens(String path) {
        List<String> tokens = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '\'' && i == start) {
                int end = i + 1;
                while (end < path.length() && (path.charAt(end) != '\'' || path.charAt(end - 1) == '\\')) {
                    end++;
                }
                i = Math.min(end, path.length() - 1);
                tokens.add(path.substring(start, i + 1));
                start = i + 1;
            } else if (c == '.' || c == '[' || c == ']') {
                if (i > start) {
                    tokens.add(path.substring(start, i));
                }
                tokens.add(String.valueOf(c));
                start = i + 1;
            }
        }
        if (start < path.length()) {
            tokens.add(path.substring(start));
        }
        return tokens;
    }
}
