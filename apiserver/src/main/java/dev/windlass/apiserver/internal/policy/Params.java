package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.kind.LabelSelector;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Finds the parameters of policies. Thread-safe. */
final class Params {
    private static final List<Optional<JsonNode>> NONE = List.of(Optional.empty());

    private final Resources resources;

    Params(Resources resources) {
        this.resources = resources;
    }

    /** A policy and a binding that do not go together, or not with what is there. */
    static final class MisconfiguredException extends Exception {
        private static final long serialVersionUID = 1;

        MisconfiguredException(String message) {
            super(message, null, false, false);
        }
    }

    /** @throws MisconfiguredException when nothing is served of the kind of a policy's parameters */
    void requireKind(Policy policy) throws MisconfiguredException {
        Policy.ParamKind kind = policy.params();
        if (kind != null && resources.catalog().ofKind(kind.apiVersion(), kind.kind()) == null) {
            throw new MisconfiguredException("failed to find resource referenced by paramKind: '" + kind + "'");
        }
    }

    /**
     * The parameters with which a policy is to be asked, one after the other.
     *
     * @param namespace
     *            of the request, empty for none
     * @return one empty one when it is to be asked without; none when it is not to be asked
     */
    List<Optional<JsonNode>> of(Policy policy, Binding binding, String namespace) throws MisconfiguredException {
        Policy.ParamKind kind = policy.params();
        Binding.ParamRef reference = binding.params();
        if (kind == null || reference == null) {
            return NONE;
        }
        ResourceType type = resources.catalog().ofKind(kind.apiVersion(), kind.kind());
        if (type == null) {
            requireKind(policy);
            return NONE;
        }
        List<Optional<JsonNode>> found = new ArrayList<>();
        for (Stored each : stored(type, reference, where(type, reference, namespace))) {
            found.add(Optional.of(resources.decode(each, type)));
        }
        if (found.isEmpty() && reference.required()) {
            throw new MisconfiguredException(
                    "no params found for policy binding with `Deny` parameterNotFoundAction");
        }
        return found;
    }

    private static String where(ResourceType type, Binding.ParamRef reference, String namespace)
            throws MisconfiguredException {
        if (!type.namespaced()) {
            if (!reference.namespace().isEmpty()) {
                throw new MisconfiguredException(
                        "paramRef.namespace must not be provided for a cluster-scoped `paramKind`");
            }
            return "";
        }
        String where = reference.namespace().isEmpty() ? namespace : reference.namespace();
        if (where.isEmpty()) {
            throw new MisconfiguredException(
                    "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources");
        }
        return where;
    }

    private List<Stored> stored(ResourceType type, Binding.ParamRef reference, String namespace) {
        LabelSelector selector = reference.selector();
        if (selector != null) {
            return resources.shelf(type).snapshot(namespace).objects().stream()
                    .filter(each -> selector.matches(each::label)).toList();
        }
        Stored named = resources.shelf(type).get(Stored.key(namespace, reference.name()));
        return named == null ? List.of() : List.of(named);
    }
}
