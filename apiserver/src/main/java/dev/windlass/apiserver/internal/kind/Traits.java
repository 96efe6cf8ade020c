package dev.windlass.apiserver.internal.kind;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How one resource behaves where kinds differ.
 *
 * @param generation
 *            whether {@code metadata.generation} is kept
 * @param unconditionalUpdate
 *            whether a PUT without resource version is accepted
 * @param createOnUpdate
 *            whether a PUT of an object that does not exist creates it
 * @param returnsDeleted
 *            whether a DELETE answers the object rather than a Status
 * @param names
 *            what names are allowed
 * @param namesAgain
 *            whether that is asked of a prefix for names again when an object is updated
 * @param namesAgainInStatus
 *            the same when its status is
 * @param anyFinalizer
 *            whether finalizers need no domain
 * @param orphans
 *            whether a deletion that says nothing of dependents orphans them
 * @param statusKeepsMetadata
 *            whether a change of the status leaves labels and annotations as they are
 * @param cached
 *            whether the real server reads them from a cache, which answers in other words and pages differently
 * @param fields
 *            what field selectors can ask for, beside the name and the namespace
 */
public record Traits(boolean generation, boolean unconditionalUpdate, boolean createOnUpdate, boolean returnsDeleted,
        NameRule names, boolean namesAgain, boolean namesAgainInStatus, boolean anyFinalizer, boolean orphans,
        boolean statusKeepsMetadata, boolean cached, List<String> fields) {

    /** What names a kind allows. */
    public enum NameRule {
        SUBDOMAIN, LABEL, LABEL_1035, PATH_SEGMENT, ADDRESS, ANY
    }

    private static final List<String> EVENT_FIELDS = List.of("involvedObject.kind", "involvedObject.namespace",
            "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion", "involvedObject.resourceVersion",
            "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type");
    private static final String ADMISSION = "admissionregistration.k8s.io/";

    private static final Set<String> GENERATION = Set.of("/pods", "/podtemplates", "/replicationcontrollers",
            "apps/deployments", "apps/replicasets", "apps/statefulsets", "apps/daemonsets", "batch/jobs",
            "batch/cronjobs", "autoscaling/horizontalpodautoscalers", "policy/poddisruptionbudgets",
            "networking.k8s.io/ingresses", "networking.k8s.io/ingressclasses", "networking.k8s.io/networkpolicies",
            "discovery.k8s.io/endpointslices",
            ADMISSION + "validatingadmissionpolicies", ADMISSION + "validatingadmissionpolicybindings",
            ADMISSION + "mutatingadmissionpolicies", ADMISSION + "mutatingadmissionpolicybindings",
            ADMISSION + "validatingwebhookconfigurations", ADMISSION + "mutatingwebhookconfigurations",
            "apiextensions.k8s.io/customresourcedefinitions");
    private static final Set<String> CONDITIONAL_UPDATE = Set.of("policy/poddisruptionbudgets",
            "storage.k8s.io/csidrivers", "storage.k8s.io/csistoragecapacities", "storage.k8s.io/volumeattachments",
            "storage.k8s.io/csinodes", "coordination.k8s.io/leases", "node.k8s.io/runtimeclasses",
            ADMISSION + "validatingadmissionpolicies", ADMISSION + "validatingadmissionpolicybindings",
            ADMISSION + "mutatingadmissionpolicies", ADMISSION + "mutatingadmissionpolicybindings",
            ADMISSION + "validatingwebhookconfigurations", ADMISSION + "mutatingwebhookconfigurations",
            "apiextensions.k8s.io/customresourcedefinitions");
    private static final Set<String> CREATE_ON_UPDATE = Set.of("/services", "/events", "events.k8s.io/events",
            "/endpoints", "/limitranges", "coordination.k8s.io/leases", "node.k8s.io/runtimeclasses",
            "rbac.authorization.k8s.io/roles",
            "rbac.authorization.k8s.io/rolebindings", "rbac.authorization.k8s.io/clusterroles",
            "rbac.authorization.k8s.io/clusterrolebindings");
    private static final Set<String> RETURNS_DELETED = Set.of("/namespaces", "/services", "/pods", "/serviceaccounts",
            "/persistentvolumeclaims", "/persistentvolumes", "/resourcequotas", "/podtemplates",
            "storage.k8s.io/csidrivers", "storage.k8s.io/csinodes", "storage.k8s.io/storageclasses",
            "storage.k8s.io/volumeattachments", "storage.k8s.io/volumeattributesclasses");
    private static final Set<String> STATUS_KEEPS_METADATA = Set.of("storage.k8s.io/volumeattachments",
            "storage.k8s.io/csinodes", "networking.k8s.io/servicecidrs", ADMISSION + "validatingadmissionpolicies");
    private static final Set<String> ANY_FINALIZER = Set.of("apiextensions.k8s.io", "admissionregistration.k8s.io",
            "coordination.k8s.io", "policy", "node.k8s.io");
    private static final Set<String> NAMES_ONCE = Set.of("/services", "/resourcequotas", "/podtemplates",
            "/replicationcontrollers", "apps/daemonsets", "apps/deployments", "apps/replicasets", "apps/statefulsets",
            "autoscaling/horizontalpodautoscalers", "batch/jobs", "batch/cronjobs", "coordination.k8s.io/leases",
            "networking.k8s.io/networkpolicies", "networking.k8s.io/servicecidrs", "networking.k8s.io/ipaddresses",
            "scheduling.k8s.io/priorityclasses",
            "storage.k8s.io/csidrivers", "apiextensions.k8s.io/customresourcedefinitions");
    private static final Map<String, NameRule> NAMES = Map.ofEntries(Map.entry("/namespaces", NameRule.LABEL),
            Map.entry("/services", NameRule.LABEL), Map.entry("apps/statefulsets", NameRule.LABEL),
            Map.entry("/events", NameRule.ANY),
            Map.entry("policy/poddisruptionbudgets", NameRule.PATH_SEGMENT),
            Map.entry("networking.k8s.io/ipaddresses", NameRule.ADDRESS),
            Map.entry("events.k8s.io/events", NameRule.ANY),
            Map.entry("rbac.authorization.k8s.io/roles", NameRule.PATH_SEGMENT),
            Map.entry("rbac.authorization.k8s.io/rolebindings", NameRule.PATH_SEGMENT),
            Map.entry("rbac.authorization.k8s.io/clusterroles", NameRule.PATH_SEGMENT),
            Map.entry("rbac.authorization.k8s.io/clusterrolebindings", NameRule.PATH_SEGMENT));
    private static final Map<String, List<String>> FIELDS = Map.ofEntries(
            Map.entry("/namespaces", List.of("status.phase")),
            Map.entry("/services", List.of("spec.clusterIP", "spec.type")),
            Map.entry("/pods", List.of("spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                    "spec.serviceAccountName", "spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs",
                    "status.nominatedNodeName")),
            Map.entry("/nodes", List.of("spec.unschedulable")), Map.entry("/secrets", List.of("type")),
            Map.entry("/replicationcontrollers", List.of("status.replicas")),
            Map.entry("batch/jobs", List.of("status.successful")), Map.entry("/events", EVENT_FIELDS),
            Map.entry("events.k8s.io/events", EVENT_FIELDS));

    static Traits builtIn(String group, String plural) {
        String id = group + "/" + plural;
        return new Traits(GENERATION.contains(id), !CONDITIONAL_UPDATE.contains(id), CREATE_ON_UPDATE.contains(id),
                RETURNS_DELETED.contains(id), NAMES.getOrDefault(id, NameRule.SUBDOMAIN), !NAMES_ONCE.contains(id),
                id.equals("storage.k8s.io/volumeattachments"),
                ANY_FINALIZER.contains(group), id.equals("batch/jobs") || id.equals("/replicationcontrollers"),
                STATUS_KEEPS_METADATA.contains(id), !plural.equals("events"), FIELDS.getOrDefault(id, List.of()));
    }

    /**
     * Of a custom resource.
     *
     * @param fields what its definition lets field selectors ask for
     */
    public static Traits custom(List<String> fields) {
        return new Traits(true, false, false, false, NameRule.SUBDOMAIN, false, false, true, false, true, true, fields);
    }
}
