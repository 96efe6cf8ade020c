package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What limit ranges allow. Stateless. */
final class LimitChecks {
    private static final List<String> TYPES = List.of("Pod", "Container", "PersistentVolumeClaim");
    private static final String RATIO = "maxLimitRequestRatio";
    /** Of what is larger the thousandths are not looked at. */
    private static final BigDecimal MOST_IN_THOUSANDTHS = BigDecimal.valueOf(Long.MAX_VALUE / 1000);

    private LimitChecks() {
    }

    static void limitRange(Field now, Field before) {
        Set<String> types = new HashSet<>();
        for (Field limit : now.at("spec", "limits").items()) {
            Field type = limit.at("type");
            int known = type.errors().size();
            type.named(NameRules::qualifiedName);
            if (type.errors().size() == known && !type.text().contains("/") && !TYPES.contains(type.text())) {
                type.invalid("must be a standard limit type or fully qualified");
            }
            if (!types.add(type.text())) {
                type.duplicate();
            }
            limit(limit, type.text());
        }
    }

    private static void limit(Field limit, String type) {
        for (String bound : List.of("max", "min", "default", "defaultRequest", RATIO)) {
            Field amounts = limit.at(bound);
            if (type.equals("Pod") && bound.startsWith("default")) {
                if (!amounts.isEmpty()) {
                    amounts.forbidden("may not be specified when `type` is 'Pod'");
                }
            } else {
                amounts.value().propertyNames().forEach(name -> resourceName(amounts.key(name), name, type));
            }
        }
        if (type.equals("PersistentVolumeClaim") && !limit.at("max", "storage").isSet()
                && !limit.at("min", "storage").isSet()) {
            limit.at("limits")
                    .required("either minimum or maximum storage value is required, but neither was provided");
        }
        ordered(limit, "min", "min", "max", "min", "min value %s is greater than max value %s");
        ordered(limit, "defaultRequest", "min", "defaultRequest", "defaultRequest",
                "min value %s is greater than default request value %s");
        ordered(limit, "defaultRequest", "defaultRequest", "max", "defaultRequest",
                "default request value %s is greater than max value %s");
        ordered(limit, "defaultRequest", "defaultRequest", "default", "defaultRequest",
                "default request value %s is greater than default limit value %s");
        ordered(limit, "default", "min", "default", "min", "min value %s is greater than default value %s");
        ordered(limit, "default", "default", "max", "max", "default value %s is greater than max value %s");
        limit.at(RATIO).value().propertyNames().forEach(name -> ratio(limit, name));
        limit.at("defaultRequest").value().propertyNames().forEach(name -> notOvercommitted(limit, name));
    }

    private static void resourceName(Field amount, String name, String type) {
        if (type.equals("Pod") || type.equals("Container")) {
            ResourceChecks.containerName(amount);
        } else {
            Amounts.resourceName(amount, name);
        }
    }

    /**
     * Two amounts of the same resource.
     *
     * @param told
     *            where it is told that they are in the wrong order
     * @param shown
     *            which of the two values is shown
     */
    private static void ordered(Field limit, String told, String small, String large, String shown, String detail) {
        for (String name : limit.at(small).value().propertyNames()) {
            Field lower = limit.at(small).key(name);
            Field upper = limit.at(large).key(name);
            if (upper.isSet() && Amounts.of(lower.value()).compareTo(Amounts.of(upper.value())) > 0) {
                limit.at(told).key(name).invalid(limit.at(shown).key(name).value(),
                        detail.formatted(lower.text(), upper.text()));
            }
        }
    }

    private static void ratio(Field limit, String name) {
        Field ratio = limit.at(RATIO).key(name);
        BigDecimal value = Amounts.of(ratio.value());
        if (value.compareTo(BigDecimal.ONE) < 0) {
            ratio.invalid(ratio.value(), "ratio " + ratio.text() + " is less than 1");
        }
        Field min = limit.at("min").key(name);
        Field max = limit.at("max").key(name);
        if (min.isSet() && max.isSet()) {
            BigDecimal least = Amounts.of(min.value());
            BigDecimal largest = Amounts.of(max.value());
            boolean exact = Stream.of(value, least, largest).allMatch(each -> each.compareTo(MOST_IN_THOUSANDTHS) < 0);
            int digits = exact ? 3 : 0;
            double most = rounded(largest, digits) / rounded(least, digits);
            if (rounded(value, digits) > most) {
                ratio.invalid(ratio.value(), "ratio " + ratio.text() + " is greater than max/min = "
                        + (Double.isInfinite(most) ? "+Inf" : Double.isNaN(most) ? "NaN" : "%f".formatted(most)));
            }
        }
    }

    private static double rounded(BigDecimal amount, int digits) {
        return amount.setScale(digits, RoundingMode.UP).doubleValue();
    }

    /** Of what cannot be given to two, as much is requested as there may be. */
    private static void notOvercommitted(Field limit, String name) {
        Field request = limit.at("defaultRequest").key(name);
        Field most = limit.at("default").key(name);
        boolean shared = Amounts.isNative(name) && !name.startsWith("hugepages-");
        if (!shared && most.isSet() && Amounts.of(most.value()).compareTo(Amounts.of(request.value())) != 0) {
            request.invalid(request.value(), "default value " + most.text() + " must equal to defaultRequest value "
                    + request.text() + " in " + name);
        }
    }
}
