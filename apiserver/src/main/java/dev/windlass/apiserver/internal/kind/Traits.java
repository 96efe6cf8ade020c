package dev.windlass.apiserver.internal.kind;

import java.util.List;
import java.util.Map;

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
 * @param fields
 *            what field selectors can ask for, beside the name and the namespace
 */
public record Traits(boolean generation, boolean unconditionalUpdate, boolean createOnUpdate, boolean returnsDeleted,
        NameRule names,
        List<String> fields) {

    /** What names a kind allows. */
    public enum NameRule {
        SUBDOMAIN, LABEL, LABEL_1035, PATH_SEGMENT
    }

    private static final Traits PLAIN = new Traits(false, true, false, false, NameRule.SUBDOMAIN, List.of());
    private static final Traits GENERATED = new Traits(true, true, false, false, NameRule.SUBDOMAIN, List.of());
    private static final Traits RETURNED = new Traits(false, true, false, true, NameRule.SUBDOMAIN, List.of());
    private static final Traits RBAC = new Traits(false, true, true, false, NameRule.PATH_SEGMENT, List.of());
    private static final Traits EVENT = new Traits(false, true, true, false, NameRule.SUBDOMAIN,
            List.of("involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent",
                    "source", "type"));

    private static final Map<String, Traits> BUILT_IN = Map.ofEntries(
            Map.entry("/namespaces", new Traits(false, true, false, true, NameRule.LABEL, List.of("status.phase"))),
            Map.entry("/services",
                    new Traits(false, true, true, true, NameRule.LABEL_1035, List.of("spec.clusterIP", "spec.type"))),
            Map.entry("/pods",
                    new Traits(true, true, false, true, NameRule.SUBDOMAIN,
                            List.of("spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
                                    "spec.serviceAccountName", "spec.hostNetwork",
                                    "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"))),
            Map.entry("/nodes",
                    new Traits(false, true, false, false, NameRule.SUBDOMAIN, List.of("spec.unschedulable"))),
            Map.entry("/secrets", new Traits(false, true, false, false, NameRule.SUBDOMAIN, List.of("type"))),
            Map.entry("/replicationcontrollers",
                    new Traits(true, true, false, false, NameRule.SUBDOMAIN, List.of("status.replicas"))),
            Map.entry("/events", EVENT), Map.entry("events.k8s.io/events", EVENT),
            Map.entry("/endpoints", new Traits(false, true, true, false, NameRule.SUBDOMAIN, List.of())),
            Map.entry("/limitranges", new Traits(false, true, true, false, NameRule.SUBDOMAIN, List.of())),
            Map.entry("/serviceaccounts", RETURNED),
            Map.entry("/persistentvolumeclaims", RETURNED), Map.entry("/persistentvolumes", RETURNED),
            Map.entry("/resourcequotas", RETURNED),
            Map.entry("/podtemplates", new Traits(true, true, false, true, NameRule.SUBDOMAIN, List.of())),
            Map.entry("apps/deployments", GENERATED),
            Map.entry("apps/replicasets",
                    new Traits(true, true, false, false, NameRule.SUBDOMAIN, List.of("status.replicas"))),
            Map.entry("apps/statefulsets", GENERATED), Map.entry("apps/daemonsets", GENERATED),
            Map.entry("batch/jobs",
                    new Traits(true, true, false, false, NameRule.SUBDOMAIN, List.of("status.successful"))),
            Map.entry("batch/cronjobs", GENERATED), Map.entry("networking.k8s.io/ingresses", GENERATED),
            Map.entry("networking.k8s.io/ingressclasses", GENERATED),
            Map.entry("networking.k8s.io/networkpolicies", GENERATED),
            Map.entry("coordination.k8s.io/leases",
                    new Traits(false, false, true, false, NameRule.SUBDOMAIN, List.of())),
            Map.entry("rbac.authorization.k8s.io/roles", RBAC),
            Map.entry("rbac.authorization.k8s.io/rolebindings", RBAC),
            Map.entry("rbac.authorization.k8s.io/clusterroles", RBAC),
            Map.entry("rbac.authorization.k8s.io/clusterrolebindings", RBAC),
            Map.entry("apiextensions.k8s.io/customresourcedefinitions",
                    new Traits(true, false, false, false, NameRule.SUBDOMAIN, List.of())));

    static Traits builtIn(String group, String plural) {
        return BUILT_IN.getOrDefault(group + "/" + plural, PLAIN);
    }

    /**
     * Of a custom resource.
     *
     * @param fields what its definition lets field selectors ask for
     */
    public static Traits custom(List<String> fields) {
        return new Traits(true, false, false, false, NameRule.SUBDOMAIN, fields);
    }
}
