package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A claim grows when it is bound and the class of its volume says that volumes may grow. */
final class ResizeGuard implements WriteGuard {
    private final Resources resources;

    ResizeGuard(Resources resources) {
        this.resources = resources;
    }

    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        ResourceType type = target.type();
        if (old == null || !type.storageId().equals("/persistentvolumeclaims") || !target.subresource().isEmpty()
                || Amounts.of(size(object)).compareTo(Amounts.of(size(old))) <= 0) {
            return;
        }
        if (!Json.textOrEmpty(old, "status", "phase").equals("Bound")) {
            throw refused(target, "Only bound persistent volume claims can be expanded");
        }
        String name = storageClass(object);
        if (name.isEmpty() || !name.equals(storageClass(old)) || !allowsGrowth(name)) {
            throw refused(target, "only dynamically provisioned pvc can be resized and"
                    + " the storageclass that provisions the pvc must support resize");
        }
    }

    private static JsonNode size(ObjectNode claim) {
        return claim.path("spec").path("resources").path("requests").path("storage");
    }

    private static String storageClass(ObjectNode claim) {
        String annotation = Json.text(claim, "metadata", "annotations", ClaimRule.CLASS_ANNOTATION);
        return annotation == null ? Json.textOrEmpty(claim, "spec", "storageClassName") : annotation;
    }

    private boolean allowsGrowth(String storageClass) {
        ResourceType classes = resources.catalog().require("storage.k8s.io", "v1", "storageclasses");
        return Json.flag(resources.read(classes, "", storageClass), false, "allowVolumeExpansion");
    }

    private static ApiException refused(Target target, String why) {
        ResourceType type = target.type();
        return ApiException.forbidden(type.group(), type.plural(), target.name(), why, List.of());
    }
}
