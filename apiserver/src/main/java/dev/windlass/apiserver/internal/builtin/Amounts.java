package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Amounts of resources and what these are called. Stateless. */
final class Amounts {
    private static final Set<String> STANDARD = Set.of("cpu", "memory", "ephemeral-storage", "requests.cpu",
            "requests.memory", "requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage",
            "pods", "resourcequotas", "services", "replicationcontrollers", "secrets", "configmaps",
            "persistentvolumeclaims", "storage", "requests.storage", "services.nodeports", "services.loadbalancers");
    private static final Set<String> COUNTED = Set.of("pods", "resourcequotas", "services", "replicationcontrollers",
            "secrets", "configmaps", "persistentvolumeclaims", "services.nodeports", "services.loadbalancers");

    private Amounts() {
    }

    /** An amount that has the form of one; nothing else gets this far. */
    static BigDecimal of(JsonNode amount) {
        Quantity quantity = Quantity.parse(amount.asString(""));
        return quantity == null ? BigDecimal.ZERO : quantity.value();
    }

    /** How much it is as a whole number, of tenths, hundredths or what the digits say; rounded up, and cut to a long as Go does it. */
    static long inUnits(BigDecimal amount, int digits) {
        return amount.setScale(digits, RoundingMode.UP).unscaledValue().longValue();
    }

    /** Writes the amounts of {@code requests} and {@code limits} so that the same ones have the same text, for a comparison. */
    static void plain(JsonNode resources) {
        for (String which : List.of("requests", "limits")) {
            if (resources.get(which) instanceof ObjectNode amounts) {
                amounts.properties().forEach(each -> each.setValue(
                        amounts.stringNode(of(each.getValue()).stripTrailingZeros().toPlainString())));
            }
        }
    }

    static void resourceName(Field at, String name) {
        List<String> problems = NameRules.qualifiedName(name);
        problems.forEach(problem -> at.invalidAsJson(name, problem));
        if (problems.isEmpty() && !name.contains("/") && !isStandard(name)) {
            at.invalidAsJson(name, "must be a standard resource type or fully qualified");
        }
    }

    private static boolean isStandard(String name) {
        return STANDARD.contains(name) || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
    }

    /** Whether Kubernetes knows what it is. */
    static boolean isNative(String name) {
        return !name.contains("/") || name.contains("kubernetes.io/");
    }

    /** Whether it is something that nodes may have and Kubernetes counts only. */
    static boolean isExtended(String name) {
        return !isNative(name) && !name.startsWith("requests.")
                && NameRules.qualifiedName("requests." + name).isEmpty();
    }

    /** Whether a quota can be of it. */
    static boolean isQuota(String name) {
        return isStandard(name) && !name.equals("storage");
    }

    static void quotaName(Field at, String name) {
        resourceName(at, name);
        if (!name.contains("/") && !isQuota(name)) {
            at.invalidAsJson(name, "must be a standard resource for quota");
        }
    }

    static void notNegative(Field amount) {
        if (of(amount.value()).signum() < 0) {
            amount.invalid(amount.text(), "must be greater than or equal to 0");
        }
    }

    /** Where the real server looks at what is whole, away from zero. */
    static void notBelowZero(Field amount) {
        long whole = of(amount.value()).setScale(0, RoundingMode.UP).longValue();
        if (whole < 0) {
            amount.invalid(Json.object().numberNode(whole), "must be a valid resource quantity");
        }
    }

    static void whole(Field amount, String name) {
        notNegative(amount);
        if ((COUNTED.contains(name) || isExtended(name)) && of(amount.value()).stripTrailingZeros().scale() > 0) {
            amount.invalid(amount.value(), "must be an integer");
        }
    }

    /** What there is to say of a number of bytes; empty when there is nothing. */
    static String fractionWarning(Field amount) {
        return amount.isSet() && of(amount.value()).stripTrailingZeros().scale() > 0
                ? "fractional byte value " + GoText.quoted(amount.text()) + " is invalid, must be an integer"
                : "";
    }

    static void positive(Field amount) {
        if (of(amount.value()).signum() <= 0) {
            amount.invalid(amount.text(), "must be greater than zero");
        }
    }
}
