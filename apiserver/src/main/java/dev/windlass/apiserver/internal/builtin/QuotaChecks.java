package dev.windlass.apiserver.internal.builtin;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What is wrong with a resource quota. Stateless. */
final class QuotaChecks {
    private static final List<String> SCOPES = List.of("BestEffort", "CrossNamespacePodAffinity", "NotBestEffort",
            "NotTerminating", "PriorityClass", "Terminating", "VolumeAttributesClass");
    private static final List<String> ALONE = List.of("BestEffort", "CrossNamespacePodAffinity", "NotBestEffort",
            "NotTerminating", "Terminating");
    private static final Set<String> OF_PODS = Set.of("pods", "cpu", "memory", "limits.cpu", "limits.memory",
            "requests.cpu", "requests.memory");
    private static final Set<String> OF_CLAIMS = Set.of("persistentvolumeclaims", "requests.storage");
    private static final String UNSUPPORTED = "unsupported scope";
    private static final String UNFIT = "unsupported scope applied to resource";

    private QuotaChecks() {
    }

    static void check(Field now, Field before) {
        Field hard = now.at("spec", "hard");
        Set<String> names = new TreeSet<>(hard.value().propertyNames());
        for (String name : names) {
            Amounts.quotaName(hard.key(name), name);
            Amounts.whole(hard.key(name), name);
        }
        names.removeIf(name -> !Amounts.isQuota(name));
        Field scopes = now.at("spec", "scopes");
        for (String scope : scopes.texts()) {
            if (!SCOPES.contains(scope)) {
                scopes.invalid(UNSUPPORTED);
            }
            names.stream().filter(name -> !isFor(scope, name)).forEach(_ -> scopes.invalid(UNFIT));
        }
        conflicts(new HashSet<>(scopes.texts()), scopes, scopes);
        selector(now.at("spec", "scopeSelector"), scopes, names);
        if (before.isSet() && !new HashSet<>(scopes.texts())
                .equals(new HashSet<>(before.at("spec", "scopes").texts()))) {
            scopes.invalid("field is immutable");
        }
    }

    private static void selector(Field selector, Field scopes, Set<String> names) {
        Field expressions = selector.at("matchExpressions");
        Set<String> all = new HashSet<>();
        for (Field each : expressions.items()) {
            String scope = each.at("scopeName").text();
            all.add(scope);
            if (!SCOPES.contains(scope)) {
                expressions.at("scopeName").invalid(scope, UNSUPPORTED);
            }
            names.stream().filter(name -> !isFor(scope, name))
                    .forEach(_ -> selector.as(expressions.path()).invalid(UNFIT));
            String operator = each.at("operator").text();
            if (ALONE.contains(scope) && !operator.equals("Exists")) {
                expressions.at("operator").invalid(operator,
                        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity");
            }
            operator(operator, each.at("values"), expressions);
        }
        conflicts(all, expressions, scopes);
    }

    private static void operator(String operator, Field values, Field expressions) {
        switch (operator) {
            case "In", "NotIn" -> {
                if (values.isEmpty()) {
                    expressions.at("values")
                            .required(
                                    "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector");
                }
            }
            case "Exists", "DoesNotExist" -> {
                if (!values.isEmpty()) {
                    expressions.at("values").invalid(values.value(),
                            "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector");
                }
            }
            default -> expressions.at("operator").invalid(operator, "not a valid selector operator");
        }
    }

    /** Whatever is wrong, it is the list of scopes that is shown. */
    private static void conflicts(Set<String> scopes, Field at, Field shown) {
        for (String scope : List.of("BestEffort", "Terminating")) {
            if (scopes.contains(scope) && scopes.contains("Not" + scope)) {
                at.invalid(shown.isSet() ? shown.value() : null, "conflicting scopes");
            }
        }
    }

    private static boolean isFor(String scope, String resource) {
        return switch (scope) {
            case "Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity" ->
                OF_PODS.contains(resource);
            case "BestEffort" -> resource.equals("pods");
            case "VolumeAttributesClass" -> OF_CLAIMS.contains(resource);
            default -> true;
        };
    }
}
