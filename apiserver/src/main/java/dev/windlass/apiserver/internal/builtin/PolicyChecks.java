package dev.windlass.apiserver.internal.builtin;

import java.util.regex.Pattern;

/** What pod disruption budgets allow. Stateless. */
final class PolicyChecks {
    private static final Pattern PERCENT = Pattern.compile("[0-9]+%");
    private static final int WHOLE = 100;

    private PolicyChecks() {
    }

    static void disruptionBudget(Field now, @SuppressWarnings("unused") Field before) {
        Field spec = now.at("spec");
        Field least = spec.at("minAvailable");
        Field most = spec.at("maxUnavailable");
        if (least.isSet() && most.isSet()) {
            spec.invalid("minAvailable and maxUnavailable cannot be both set");
        }
        countOrPercentage(least);
        countOrPercentage(most);
        spec.at("selector").labelSelector();
        spec.at("unhealthyPodEvictionPolicy").oneOfIfSet("AlwaysAllow", "IfHealthyBudget");
    }

    private static void countOrPercentage(Field field) {
        if (!field.value().isString()) {
            field.notNegative();
        } else if (!PERCENT.matcher(field.text()).matches()) {
            field.invalid(
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%',"
                            + " regex used for validation is '[0-9]+%')");
        } else if (Double.parseDouble(field.text().substring(0, field.text().length() - 1)) > WHOLE) {
            field.invalid("must not be greater than 100%");
        }
    }
}
