package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.schema.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What one entry of a limit range allows. */
final class LimitBounds {
    private static final String REQUEST = "request";
    private static final String LIMIT = "limit";
    private static final int THOUSANDTHS = 3;
    /** Of what is larger the thousandths are not looked at. */
    private static final BigDecimal MOST_IN_THOUSANDTHS = BigDecimal.valueOf(Long.MAX_VALUE / 1000);

    private final JsonNode bounds;
    private final String type;
    private final Set<String> problems;

    /** @param problems to which is added what goes beyond */
    LimitBounds(JsonNode bounds, Set<String> problems) {
        this.bounds = bounds;
        this.type = bounds.path("type").asString("");
        this.problems = problems;
    }

    /** What something, a pod or container or claim, asks for and is limited to, by the names of resources. */
    private record Use(Map<String, Quantity> requests, Map<String, Quantity> limits) {
        @Nullable
        Quantity amount(String kind, String name) {
            return (kind.equals(REQUEST) ? requests : limits).get(name);
        }
    }

    void checkPod(Field spec) {
        if (type.equals("Container")) {
            Stream.of("containers", "initContainers").flatMap(list -> spec.at(list).items().stream())
                    .forEach(each -> check(new Use(ResourceChecks.amounts(each, "requests"),
                            ResourceChecks.amounts(each, "limits"))));
        } else if (type.equals("Pod")) {
            check(new Use(ResourceChecks.ofPod(spec, "requests"), ResourceChecks.ofPod(spec, "limits")));
        }
    }

    void checkClaim(Field spec) {
        if (type.equals("PersistentVolumeClaim")) {
            Use use = new Use(ResourceChecks.amounts(spec, "requests"), Map.of());
            each("min", (name, bound) -> outside(name, bound, -1, use, List.of(REQUEST)));
            each("max", (name, bound) -> outside(name, bound, 1, use, List.of(REQUEST)));
        }
    }

    private void check(Use use) {
        each("min", (name, bound) -> outside(name, bound, -1, use, List.of(REQUEST, LIMIT)));
        each("max", (name, bound) -> outside(name, bound, 1, use, List.of(LIMIT, REQUEST)));
        each("maxLimitRequestRatio", (name, bound) -> overcommitted(name, bound, use));
    }

    private interface Check {
        /** @return what is wrong, or nothing */
        String of(String name, Quantity bound);
    }

    private void each(String which, Check check) {
        for (Map.Entry<String, JsonNode> bound : bounds.path(which).properties()) {
            Quantity amount = Quantity.parse(bound.getValue().asString(""));
            String problem = amount == null ? "" : check.of(bound.getKey(), amount);
            if (!problem.isEmpty()) {
                problems.add(problem);
            }
        }
    }

    /**
     * What is to be told of amounts beyond a bound.
     *
     * @param sign
     *            of what is beyond it, less the bound
     * @param kinds
     *            of which the first must be there
     */
    private String outside(String name, Quantity bound, int sign, Use use, List<String> kinds) {
        String told = (sign < 0 ? "minimum " : "maximum ") + name + " usage per " + type + " is " + bound.canonical();
        if (use.amount(kinds.getFirst(), name) == null) {
            return told + ".  No " + kinds.getFirst() + " is specified";
        }
        int digits = digits(name, bound, use);
        for (String kind : kinds) {
            Quantity amount = use.amount(kind, name);
            if (amount != null && Long.compare(number(amount, digits), number(bound, digits)) == sign) {
                return told + ", but " + kind + " is " + amount.canonical();
            }
        }
        return "";
    }

    private String overcommitted(String name, Quantity bound, Use use) {
        String told = name + " max limit to request ratio per " + type + " is " + bound.canonical();
        int digits = digits(name, bound, use);
        for (String kind : List.of(REQUEST, LIMIT)) {
            if (number(use.amount(kind, name), digits) == 0) {
                return told + ", but no " + kind + " is specified or " + kind + " is 0";
            }
        }
        double ratio = (double) number(use.amount(LIMIT, name), digits)
                / (double) number(use.amount(REQUEST, name), digits);
        boolean exact = isExact(bound);
        double most = number(bound, exact ? THOUSANDTHS : 0);
        return (exact ? ratio * 1000 : ratio) > most
                ? told + ", but provided ratio is "
                        + new BigDecimal(ratio).setScale(6, RoundingMode.HALF_EVEN).toPlainString()
                : "";
    }

    private static int digits(String name, Quantity bound, Use use) {
        return isExact(bound) && isExact(use.amount(REQUEST, name)) && isExact(use.amount(LIMIT, name))
                ? THOUSANDTHS
                : 0;
    }

    private static boolean isExact(@Nullable Quantity amount) {
        return amount == null || amount.value().setScale(0, RoundingMode.UP).compareTo(MOST_IN_THOUSANDTHS) <= 0;
    }

    private static long number(@Nullable Quantity amount, int digits) {
        return amount == null ? 0 : Amounts.inUnits(amount.value(), digits);
    }
}
