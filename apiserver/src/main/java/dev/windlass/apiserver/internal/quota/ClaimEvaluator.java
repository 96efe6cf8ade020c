package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What claims on volumes take: storage, also by its class. Stateless. */
final class ClaimEvaluator implements Evaluator {
    static final ClaimEvaluator INSTANCE = new ClaimEvaluator();

    private static final String COUNT = "count/persistentvolumeclaims";
    private static final String CLAIMS = "persistentvolumeclaims";
    private static final String STORAGE = "requests.storage";
    private static final String OF_CLASS = ".storageclass.storage.k8s.io/";
    private static final String CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";

    private ClaimEvaluator() {
    }

    /** The real server means to look at statuses only that say something else, and looks at all. */
    @Override
    public boolean handles(String subresource, ObjectNode object, @Nullable ObjectNode old) {
        return subresource.isEmpty() || subresource.equals("status");
    }

    @Override
    public boolean takes(String resource) {
        return List.of(COUNT, CLAIMS, STORAGE).contains(resource) || resource.endsWith(OF_CLASS + CLAIMS)
                || resource.endsWith(OF_CLASS + STORAGE);
    }

    @Override
    public boolean isIn(ScopeSelector scope, ObjectNode claim) {
        if (!scope.scope().equals("VolumeAttributesClass")) {
            return false;
        }
        Set<String> names = attributesClasses(claim);
        return names.isEmpty() ? scope.matchesName(null) : names.stream().anyMatch(scope::matchesName);
    }

    /** The one that is wanted, the one that there is, and the one that is on its way. */
    private static Set<String> attributesClasses(ObjectNode claim) {
        JsonNode status = claim.path("status");
        Set<String> names = new TreeSet<>(List.of(Json.textOrEmpty(claim, "spec", "volumeAttributesClassName"),
                Json.textOrEmpty(status, "currentVolumeAttributesClassName")));
        names.add(Json.textOrEmpty(status, "modifyVolumeStatus", "targetVolumeAttributesClassName"));
        names.remove("");
        return names;
    }

    @Override
    public ResourceList usage(ObjectNode claim) {
        TreeMap<String, Quantity> usage = new TreeMap<>();
        usage.put(COUNT, ResourceList.ONE);
        usage.put(CLAIMS, ResourceList.ONE);
        String annotation = Json.text(claim, "metadata", "annotations", CLASS_ANNOTATION);
        String storageClass = annotation == null ? Json.textOrEmpty(claim, "spec", "storageClassName") : annotation;
        if (!storageClass.isEmpty()) {
            usage.put(storageClass + OF_CLASS + CLAIMS, ResourceList.ONE);
        }
        Quantity storage = storage(claim);
        if (storage != null) {
            usage.put(STORAGE, storage);
            if (!storageClass.isEmpty()) {
                usage.put(storageClass + OF_CLASS + STORAGE, storage);
            }
        }
        return new ResourceList(usage);
    }

    /** In whole bytes: more than was asked for while what a volume has grown to is not taken back. */
    private static @Nullable Quantity storage(ObjectNode claim) {
        Quantity asked = ResourceList.of(claim.path("spec").path("resources").path("requests")).amounts()
                .get("storage");
        Quantity allocated = ResourceList.of(claim.path("status").path("allocatedResources")).amounts()
                .get("storage");
        if (asked == null) {
            return null;
        }
        Quantity whole = asked.atMost(0);
        return allocated != null && allocated.value().compareTo(whole.value()) > 0 ? allocated.atMost(0) : whole;
    }
}
