package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.Resources;

/** Registers the rules of the built-in kinds. */
public final class BuiltInRules {
    private BuiltInRules() {
    }

    public static void register(Resources resources) {
        for (Workload workload : Workload.values()) {
            resources.rule(workload.storageId(), new WorkloadRule(workload));
        }
        resources.rule("/pods", new PodRule());
        resources.rule("/services", new ServiceRule());
        resources.rule("/secrets", new SecretRule());
        resources.rule("/configmaps", new ConfigMapRule());
        resources.rule("/persistentvolumeclaims",
                new ProtectedRule("kubernetes.io/pvc-protection", resources.surroundings()));
        resources.rule("/persistentvolumes",
                new ProtectedRule("kubernetes.io/pv-protection", resources.surroundings()));
        resources.rule("storage.k8s.io/volumeattributesclasses",
                new ProtectedRule("kubernetes.io/vac-protection", resources.surroundings()));
        resources.rule("discovery.k8s.io/endpointslices", new EndpointSliceRule());
        resources.rule("/nodes", new NodeRule());
        resources.rule("/limitranges", new LimitRangeRule(resources.surroundings()::uid));
        resources.rule("/events", new EventRule());
        resources.rule("autoscaling/horizontalpodautoscalers", new AutoscalerRule());
        resources.rule("networking.k8s.io/networkpolicies", new NetworkPolicyRule());
        resources.rule("coordination.k8s.io/leases", new LeaseRule());
    }
}
