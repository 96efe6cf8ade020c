package dev.windlass.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A label selector in the syntax of kubectl's {@code -l}: {@code a=b,c!=d,e,!f,g in (h,i),j notin (k)}. Immutable. */
final class LabelSelector {

    private static final String KEY = "[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?";
    private static final String VALUE = "[-A-Za-z0-9_.]*";
    private static final Pattern REQUIREMENT = Pattern.compile("\\s*(?:"
            + "(?<absent>!)\\s*(?<absentKey>" + KEY + ")"
            + "|(?<key>" + KEY + ")(?:\\s*(?<operator>==|=|!=)\\s*(?<value>" + VALUE + ")"
            + "|\\s+(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))?"
            + ")\\s*(?:,|$)");

    private final List<Requirement> requirements;

    private LabelSelector(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    static LabelSelector parse(String text) {
        if (text.isBlank()) {
            return new LabelSelector(List.of());
        }
        List<Requirement> requirements = new ArrayList<>();
        Matcher matcher = REQUIREMENT.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at) {
                throw new IllegalArgumentException(
                        "label selector \"" + text + "\" is malformed at \"" + text.substring(at)
                                + "\": write a=b, a!=b, a, !a, a in (b,c) or a notin (b,c), separated by commas");
            }
            requirements.add(requirement(matcher));
            at = matcher.end();
        }
        return new LabelSelector(List.copyOf(requirements));
    }

    private static Requirement requirement(Matcher matcher) {
        if (matcher.group("absent") != null) {
            return new Requirement(matcher.group("absentKey"), Operator.ABSENT, Set.of());
        }
        String key = matcher.group("key");
        if (matcher.group("set") != null) {
            Set<String> values = Set
                    .of(java.util.Arrays.stream(matcher.group("values").split(",", -1)).map(String::strip)
                            .distinct().toArray(String[]::new));
            return new Requirement(key, matcher.group("set").equals("in") ? Operator.IN : Operator.NOT_IN, values);
        }
        String operator = matcher.group("operator");
        if (operator == null) {
            return new Requirement(key, Operator.PRESENT, Set.of());
        }
        return new Requirement(key, operator.equals("!=") ? Operator.NOT_IN : Operator.IN,
                Set.of(matcher.group("value")));
    }

    boolean isEverything() {
        return requirements.isEmpty();
    }

    boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }

    private enum Operator {
        PRESENT, ABSENT, IN, NOT_IN
    }

    private record Requirement(String key, Operator operator, Set<String> values) {

        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            return switch (operator) {
                case PRESENT -> value != null;
                case ABSENT -> value == null;
                case IN -> value != null && values.contains(value);
                case NOT_IN -> value == null || !values.contains(value);
            };
        }
    }
}
