package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** When a job counts as failed, and when as done. Stateless. */
final class JobPolicyChecks {
    private static final String[] ACTIONS = {"Count", "FailIndex", "FailJob", "Ignore"};
    private static final int MOST_RULES = 20;
    private static final int MOST_CODES = 255;
    private static final int LONGEST_INDEXES = 64 * 1024;

    private JobPolicyChecks() {
    }

    static void failure(Field policy, Field spec) {
        Field rules = policy.at("rules");
        rules.atMost(MOST_RULES);
        Set<String> containers = Stream.of("containers", "initContainers")
                .flatMap(list -> spec.at("template", "spec", list).items().stream())
                .map(each -> each.at("name").text()).collect(Collectors.toSet());
        for (Field rule : rules.items()) {
            action(rule.at("action"), spec.at("backoffLimitPerIndex").isSet());
            Field codes = rule.at("onExitCodes");
            Field conditions = rule.at("onPodConditions");
            if (codes.isSet()) {
                exitCodes(codes, containers);
            }
            conditions.atMost(MOST_RULES);
            conditions.items().forEach(JobPolicyChecks::condition);
            if (codes.isSet() && !conditions.isEmpty()) {
                JobChecks.wrong(rule, "specifying both OnExitCodes and OnPodConditions is not supported");
            } else if (!codes.isSet() && conditions.isEmpty()) {
                JobChecks.wrong(rule, "specifying one of OnExitCodes and OnPodConditions is required");
            }
        }
    }

    /** A required choice, which is told as Go prints a list. */
    private static boolean chosen(Field field, String... values) {
        return field.mustBeSet(Stream.of(values).map(GoText::quoted)
                .collect(Collectors.joining(" ", "valid values: [", "]")));
    }

    private static void action(Field action, boolean byIndex) {
        if (!chosen(action, ACTIONS)) {
            return;
        }
        if (action.text().equals("FailIndex") && !byIndex) {
            action.invalid("requires the backoffLimitPerIndex to be set");
        }
        action.oneOf(ACTIONS);
    }

    private static void condition(Field pattern) {
        Field.textAt(pattern.at("type")).named(NameRules::qualifiedName);
        if (chosen(pattern.at("status"), "False", "True", "Unknown")) {
            pattern.at("status").oneOf("False", "True", "Unknown");
        }
    }

    private static void exitCodes(Field codes, Set<String> containers) {
        Field operator = codes.at("operator");
        if (chosen(operator, "In", "NotIn")) {
            operator.oneOf("In", "NotIn");
        }
        Field container = codes.at("containerName");
        if (container.isSet() && !containers.contains(container.text())) {
            container.invalid("must be one of the container or initContainer names in the pod template");
        }
        Field values = codes.at("values");
        if (values.isEmpty()) {
            values.invalid("at least one value is required");
        }
        values.atMost(MOST_CODES);
        Set<Long> seen = new HashSet<>();
        boolean ordered = true;
        long last = Long.MIN_VALUE;
        for (Field value : values.items()) {
            if (operator.text().equals("In") && value.number() == 0) {
                value.invalid("must not be 0 for the In operator");
            }
            if (!seen.add(value.number())) {
                value.duplicate();
            }
            ordered &= value.number() >= last;
            last = value.number();
        }
        if (!ordered) {
            values.invalid("must be ordered");
        }
    }

    static void success(Field policy, long completions) {
        Field rules = policy.at("rules");
        rules.mustBeSet("at least one rules must be specified when the successPolicy is specified");
        rules.atMost(MOST_RULES);
        for (Field rule : rules.items()) {
            Field indexes = rule.at("succeededIndexes");
            Field count = rule.at("succeededCount");
            if (!indexes.isSet() && !count.isSet()) {
                rule.required("at least one of succeededCount or succeededIndexes must be specified");
            }
            long total = indexes.isSet() ? indexes(indexes, completions) : Long.MAX_VALUE;
            count.notNegative();
            if (count.number() > completions) {
                count.invalid(
                        "must be less than or equal to " + completions + " (the number of specified completions)");
            }
            if (indexes.isSet() && count.number() > total) {
                count.invalid("must be less than or equal to " + total
                        + " (the number of indexes in the specified succeededIndexes field)");
            }
        }
    }

    /** @return how many they are, 0 when they are wrong */
    private static long indexes(Field indexes, long completions) {
        if (indexes.text().length() > LONGEST_INDEXES) {
            indexes.tooLong(LONGEST_INDEXES);
        }
        long total = 0;
        long last = -1;
        for (String interval : indexes.isEmpty() ? new String[0] : indexes.text().split(",", -1)) {
            String problem = problem(interval, last, completions);
            if (problem != null) {
                indexes.invalid("error parsing succeededIndexes: " + problem);
                return 0;
            }
            String[] ends = interval.split("-", -1);
            last = Long.parseLong(ends[ends.length - 1]);
            total += last - Long.parseLong(ends[0]) + 1;
        }
        return total;
    }

    private static @Nullable String problem(String interval, long last, long completions) {
        String[] ends = interval.split("-", -1);
        if (ends.length > 2) {
            return "the fragment " + GoText.quoted(interval)
                    + " violates the requirement that an index interval can have at most two parts separated by '-'";
        }
        for (String end : ends) {
            if (!end.matches("\\d{1,18}")) {
                return "cannot convert string to integer for index: " + GoText.quoted(end);
            }
            if (Long.parseLong(end) >= completions) {
                return "too large index: " + GoText.quoted(end);
            }
        }
        long first = Long.parseLong(ends[0]);
        long second = Long.parseLong(ends[ends.length - 1]);
        if (ends.length == 2 && first >= second) {
            return "non-increasing order, previous: " + first + ", current: " + second;
        }
        return last >= first ? "non-increasing order, previous: " + last + ", current: " + first : null;
    }
}
