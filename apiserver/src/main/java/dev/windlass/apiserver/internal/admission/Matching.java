package dev.windlass.apiserver.internal.admission;

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

/** Says which requests are in whose scope. Thread-safe. */
public final class Matching {
    private final Resources resources;

    public Matching(Resources resources) {
        this.resources = resources;
    }

    /**
     * As what somebody sees a request.
     *
     * @return the type of the request or, where several versions are there and another one is wanted, that one; null when it is out of scope
     * @throws ApiException
     *             404 when labels of a namespace are asked for that is not there
     */
    public @Nullable ResourceType match(Scope scope, AdmissionRequest request) {
        if (!scope.objects().isEmpty() && !selects(scope.objects(), request.object())
                && !selects(scope.objects(), request.old())) {
            return null;
        }
        if (type(scope.excluded(), scope, request) != null) {
            return null;
        }
        ResourceType as = scope.all() && scope.rules().isEmpty()
                ? request.type()
                : type(scope.rules(), scope, request);
        return as != null && inNamespace(scope.namespaces(), request) ? as : null;
    }

    private @Nullable ResourceType type(List<Rule> rules, Scope scope, AdmissionRequest request) {
        ResourceType type = request.type();
        for (Rule rule : rules) {
            if (rule.matches(request, type)) {
                return type;
            }
        }
        if (scope.exact() || rules.isEmpty()) {
            return null;
        }
        List<ResourceType> others = resources.catalog().equivalents(type, request.target().subresource());
        for (Rule rule : rules) {
            for (ResourceType other : others) {
                if (rule.matches(request, other)) {
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
