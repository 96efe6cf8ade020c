package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.TopologyLabels;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import org.jspecify.annotations.Nullable;

/** The rules of the built-in kinds. */
public final class BuiltInRules {
    private static final String ADMISSION = "admissionregistration.k8s.io/";
    private static final String RBAC = "rbac.authorization.k8s.io/";

    private BuiltInRules() {
    }

    /**
     * Each is made when its kind is first asked for: a test needs few of them, and all take a while to load.
     *
     * @param podSecurity
     *            which is asked between those that limit an object and those that know its class
     */
    public static void register(Resources resources, WriteGuard podSecurity) {
        resources.rules(storageId -> of(storageId, resources));
        resources.guard(new LimitGuard(new LimitRanges(resources)));
        resources.guard(podSecurity);
        resources.guard(new ResizeGuard(resources));
        resources.guard(new RuntimeClasses(resources));
        resources.guard(new NodeGuard(resources));
    }

    private static @Nullable KindRule of(String storageId, Resources resources) {
        for (Workload workload : Workload.values()) {
            if (workload.storageId().equals(storageId)) {
                return new WorkloadRule(workload);
            }
        }
        return switch (storageId) {
            case "/pods" -> new PodRule(new Priorities(resources), new LimitRanges(resources),
                    new RuntimeClasses(resources), new TopologyLabels(resources), resources.surroundings());
            case "/services" -> new ServiceRule();
            case "/secrets" -> new SecretRule();
            case "/configmaps" -> new ConfigMapRule();
            case "/persistentvolumeclaims" -> new ClaimRule(
                    new ProtectedRule("kubernetes.io/pvc-protection",
                            ClaimChecks::claim, ClaimChecks::claimStatus),
                    DefaultClass.ofStorage(resources));
            case "/persistentvolumes" -> new PersistentVolumeRule(resources.surroundings());
            case "discovery.k8s.io/endpointslices" -> new EndpointSliceRule();
            case "/endpoints" -> new EndpointsRule();
            case "/podtemplates" -> new PodTemplateRule();
            case "/nodes" -> new NodeRule();
            case "/componentstatuses" -> new ComponentStatusRule();
            case "/limitranges" -> new LimitRangeRule(resources.surroundings()::uid);
            case "/events" -> new EventRule();
            case "autoscaling/horizontalpodautoscalers" -> new AutoscalerRule();
            case "networking.k8s.io/networkpolicies" -> new NetworkPolicyRule();
            case "coordination.k8s.io/leases" -> new LeaseRule();
            case "networking.k8s.io/ingresses" -> new IngressRule(DefaultClass.ofIngress(resources));
            case "scheduling.k8s.io/priorityclasses" -> new PriorityClassRule(resources);
            case "node.k8s.io/runtimeclasses" ->
                new Warned(RuntimeClassChecks::runtimeClass, StatusChecks::anything, RuntimeClassChecks::warn);
            case "storage.k8s.io/csidrivers" -> new StorageDriverRule();
            case "storage.k8s.io/volumeattributesclasses" -> new ProtectedRule("kubernetes.io/vac-protection",
                    StorageChecks::attributesClass, StatusChecks::anything);
            case ADMISSION + "validatingwebhookconfigurations" ->
                new WebhookConfigurationRule(AdmissionChecks::validatingWebhooks);
            case ADMISSION + "mutatingwebhookconfigurations" ->
                new WebhookConfigurationRule(AdmissionChecks::mutatingWebhooks);
            case "/resourcequotas" ->
                new Warned(QuotaChecks::check, StatusChecks::resourceQuota, KindWarnings::quota);
            case "/serviceaccounts" ->
                new Warned(StatusChecks::anything, StatusChecks::anything, KindWarnings::serviceAccount);
            case "storage.k8s.io/storageclasses" ->
                new Warned(StorageChecks::storageClass, StatusChecks::anything, KindWarnings::storageClass);
            case "storage.k8s.io/csistoragecapacities" ->
                new Warned(StorageChecks::capacity, StatusChecks::anything, KindWarnings::storageCapacity);
            case ADMISSION + "validatingadmissionpolicies" ->
                new Checked(AdmissionPolicyChecks::validatingPolicy, StatusChecks::validatingPolicy);
            case "storage.k8s.io/csinodes" -> new StorageNodeRule();
            case "networking.k8s.io/servicecidrs" ->
                new Checked(NetworkingChecks::serviceRange, StatusChecks::anything);
            case "policy/poddisruptionbudgets" ->
                new Checked(PolicyChecks::disruptionBudget, StatusChecks::disruptionBudget);
            default -> {
                Checked.Check check = check(storageId);
                yield check == null ? null : new Checked(check);
            }
        };
    }

    /** Kinds of which nothing is special but what they allow. */
    private static Checked.@Nullable Check check(String storageId) {
        return switch (storageId) {
            case "apps/controllerrevisions" -> CoreChecks::controllerRevision;
            case RBAC + "roles" -> RbacChecks::role;
            case RBAC + "clusterroles" -> RbacChecks::clusterRole;
            case RBAC + "rolebindings" -> RbacChecks::roleBinding;
            case RBAC + "clusterrolebindings" -> RbacChecks::clusterRoleBinding;
            case ADMISSION + "mutatingadmissionpolicies" -> AdmissionPolicyChecks::mutatingPolicy;
            case ADMISSION + "validatingadmissionpolicybindings" -> AdmissionPolicyChecks::validatingBinding;
            case ADMISSION + "mutatingadmissionpolicybindings" -> AdmissionPolicyChecks::mutatingBinding;
            case "storage.k8s.io/volumeattachments" -> StorageChecks::attachment;
            case "networking.k8s.io/ingressclasses" -> NetworkingChecks::ingressClass;
            case "networking.k8s.io/ipaddresses" -> NetworkingChecks::address;
            default -> null;
        };
    }
}
