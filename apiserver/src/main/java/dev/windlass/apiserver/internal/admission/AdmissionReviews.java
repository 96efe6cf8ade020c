package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The questions that webhooks are asked, and what expressions see of requests. Stateless. */
public final class AdmissionReviews {

    private AdmissionReviews() {
    }

    /**
     * @param version
     *            v1 or v1beta1, which look the same
     * @param as
     *            the type that the webhook wants to see it as
     */
    public static ObjectNode of(String version, String uid, AdmissionRequest request, ResourceType as) {
        ObjectNode review = Json.object().put("kind", "AdmissionReview").put("apiVersion",
                "admission.k8s.io/" + version);
        ObjectNode asked = review.putObject("request").put("uid", uid);
        String part = request.target().subresource();
        ObjectNode kind = request.kind();
        asked.set("kind", as == request.type()
                ? kind
                : Json.object().put("group", as.group()).put("version", as.version()).put("kind", as.kind()));
        asked.set("resource", resource(as));
        put(asked, "subResource", part);
        asked.set("requestKind", kind);
        asked.set("requestResource", resource(request.type()));
        put(asked, "requestSubResource", part);
        put(asked, "name", request.target().name());
        put(asked, "namespace", request.namespace());
        asked.put("operation", request.operation());
        asked.set("userInfo", user(request.user()));
        asked.set("object", shown(request.object(), request, as));
        asked.set("oldObject", request.shownBefore(as));
        asked.put("dryRun", request.dryRun());
        asked.set("options", request.options());
        return review;
    }

    private static void put(ObjectNode object, String field, String value) {
        if (!value.isEmpty()) {
            object.put(field, value);
        }
    }

    private static ObjectNode resource(ResourceType type) {
        return Json.object().put("group", type.group()).put("version", type.version()).put("resource", type.plural());
    }

    private static @Nullable ObjectNode shown(@Nullable ObjectNode object, AdmissionRequest request, ResourceType as) {
        if (object == null || as == request.type()) {
            return object;
        }
        return request.shown(object, as);
    }

    private static ObjectNode user(User user) {
        ObjectNode info = Json.object();
        put(info, "username", user.name());
        put(info, "uid", user.uid());
        if (!user.groups().isEmpty()) {
            ArrayNode groups = info.putArray("groups");
            user.groups().forEach(groups::add);
        }
        if (!user.extra().isEmpty()) {
            ObjectNode extra = info.putObject("extra");
            user.extra().forEach((key, values) -> {
                ArrayNode all = extra.putArray(key);
                values.forEach(all::add);
            });
        }
        return info;
    }
}
