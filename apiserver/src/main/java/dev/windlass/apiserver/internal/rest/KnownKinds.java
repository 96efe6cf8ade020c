package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.GroupVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of an object of a built-in kind that is sent where another is expected: the real server reads all kinds that it knows, and says that it cannot convert them. Stateless. */
final class KnownKinds {
    private static final String EXTENSIONS = "apiextensions.k8s.io";
    private static final List<String> EVERYWHERE = List.of("v1/Status", "meta.k8s.io/v1/Status");
    private static final String WORKLOADS = "DaemonSet Deployment ReplicaSet ";
    private static final String ROLES = "ClusterRole ClusterRoleBinding Role RoleBinding";
    private static final String POLICIES = "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding"
            + " ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding";

    /** In versions that are no longer served, or not unless somebody asks for them; and what is not served by itself. */
    private static final Map<String, String> UNSERVED = Map.ofEntries(
            Map.entry("admissionregistration.k8s.io/v1alpha1", POLICIES),
            Map.entry("admissionregistration.k8s.io/v1beta1",
                    POLICIES + " MutatingWebhookConfiguration ValidatingWebhookConfiguration"),
            Map.entry("apiextensions.k8s.io/v1beta1", "CustomResourceDefinition"),
            Map.entry("apps/v1beta1", "ControllerRevision Deployment Scale StatefulSet"),
            Map.entry("apps/v1beta2", WORKLOADS + "ControllerRevision Scale StatefulSet"),
            Map.entry("authentication.k8s.io/v1alpha1", "SelfSubjectReview"),
            Map.entry("authentication.k8s.io/v1beta1", "SelfSubjectReview TokenReview"),
            Map.entry("authorization.k8s.io/v1beta1",
                    "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview"),
            Map.entry("autoscaling/v1", "Scale"),
            Map.entry("batch/v1beta1", "CronJob"),
            Map.entry("coordination.k8s.io/v1beta1", "Lease"),
            Map.entry("discovery.k8s.io/v1beta1", "EndpointSlice"),
            Map.entry("events.k8s.io/v1beta1", "Event"),
            Map.entry("extensions/v1beta1", WORKLOADS + "Ingress NetworkPolicy Scale"),
            Map.entry("networking.k8s.io/v1beta1", "Ingress IngressClass IPAddress ServiceCIDR"),
            Map.entry("node.k8s.io/v1alpha1", "RuntimeClass"),
            Map.entry("node.k8s.io/v1beta1", "RuntimeClass"),
            Map.entry("policy/v1beta1", "PodDisruptionBudget"),
            Map.entry("rbac.authorization.k8s.io/v1alpha1", ROLES),
            Map.entry("rbac.authorization.k8s.io/v1beta1", ROLES),
            Map.entry("scheduling.k8s.io/v1beta1", "PriorityClass"),
            Map.entry("storage.k8s.io/v1alpha1", "CSIStorageCapacity VolumeAttachment VolumeAttributesClass"),
            Map.entry("storage.k8s.io/v1beta1",
                    "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass"));

    private KnownKinds() {
    }

    /**
     * What is wrong with an object that is read as of a kind; null when it can be, though perhaps in another version.
     *
     * @param apiVersion
     *            that is expected
     */
    static @Nullable String problem(ObjectNode object, String kind, String apiVersion, Catalog catalog) {
        String namedKind = Json.textOrEmpty(object, "kind");
        String givenKind = namedKind.isEmpty() ? kind : namedKind;
        String givenVersion = Json.textOrEmpty(object, "apiVersion");
        if (givenKind.equals(kind) && (givenVersion.isEmpty() || givenVersion.equals(apiVersion))) {
            return null;
        }
        if (givenVersion.isEmpty()) {
            return problemInside(givenKind, kind, apiVersion, catalog);
        }
        boolean everywhere = EVERYWHERE.contains(givenVersion + "/" + givenKind);
        // Definitions are read by a server of their own, which knows nothing else.
        boolean together = isExtension(givenVersion) == isExtension(apiVersion);
        if (!everywhere && !(together && isKnown(givenVersion, givenKind, catalog))) {
            return "no kind " + GoText.quoted(givenKind) + " is registered for version "
                    + GoText.quoted(givenVersion) + " in scheme \"pkg/runtime/scheme.go:111\"";
        }
        return givenKind.equals(kind)
                ? null
                : "converting (" + GroupVersion.of(givenVersion).version() + "." + givenKind + ") to ("
                        + inside(apiVersion) + "." + kind
                        + "): unknown conversion";
    }

    /** What names no version is taken for what the real server has inside, of the group that is expected. */
    private static String problemInside(String givenKind, String kind, String apiVersion, Catalog catalog) {
        String group = GroupVersion.of(apiVersion).group();
        boolean known = isKnown(apiVersion, givenKind, catalog) || UNSERVED.keySet().stream()
                .anyMatch(each -> GroupVersion.of(each).group().equals(group) && isKnown(each, givenKind, catalog));
        return known
                ? "converting (" + inside(apiVersion) + "." + givenKind + ") to (" + inside(apiVersion) + "." + kind
                        + "): unknown conversion"
                : "no kind " + GoText.quoted(givenKind) + " is registered for the internal version of group "
                        + GoText.quoted(group) + " in scheme \"pkg/runtime/scheme.go:111\"";
    }

    /** @throws ApiException 400 when an object is not of a kind, or in another version */
    static void check(ObjectNode object, String kind, String apiVersion, Catalog catalog) {
        String problem = problem(object, kind, apiVersion, catalog);
        String given = Json.textOrEmpty(object, "apiVersion");
        if (problem != null) {
            throw ApiException.badRequest(Json.textOrEmpty(object, "kind") + " in version "
                    + GoText.quoted(GroupVersion.of(given).version()) + " cannot be handled as a " + kind + ": "
                    + problem);
        }
        checkVersion(given, apiVersion);
    }

    /** @throws ApiException 400 when it is another one */
    static void checkVersion(String given, String expected) {
        if (!given.equals(expected)) {
            throw ApiException.badRequest("the API version in the data (" + given
                    + ") does not match the expected API version (" + expected + ")");
        }
    }

    private static boolean isKnown(String apiVersion, String kind, Catalog catalog) {
        boolean list = kind.endsWith("List");
        String item = list ? kind.substring(0, kind.length() - "List".length()) : kind;
        ResourceType type = catalog.ofKind(apiVersion, item);
        return (type != null && !type.isCustom() && (!list || type.allows("list")))
                || (apiVersion.equals("v1") && kind.equals("List"))
                || List.of(UNSERVED.getOrDefault(apiVersion, "").split(" ")).contains(item);
    }

    private static boolean isExtension(String apiVersion) {
        return GroupVersion.of(apiVersion).group().equals(EXTENSIONS);
    }

    /** The package in which the real server has the kinds of a group. */
    private static String inside(String apiVersion) {
        String group = GroupVersion.of(apiVersion).group();
        return group.isEmpty() || group.equals("events.k8s.io") ? "core" : group.split("\\.", 2)[0];
    }
}
