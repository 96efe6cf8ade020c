package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Says who is asked about what. Thread-safe. */
final class Matching {
    private final Resources resources;

    Matching(Resources resources) {
        this.resources = resources;
    }

    /**
     * As what a webhook is asked about a request.
     *
     * @return the type of the request or, where several versions are there and it wants another one, that one; null when it is not asked
     * @throws ApiException
     *             404 when it asks for labels of a namespace that is not there
     */
    @Nullable
    ResourceType match(Hook hook, AdmissionRequest request) {
        if (!hook.objects().isEmpty() && !selects(hook.objects(), request.object())
                && !selects(hook.objects(), request.old())) {
            return null;
        }
        ResourceType as = type(hook, request);
        return as != null && inNamespace(hook.namespaces(), request) && hold(hook, request, as) ? as : null;
    }

    private static boolean hold(Hook hook, AdmissionRequest request, ResourceType as) {
        if (hook.conditions().isEmpty()) {
            return true;
        }
        try {
            return hook.conditions().hold(AdmissionReviews.of("v1", "", request, as).path("request"));
        } catch (Conditions.UndecidedException e) {
            if (hook.failsOpen()) {
                return false;
            }
            throw ApiException.forbidden(request.type().group(), request.type().plural(), request.target().name(),
                    String.valueOf(e.getMessage()), List.of());
        }
    }

    private @Nullable ResourceType type(Hook hook, AdmissionRequest request) {
        ResourceType type = request.type();
        for (Rule rule : hook.rules()) {
            if (rule.matches(request, type)) {
                return type;
            }
        }
        if (hook.exact() || !type.isCustom()) {
            return null;
        }
        for (Rule rule : hook.rules()) {
            for (ResourceType other : resources.catalog().all()) {
                if (other.storageId().equals(type.storageId()) && rule.matches(request, other)) {
                    return other;
                }
            }
        }
        return null;
    }

    private static boolean selects(LabelSelector selector, @Nullable JsonNode object) {
        return object != null && selector.matches(key -> Json.text(object, "metadata", "labels", key));
    }

    private boolean inNamespace(LabelSelector selector, AdmissionRequest request) {
        boolean itself = request.type().is("", "namespaces");
        if (selector.isEmpty() || (request.namespace().isEmpty() && !itself)) {
            return true;
        }
        if (itself && request.object() != null && request.target().subresource().isEmpty()) {
            return selects(selector, request.object());
        }
        Stored namespace = resources.shelf(resources.namespaces()).get(request.namespace());
        if (namespace == null) {
            throw ApiException.notFound("", "namespaces", request.namespace());
        }
        return selector.matches(namespace::label);
    }
}
