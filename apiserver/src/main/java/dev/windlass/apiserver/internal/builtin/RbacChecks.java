package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import tools.jackson.databind.JsonNode;

/** What the kinds of rbac.authorization.k8s.io allow; what is declared at their types is told after the rest. Stateless. */
final class RbacChecks {
    private static final String GROUP = "rbac.authorization.k8s.io";

    private RbacChecks() {
    }

    static void role(Field now, @SuppressWarnings("unused") Field before) {
        rules(now.at("rules"), true);
    }

    static void clusterRole(Field now, @SuppressWarnings("unused") Field before) {
        Field aggregation = now.at("aggregationRule");
        rules(now.at("rules"), false, () -> {
            if (aggregation.isSet()) {
                Field selectors = aggregation.at("clusterRoleSelectors");
                selectors.mustBeSet("at least one clusterRoleSelector required if aggregationRule is non-nil");
                selectors.items().forEach(RbacChecks::selector);
            }
        });
    }

    private static void selector(Field selector) {
        int before = selector.errors().size();
        selector.labelSelector();
        if (selector.errors().size() > before) {
            selector.invalid((JsonNode) null, "invalid label selector.");
        }
    }

    private static void rules(Field rules, boolean namespaced) {
        rules(rules, namespaced, () -> {
        });
    }

    private static void rules(Field rules, boolean namespaced, Runnable others) {
        rules.items().forEach(rule -> rule(rule, namespaced));
        others.run();
        rules.items().forEach(rule -> rule.at("verbs").mustBeSet(""));
    }

    private static void rule(Field rule, boolean namespaced) {
        Field urls = rule.at("nonResourceURLs");
        if (urls.isEmpty()) {
            rule.at("apiGroups").mustBeSet("resource rules must supply at least one api group");
            rule.at("resources").mustBeSet("resource rules must supply at least one resource");
            return;
        }
        if (namespaced) {
            urls.invalid("namespaced rules cannot apply to non-resource URLs");
        }
        if (!rule.at("apiGroups").isEmpty() || !rule.at("resources").isEmpty()
                || !rule.at("resourceNames").isEmpty()) {
            urls.invalid("rules cannot apply to both regular resources and non-resource URLs");
        }
    }

    static void roleBinding(Field now, Field before) {
        binding(now, before, true);
    }

    static void clusterRoleBinding(Field now, Field before) {
        binding(now, before, false);
    }

    private static void binding(Field now, Field before, boolean namespaced) {
        Field role = now.at("roleRef");
        boolean changed = before.isSet() && role.differs(before.at("roleRef"));
        role.at("apiGroup").textOneOf(GROUP);
        if (namespaced) {
            role.at("kind").textOneOf("Role", "ClusterRole");
        } else {
            role.at("kind").textOneOf("ClusterRole");
        }
        Field name = role.at("name");
        if (!name.isEmpty()) {
            name.named(NameRules::pathSegment);
        } else if (changed) {
            name.required("");
        }
        now.at("subjects").items().forEach(subject -> subject(subject, namespaced));
        if (changed) {
            role.invalid("field is immutable");
        }
        now.at("subjects").items().forEach(subject -> subject.at("name").mustBeSet(""));
        if (!changed) {
            name.mustBeSet("");
        }
    }

    private static void subject(Field subject, boolean namespaced) {
        Field group = subject.at("apiGroup");
        switch (subject.at("kind").text()) {
            case "ServiceAccount" -> {
                if (!subject.at("name").isEmpty()) {
                    subject.at("name").named(NameRules::subdomain);
                }
                if (!group.isEmpty()) {
                    group.textOneOf("");
                }
                if (!namespaced) {
                    subject.at("namespace").mustBeSet("");
                }
            }
            case "User", "Group" -> group.textOneOf(GROUP);
            default -> subject.at("kind").textOneOf("ServiceAccount", "User", "Group");
        }
    }
}
