package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
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
        if (text == null || text.matches("[ \\t\\r\\n]*")) {
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

    /** A selector as objects have it, with labels and expressions, in the form that {@link #parse} reads. */
    public static String text(JsonNode selector) {
        TreeMap<String, List<String>> terms = new TreeMap<>();
        selector.path("matchLabels").properties().forEach(label -> terms
                .computeIfAbsent(label.getKey(), _ -> new ArrayList<>())
                .add(label.getKey() + "=" + label.getValue().asString("")));
        for (JsonNode each : selector.path("matchExpressions")) {
            String key = each.path("key").asString("");
            TreeSet<String> values = new TreeSet<>();
            each.path("values").forEach(value -> values.add(value.asString("")));
            String in = " (" + String.join(",", values) + ")";
            String term = switch (each.path("operator").asString("")) {
                case "In" -> key + " in" + in;
                case "NotIn" -> key + " notin" + in;
                case "DoesNotExist" -> "!" + key;
                default -> key;
            };
            terms.computeIfAbsent(key, _ -> new ArrayList<>()).add(term);
        }
        return terms.values().stream().flatMap(List::stream).collect(Collectors.joining(","));
    }

    /** One pass over the text: key, operator, value or values, comma. */
    private static final class Parser {
        private static final String UNREADABLE = "unable to parse requirement: ";
        private static final Set<String> SYMBOLS = Set.of("=", "==", "!", "!=", "(", ")", ",", "<", ">");
        private final String text;
        private int position;

        Parser(String text) {
            this.text = text;
        }

        List<Requirement> parse() {
            List<Requirement> found = new ArrayList<>();
            while (!peek().isEmpty()) {
                String first = peek();
                if (isSymbol(first) && !first.equals("!")) {
                    throw ApiException.badRequest("found '" + first + "', expected: !, identifier, or 'end of string'");
                }
                found.add(requirement());
                String next = token();
                if (!next.isEmpty() && !next.equals(",")) {
                    throw ApiException.badRequest("found '" + next + "', expected: ',' or 'end of string'");
                }
                String after = peek();
                if (next.equals(",") && (after.isEmpty() || (isSymbol(after) && !after.equals("!")))) {
                    throw ApiException.badRequest("found '" + after + "', expected: identifier after ','");
                }
            }
            return found;
        }

        private Requirement requirement() {
            boolean absent = peek().equals("!");
            if (absent) {
                token();
            }
            String key = identifier();
            for (String problem : NameRules.qualifiedName(key)) {
                throw bad("<nil>: Invalid value: " + GoText.quoted(key) + ": " + problem);
            }
            if (absent) {
                return new Requirement(key, Operator.ABSENT, Set.of());
            }
            String operator = peek();
            if (operator.isEmpty() || operator.equals(",")) {
                return new Requirement(key, Operator.EXISTS, Set.of());
            }
            token();
            return switch (operator) {
                case "=", "==" -> checked(key, Operator.IN, value());
                case "!=" -> checked(key, Operator.NOT_IN, value());
                case "in" -> checked(key, Operator.IN, values());
                case "notin" -> checked(key, Operator.NOT_IN, values());
                case ">" -> checked(key, Operator.GREATER, value());
                case "<" -> checked(key, Operator.LESS, value());
                default -> throw bad("found '" + operator + "', expected: in, notin, =, ==, !=, gt, lt");
            };
        }

        private String identifier() {
            String token = token();
            if (token.isEmpty() || isSymbol(token)) {
                throw bad("found '" + token + "', expected: identifier");
            }
            return token;
        }

        private static Requirement checked(String key, Operator operator, Set<String> values) {
            List<String> problems = new ArrayList<>();
            int index = 0;
            for (String value : values) {
                String place = "values[" + index++ + "]";
                if ((operator == Operator.GREATER || operator == Operator.LESS) && !value.matches("[-+]?\\d{1,18}")) {
                    problems.add(place + ": Invalid value: " + GoText.quoted(value)
                            + ": for 'Gt', 'Lt' operators, the value must be an integer");
                }
                NameRules.labelValue(value).forEach(problem -> problems
                        .add(place + "[" + key + "]: Invalid value: " + GoText.quoted(value) + ": " + problem));
            }
            if (!problems.isEmpty()) {
                throw bad(problems.size() == 1 ? problems.getFirst() : "[" + String.join(", ", problems) + "]");
            }
            return new Requirement(key, operator, values);
        }

        private Set<String> value() {
            String next = peek();
            return Set.of(next.isEmpty() || next.equals(",") ? "" : identifier());
        }

        private Set<String> values() {
            String open = token();
            if (!open.equals("(")) {
                throw bad("found '" + open + "' expected: '('");
            }
            String first = peek();
            if (first.isEmpty() || (isSymbol(first) && !first.equals(",") && !first.equals(")"))) {
                throw bad("found '" + first + "', expected: ',', ')' or identifier");
            }
            Set<String> values = new TreeSet<>();
            if (first.equals(")")) {
                values.add("");
            }
            while (!peek().equals(")")) {
                String next = token();
                if (next.equals(",")) {
                    if (values.isEmpty() || peek().equals(")") || peek().equals(",")) {
                        values.add("");
                    }
                } else if (next.isEmpty() || isSymbol(next)) {
                    throw bad("found '" + next + "', expected: ',', or identifier");
                } else {
                    values.add(next);
                    if (!peek().equals(",") && !peek().equals(")")) {
                        throw bad("found '" + peek() + "', expected: ',' or ')'");
                    }
                }
            }
            token();
            return values;
        }

        private String peek() {
            int before = position;
            String token = token();
            position = before;
            return token;
        }

        /** The next symbol or word, "" at the end. */
        private String token() {
            while (position < text.length() && isSpace(text.charAt(position))) {
                position++;
            }
            if (position == text.length()) {
                return "";
            }
            int from = position++;
            if (isSymbol(text.substring(from, position))) {
                if (position < text.length() && SYMBOLS.contains(text.substring(from, position + 1))) {
                    position++;
                }
            } else {
                while (position < text.length() && !isSpace(text.charAt(position))
                        && !isSymbol(text.substring(position, position + 1))) {
                    position++;
                }
            }
            return text.substring(from, position);
        }

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\t' || c == '\r' || c == '\n';
        }

        private static boolean isSymbol(String token) {
            return SYMBOLS.contains(token);
        }

        private static ApiException bad(String why) {
            return ApiException.badRequest(UNREADABLE + why);
        }
    }
}
