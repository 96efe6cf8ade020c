package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where a pod may and may not run: affinities, spread over the topology, tolerations. Stateless. */
final class AffinityChecks {
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final int MOST_WEIGHT = 100;

    private AffinityChecks() {
    }

    static void affinity(Field affinity) {
        Field nodes = affinity.at("nodeAffinity");
        if (nodes.at(REQUIRED).isSet()) {
            nodeSelector(nodes.at(REQUIRED));
        }
        for (Field preferred : nodes.at(PREFERRED).items()) {
            weight(preferred.at("weight"));
            // Preferring what no node can have does no harm, and has been allowed for long.
            nodeSelectorTerm(preferred.at("preference"), false);
        }
        for (String pods : List.of("podAffinity", "podAntiAffinity")) {
            affinity.at(pods, REQUIRED).items().forEach(AffinityChecks::podTerm);
            for (Field preferred : affinity.at(pods, PREFERRED).items()) {
                weight(preferred.at("weight"));
                podTerm(preferred.at("podAffinityTerm"));
            }
        }
    }

    private static void weight(Field weight) {
        if (weight.number() < 1 || weight.number() > MOST_WEIGHT) {
            weight.invalid(Json.object().numberNode(weight.number()), "must be in the range 1-100");
        }
    }

    /** A selector of nodes, which must select by something. */
    static void nodeSelector(Field selector) {
        Field terms = selector.at("nodeSelectorTerms");
        if (terms.mustBeSet("must have at least one node selector term")) {
            terms.items().forEach(term -> nodeSelectorTerm(term, true));
        }
    }

    private static void nodeSelectorTerm(Field term, boolean checkValues) {
        term.at("matchExpressions").items().forEach(each -> nodeExpression(each, checkValues));
        term.at("matchFields").items().forEach(AffinityChecks::nodeField);
    }

    private static void nodeExpression(Field expression, boolean checkValues) {
        Field values = expression.at("values");
        Field operator = expression.at("operator");
        if (operator.text().equals("Gt") || operator.text().equals("Lt")) {
            if (values.value().size() != 1) {
                values.required("must be specified single value when `operator` is 'Lt' or 'Gt'");
            }
        } else if (!expression.selectsByValues()) {
            operator.invalid(operator.text(), "not a valid selector operator");
        }
        label(expression.at("key"));
        if (checkValues) {
            values.items().forEach(each -> each.named(NameRules::labelValue));
        }
    }

    private static void nodeField(Field expression) {
        Field values = expression.at("values");
        Field operator = expression.at("operator");
        if (!List.of("In", "NotIn").contains(operator.text())) {
            operator.invalid(operator.text(), "not a valid selector operator");
        } else if (values.value().size() != 1) {
            values.required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
        }
        if (expression.at("key").text().equals("metadata.name")) {
            values.items().forEach(each -> each.named(NameRules::subdomain));
        } else {
            expression.at("key").invalid(expression.at("key").text(), "not a valid field selector key");
        }
    }

    private static void label(Field key) {
        key.named(NameRules::qualifiedName);
    }

    private static void podTerm(Field term) {
        term.at("labelSelector").labelSelector();
        term.at("namespaceSelector").labelSelector();
        term.at("namespaces").items().forEach(each -> each.as(term.path() + ".namespace").named(NameRules::label));
        labelKeys(term);
        Field topology = term.at("topologyKey");
        topology.mustBeSet("can not be empty");
        label(topology);
    }

    /** The keys of labels of the pod itself, which are added to the selector. */
    private static void labelKeys(Field term) {
        Field selector = term.at("labelSelector");
        Field matching = term.at("matchLabelKeys");
        Field mismatching = term.at("mismatchLabelKeys");
        for (Field keys : List.of(matching, mismatching)) {
            if (!keys.isEmpty() && !selector.isSet()) {
                keys.forbidden("must not be specified when labelSelector is not set");
            } else {
                keys.items().forEach(AffinityChecks::label);
            }
        }
        List<String> matched = matching.texts();
        Set<String> selected = new HashSet<>(selector.at("matchLabels").value().propertyNames());
        for (Field expression : selector.at("matchExpressions").items()) {
            Field key = expression.at("key");
            if (matched.contains(key.text()) && selected.contains(key.text())) {
                key.as(term.path() + "[" + matched.lastIndexOf(key.text()) + "]").invalid(key.text(),
                        "exists in both matchLabelKeys and labelSelector");
            }
            selected.add(key.text());
        }
        for (Field key : matching.items()) {
            if (mismatching.texts().contains(key.text())) {
                key.invalid(key.text(), "exists in both matchLabelKeys and mismatchLabelKeys");
            }
        }
    }

    static void spread(Field constraints) {
        List<Field> all = constraints.items();
        for (int i = 0; i < all.size(); i++) {
            Field constraint = all.get(i);
            constraint.at("maxSkew").positive();
            constraint.at("topologyKey").mustBeSet("can not be empty");
            constraint.at("whenUnsatisfiable").oneOf("DoNotSchedule", "ScheduleAnyway");
            String kind = kindOfSpread(constraint);
            if (all.stream().skip(i + 1L).anyMatch(other -> kindOfSpread(other).equals(kind))) {
                constraint.as(constraint.path() + ".{topologyKey, whenUnsatisfiable}")
                        .duplicate(Json.object().stringNode(kind));
            }
            domains(constraint);
            constraint.at("nodeAffinityPolicy").oneOfIfSet("Honor", "Ignore");
            constraint.at("nodeTaintsPolicy").oneOfIfSet("Honor", "Ignore");
            labelKeys(constraint);
            constraint.at("labelSelector").labelSelector();
        }
    }

    private static String kindOfSpread(Field constraint) {
        return "{" + constraint.at("topologyKey").text() + ", " + constraint.at("whenUnsatisfiable").text() + "}";
    }

    private static void domains(Field constraint) {
        Field domains = constraint.at("minDomains");
        if (!domains.isSet()) {
            return;
        }
        domains.positive();
        String action = constraint.at("whenUnsatisfiable").text();
        if (!action.equals("DoNotSchedule")) {
            domains.invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule, not " + action);
        }
    }

    static void toleration(Field toleration) {
        Field key = toleration.at("key");
        Field operator = toleration.at("operator");
        if (!key.isEmpty()) {
            label(key);
        }
        if (key.isEmpty() && !operator.text().equals("Exists")) {
            operator.invalid(operator.text(),
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\"");
        }
        Field effect = toleration.at("effect");
        if (toleration.at("tolerationSeconds").isSet() && !effect.text().equals("NoExecute")) {
            effect.invalid(effect.text(), "effect must be 'NoExecute' when `tolerationSeconds` is set");
        }
        Field value = toleration.at("value");
        switch (operator.text()) {
            case "", "Equal" -> {
                List<String> problems = NameRules.labelValue(value.text());
                if (!problems.isEmpty()) {
                    operator.invalid(value.text(), String.join(";", problems));
                }
            }
            case "Exists" -> {
                if (!value.isEmpty()) {
                    operator.invalid(value.text(), "value must be empty when `operator` is 'Exists'");
                }
            }
            case "Lt", "Gt" -> operator.unsupported("Equal", "Exists", "Lt", "Gt");
            default -> operator.oneOf("Equal", "Exists");
        }
        if (!effect.isEmpty()) {
            effect.oneOf("NoSchedule", "PreferNoSchedule", "NoExecute");
        }
    }
}
