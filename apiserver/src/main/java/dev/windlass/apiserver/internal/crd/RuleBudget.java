package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.cel.Range;
import dev.windlass.apiserver.internal.status.FieldError;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** What the rules of one schema cost, beside what they may: one by one, and together. One use each. */
final class RuleBudget {
    private static final long EACH = 10_000_000;
    private static final long TOGETHER = 100_000_000;
    private static final int TOLD = 4;

    private final List<FieldError> errors;
    private final List<Cost> costs = new ArrayList<>();
    private long total;

    private record Cost(String field, long amount) {
    }

    RuleBudget(List<FieldError> errors) {
        this.errors = errors;
    }

    void spend(String field, String what, long amount) {
        if (amount > EACH) {
            errors.add(FieldError.forbidden(field, exceeds(what, amount, EACH)));
        }
        total = Range.sum(total, amount);
        if (amount >= TOGETHER / 100) {
            costs.add(new Cost(field, amount));
        }
    }

    void checkTotal(String path) {
        if (total <= TOGETHER) {
            return;
        }
        costs.stream().sorted(Comparator.comparingLong(Cost::amount).reversed()).limit(TOLD)
                .forEach(each -> errors.add(FieldError.forbidden(each.field(),
                        "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema")));
        errors.add(FieldError.forbidden(path, exceeds(
                "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema", total, TOGETHER)));
    }

    private static String exceeds(String what, long amount, long budget) {
        double factor = (double) amount / budget;
        String times = factor > 100
                ? "more than 100"
                : new BigDecimal(factor).setScale(factor < 1.5 ? 6 : 1, RoundingMode.HALF_EVEN).toPlainString();
        return what + " exceeds budget by factor of " + times
                + "x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)";
    }
}
