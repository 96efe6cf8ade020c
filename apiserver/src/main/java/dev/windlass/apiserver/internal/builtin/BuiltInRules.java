package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.Resources;
import java.util.Map;

/** Registers the rules of the built-in kinds. */
public final class BuiltInRules {
    private static final String ADMISSION = "admissionregistration.k8s.io/";
    private static final String RBAC = "rbac.authorization.k8s.io/";
    /** Kinds of which nothing is special but what they allow. */
    private static final Map<String, Checked.Check> CHECKS = Map.ofEntries(
            Map.entry("/resourcequotas", CoreChecks::resourceQuota),
            Map.entry("/podtemplates", CoreChecks::podTemplate),
            Map.entry("apps/controllerrevisions", CoreChecks::controllerRevision),
            Map.entry(RBAC + "roles", RbacChecks::role), Map.entry(RBAC + "clusterroles", RbacChecks::clusterRole),
            Map.entry(RBAC + "rolebindings", RbacChecks::roleBinding),
            Map.entry(RBAC + "clusterrolebindings", RbacChecks::clusterRoleBinding),
            Map.entry(ADMISSION + "validatingadmissionpolicies", AdmissionChecks::validatingPolicy),
            Map.entry(ADMISSION + "mutatingadmissionpolicies", AdmissionChecks::mutatingPolicy),
            Map.entry(ADMISSION + "validatingadmissionpolicybindings", AdmissionChecks::validatingBinding),
            Map.entry(ADMISSION + "mutatingadmissionpolicybindings", AdmissionChecks::mutatingBinding),
            Map.entry("storage.k8s.io/storageclasses", StorageChecks::storageClass),
            Map.entry("storage.k8s.io/csinodes", StorageChecks::node),
            Map.entry("storage.k8s.io/volumeattachments", StorageChecks::attachment),
            Map.entry("storage.k8s.io/csistoragecapacities", StorageChecks::capacity),
            Map.entry("networking.k8s.io/ingressclasses", NetworkingChecks::ingressClass),
            Map.entry("networking.k8s.io/ipaddresses", NetworkingChecks::address),
            Map.entry("networking.k8s.io/servicecidrs", NetworkingChecks::serviceRange),
            Map.entry("policy/poddisruptionbudgets", PolicyChecks::disruptionBudget));

    private BuiltInRules() {
    }

    public static void register(Resources resources) {
        for (Workload workload : Workload.values()) {
            resources.rule(workload.storageId(), new WorkloadRule(workload));
        }
        resources.rule("/pods", new PodRule(new Priorities(resources)));
        resources.rule("/services", new ServiceRule());
        resources.rule("/secrets", new SecretRule());
        resources.rule("/configmaps", new ConfigMapRule());
        resources.rule("/persistentvolumeclaims",
                new ClaimRule(
                        new ProtectedRule("kubernetes.io/pvc-protection", resources.surroundings(), ClaimChecks::claim),
                        DefaultClass.ofStorage(resources)));
        resources.rule("/persistentvolumes",
                new ProtectedRule("kubernetes.io/pv-protection", resources.surroundings(), ClaimChecks::volume));
        resources.rule("discovery.k8s.io/endpointslices", new EndpointSliceRule());
        resources.rule("/endpoints", new EndpointsRule());
        resources.rule("/nodes", new NodeRule());
        resources.rule("/limitranges", new LimitRangeRule(resources.surroundings()::uid));
        resources.rule("/events", new EventRule());
        resources.rule("autoscaling/horizontalpodautoscalers", new AutoscalerRule());
        resources.rule("networking.k8s.io/networkpolicies", new NetworkPolicyRule());
        resources.rule("coordination.k8s.io/leases", new LeaseRule());
        resources.rule("networking.k8s.io/ingresses", new IngressRule(DefaultClass.ofIngress(resources)));
        resources.rule("scheduling.k8s.io/priorityclasses", new PriorityClassRule(resources));
        resources.rule("storage.k8s.io/csidrivers", new StorageDriverRule());
        resources.rule("storage.k8s.io/volumeattributesclasses", new ProtectedRule("kubernetes.io/vac-protection",
                resources.surroundings(), StorageChecks::attributesClass));
        resources.rule(ADMISSION + "validatingwebhookconfigurations",
                new WebhookConfigurationRule(AdmissionChecks::validatingWebhooks));
        resources.rule(ADMISSION + "mutatingwebhookconfigurations",
                new WebhookConfigurationRule(AdmissionChecks::mutatingWebhooks));
        CHECKS.forEach((storageId, check) -> resources.rule(storageId, new Checked(check)));
    }
}
