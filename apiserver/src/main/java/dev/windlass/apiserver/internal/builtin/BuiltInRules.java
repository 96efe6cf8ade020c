package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Resources;
import tools.jackson.databind.node.ObjectNode;

/** Registers the rules of the built-in kinds. */
public final class BuiltInRules {
    private BuiltInRules() {
    }

    public static void register(Resources resources) {
        for (Workload workload : Workload.values()) {
            resources.rule(workload.storageId(), new WorkloadRule(workload));
        }
        resources.rule("/pods", new PodRule());
        resources.rule("/podtemplates", new KindRule() {
            @Override
            public void fillDefaults(ObjectNode object) {
                PodDefaults.fillTemplate(Defaults.child(object, "template"));
            }
        });
        resources.rule("/services", new ServiceRule());
        resources.rule("/secrets", new SecretRule());
        resources.rule("/configmaps", new ConfigMapRule());
        resources.rule("/persistentvolumeclaims", new ClaimRule());
        resources.rule("networking.k8s.io/networkpolicies", new NetworkPolicyRule());
        resources.rule("coordination.k8s.io/leases", new LeaseRule());
    }
}
