package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A label selector as the API takes it: equality and set based requirements, all of which must hold. */
public final class LabelSelector {
    private final List<Requirement> requirements;

    private LabelSelector(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    private enum Operator {
        IN, NOT_IN, EXISTS, ABSENT, GREATER, LESS
    }

    private record Requirement(String key, Operator operator, Set<String> values) {
        boolean matches(@Nullable String value) {
            return switch (operator) {
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
                case EXISTS -> value != null;
                case ABSENT -> value == null;
                case GREATER, LESS -> value != null && compares(value);
            };
        }

        private boolean compares(String value) {
            try {
                long left = Long.parseLong(value);
                long right = Long.parseLong(values.iterator().next());
                return operator == Operator.GREATER ? left > right : left < right;
            } catch (NumberFormatException _) {
                return false;
            }
        }
    }

    public boolean isEmpty() {
        return requirements.isEmpty();
    }

    /** @param labels the value of a label, or null */
    public boolean matches(Function<String, @Nullable String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels.apply(requirement.key()))) {
                return false;
            }
        }
        return true;
    }

    /** @throws ApiException 400 when it is not a selector */
    public static LabelSelector parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return new LabelSelector(List.of());
        }
        return new LabelSelector(new Parser(text).parse());
    }

    /** The selector that an object holds: {@code matchLabels} and {@code matchExpressions}. One that has neither selects everything. */
    public static LabelSelector ofObject(JsonNode selector) {
        List<Requirement> found = new ArrayList<>();
        selector.path("matchLabels").properties().forEach(label -> found.add(
                new Requirement(label.getKey(), Operator.IN, Set.of(label.getValue().stringValue("")))));
        for (JsonNode expression : selector.path("matchExpressions")) {
            Set<String> values = new TreeSet<>();
            expression.path("values").forEach(value -> values.add(value.stringValue("")));
            Operator operator = switch (Json.textOrEmpty(expression, "operator")) {
                case "In" -> Operator.IN;
                case "NotIn" -> Operator.NOT_IN;
                case "Exists" -> Operator.EXISTS;
                default -> Operator.ABSENT;
            };
            found.add(new Requirement(Json.textOrEmpty(expression, "key"), operator, values));
        }
        return new LabelSelector(found);
    }

    /** One pass over the text: key, operator, value or values, comma. */
    private static final class Parser {
        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        List<Requirement> parse() {
            List<Requirement> found = new ArrayList<>();
            while (true) {
                found.add(requirement());
                String next = token();
                if (next.isEmpty()) {
                    return found;
                }
                if (!next.equals(",")) {
                    throw bad("found '" + next + "', expected: ',' or 'end of string'");
                }
            }
        }

        private Requirement requirement() {
            String key = token();
            if (key.equals("!")) {
                return new Requirement(key(token()), Operator.ABSENT, Set.of());
            }
            key(key);
            String operator = peek();
            if (operator.isEmpty() || operator.equals(",")) {
                return new Requirement(key, Operator.EXISTS, Set.of());
            }
            token();
            return switch (operator) {
                case "=", "==" -> new Requirement(key, Operator.IN, Set.of(value()));
                case "!=" -> new Requirement(key, Operator.NOT_IN, Set.of(value()));
                case "in" -> new Requirement(key, Operator.IN, values());
                case "notin" -> new Requirement(key, Operator.NOT_IN, values());
                case ">", "gt" -> new Requirement(key, Operator.GREATER, Set.of(value()));
                case "<", "lt" -> new Requirement(key, Operator.LESS, Set.of(value()));
                default -> throw bad("found '" + operator + "', expected: in, notin, =, ==, !=, gt, lt");
            };
        }

        private String key(String key) {
            for (String problem : NameRules.qualifiedName(key)) {
                throw bad("key: Invalid value: \"" + key + "\": " + problem);
            }
            return key;
        }

        private String value() {
            String next = peek();
            if (next.isEmpty() || next.equals(",")) {
                return "";
            }
            return value(token());
        }

        private String value(String value) {
            for (String problem : NameRules.labelValue(value)) {
                throw bad("values[0][key]: Invalid value: \"" + value + "\": " + problem);
            }
            return value;
        }

        private Set<String> values() {
            String open = token();
            if (!open.equals("(")) {
                throw bad("found '" + open + "' expected: '('");
            }
            Set<String> values = new TreeSet<>();
            while (true) {
                String next = token();
                switch (next) {
                    case ")" -> {
                        if (values.isEmpty()) {
                            values.add("");
                        }
                        return values;
                    }
                    case "," -> {
                        if (peek().equals(")") || peek().equals(",")) {
                            values.add("");
                        }
                    }
                    case "" -> throw bad("found '', expected: ',' or ')'");
                    default -> values.add(value(next));
                }
            }
        }

        private String peek() {
            int before = position;
            String token = token();
            position = before;
            return token;
        }

        private String token() {
            while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
                position++;
            }
            if (position == text.length()) {
                return "";
            }
            int from = position;
            if (isSymbol(text.charAt(position))) {
                char first = text.charAt(position++);
                boolean pair = (first == '=' || first == '!') && position < text.length()
                        && text.charAt(position) == '=';
                if (pair) {
                    position++;
                }
                return text.substring(from, position);
            }
            while (position < text.length() && !isSymbol(text.charAt(position))
                    && !Character.isWhitespace(text.charAt(position))) {
                position++;
            }
            return text.substring(from, position);
        }

        private static boolean isSymbol(char c) {
            return "=!(),<>".indexOf(c) >= 0;
        }

        private ApiException bad(String why) {
            return ApiException.badRequest("unable to parse requirement: " + why);
        }
    }
}
