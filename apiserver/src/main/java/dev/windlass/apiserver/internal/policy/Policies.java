package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.admission.Matching;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The policies of one kind that bindings put to use, in the order of their names. They are read again only when one of them, or a binding, has changed, and
 * compiled again only when they have themselves. Thread-safe.
 *
 * @param <E>
 *            what a policy is compiled to
 */
final class Policies<E> {
    private static final String GROUP = "admissionregistration.k8s.io";

    private final Resources resources;
    private final ResourceType policies;
    private final ResourceType bindings;
    private final Function<JsonNode, E> compiler;
    private final Matching matching;
    private final Params params;
    private final AtomicLong changes = new AtomicLong();
    private volatile Known<E> known = new Known<>(0, List.of());

    private record Known<E>(long change, List<Bound<E>> bound) {
    }

    /** A policy and what puts it to use. */
    private record Bound<E>(long version, Policy policy, E compiled, List<Binding> bindings) {
    }

    /** Is told who is to judge a request. */
    interface Visitor<E> {
        /**
         * A policy is to judge it.
         *
         * @param as
         *            the type as which the policy sees it
         */
        void judge(Policy policy, Binding binding, E compiled, ResourceType as, Optional<JsonNode> params);

        /**
         * A policy that must would have to judge it, and cannot.
         *
         * @param binding
         *            null when it is not due to the binding
         */
        void misconfigured(Policy policy, @Nullable Binding binding, String problem);
    }

    /** @param compiler takes the {@code spec} of a policy */
    Policies(Resources resources, String kind, Function<JsonNode, E> compiler) {
        this.resources = resources;
        this.policies = resources.catalog().require(GROUP, "v1", kind + "policies");
        this.bindings = resources.catalog().require(GROUP, "v1", kind + "policybindings");
        this.compiler = compiler;
        this.matching = new Matching(resources);
        this.params = new Params(resources);
        resources.shelf(policies).listen(changes::incrementAndGet);
        resources.shelf(bindings).listen(changes::incrementAndGet);
    }

    boolean isEmpty() {
        return current().isEmpty();
    }

    private List<Bound<E>> current() {
        Known<E> last = known;
        long change = changes.get();
        if (last.change() == change) {
            return last.bound();
        }
        List<Bound<E>> bound = read(last.bound()); // after the count was taken, so that what comes meanwhile is read the next time
        known = new Known<>(change, bound);
        return bound;
    }

    private List<Bound<E>> read(List<Bound<E>> before) {
        Map<String, List<Binding>> byPolicy = new HashMap<>();
        for (Stored each : resources.shelf(bindings).snapshot("").objects()) {
            Binding binding = Binding.of(each.name(), resources.decode(each, bindings).path("spec"));
            byPolicy.computeIfAbsent(binding.policy(), _ -> new ArrayList<>()).add(binding);
        }
        Map<String, Bound<E>> compiled = new HashMap<>();
        before.forEach(each -> compiled.put(each.policy().name(), each));
        Shelf shelf = resources.shelf(policies);
        List<Bound<E>> bound = new ArrayList<>();
        for (Stored each : shelf.snapshot("").objects()) {
            List<Binding> used = byPolicy.get(each.name());
            if (used == null) {
                continue;
            }
            Bound<E> old = compiled.get(each.name());
            if (old != null && old.version() == each.version()) {
                bound.add(new Bound<>(old.version(), old.policy(), old.compiled(), used));
            } else {
                JsonNode spec = resources.decode(each, policies).path("spec");
                bound.add(new Bound<>(each.version(), Policy.of(each.name(), spec), compiler.apply(spec), used));
            }
        }
        return List.copyOf(bound);
    }

    /** Goes through those who are to judge a request. */
    void visit(AdmissionRequest request, Visitor<E> visitor) {
        for (Bound<E> bound : current()) {
            ResourceType as = matching.match(bound.policy().scope(), request);
            if (as == null) {
                continue;
            }
            try {
                params.requireKind(bound.policy());
            } catch (Params.MisconfiguredException e) {
                tell(visitor, bound.policy(), null, e);
                continue;
            }
            for (Binding binding : bound.bindings()) {
                if (binding.scope() == null || matching.match(binding.scope(), request) != null) {
                    visit(request, bound, binding, as, visitor);
                }
            }
        }
    }

    private void visit(AdmissionRequest request, Bound<E> bound, Binding binding, ResourceType as,
            Visitor<E> visitor) {
        Policy policy = bound.policy();
        try {
            for (Optional<JsonNode> each : params.of(policy, binding, request.namespace())) {
                visitor.judge(policy, binding, bound.compiled(), as, each);
            }
        } catch (Params.MisconfiguredException e) {
            tell(visitor, policy, binding, e);
        }
    }

    private void tell(Visitor<E> visitor, Policy policy, @Nullable Binding binding,
            Params.MisconfiguredException problem) {
        if (!policy.failsOpen()) {
            visitor.misconfigured(policy, binding, "failed to configure " + (binding == null ? "policy" : "binding")
                    + ": " + problem.getMessage());
        }
    }
}
