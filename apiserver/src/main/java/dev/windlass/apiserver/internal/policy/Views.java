package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.admission.AdmissionReviews;
import dev.windlass.apiserver.internal.admission.Exempt;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What policies see of requests. Thread-safe. */
final class Views {
    private final Resources resources;
    private final Authorizer authorizer;

    Views(Resources resources, Authorizer authorizer) {
        this.resources = resources;
        this.authorizer = authorizer;
    }

    /** Whoever makes policies must not be kept from it by them. */
    static boolean isExempt(AdmissionRequest request) {
        ResourceType type = request.type();
        return Exempt.isReview(type.group(), type.plural()) || Exempt.isPolicy(type.group(), type.plural());
    }

    RequestFacts facts(AdmissionRequest request, ResourceType as) {
        return RequestFacts.of(AdmissionReviews.of("v1", "", request, as).path("request"), authorizer,
                request.user());
    }

    /** The namespace in which a request is; null when it is in none. A namespace is in none. */
    @Nullable
    JsonNode namespace(AdmissionRequest request) {
        if (request.namespace().isEmpty() || request.type().is("", "namespaces")) {
            return null;
        }
        ResourceType type = resources.namespaces();
        Stored namespace = resources.shelf(type).get(request.namespace());
        if (namespace == null) {
            return null;
        }
        ObjectNode object = resources.decode(namespace, type);
        ObjectNode metadata = Json.child(object, "metadata");
        metadata.remove(List.of("managedFields", "ownerReferences"));
        object.remove(List.of("kind", "apiVersion"));
        return object;
    }

    /** @param denied what came of a policy, for the client */
    static ApiException refusal(AdmissionRequest request, String denied, String reason) {
        ResourceType type = request.type();
        ObjectNode details = details(request);
        details.putArray("causes").addObject().put("message", denied);
        int code = switch (reason) {
            case "Forbidden" -> 403;
            case "RequestEntityTooLarge" -> 413;
            default -> 422;
        };
        return ApiException.told(code, reason,
                type.qualified() + " " + GoText.quoted(name(request)) + " is forbidden: " + denied, details);
    }

    /** @param denied what came of policies that were to change the object, for the client; the first one is told first */
    static ApiException refusals(AdmissionRequest request, List<String> denied, String reason) {
        ObjectNode details = details(request);
        denied.forEach(each -> details.withArray("causes").addObject().put("message", each));
        return ApiException.told(403, reason, denied.getFirst(), details);
    }

    private static ObjectNode details(AdmissionRequest request) {
        ObjectNode details = Json.object().put("name", name(request));
        if (!request.type().group().isEmpty()) {
            details.put("group", request.type().group());
        }
        return details.put("kind", request.type().plural());
    }

    /** How a request is called that is refused. */
    private static String name(AdmissionRequest request) {
        String name = request.target().name();
        return name.isEmpty() ? Metadata.toldName(request.object()) : name;
    }
}
