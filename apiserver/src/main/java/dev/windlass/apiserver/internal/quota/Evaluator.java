package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Knows what the objects of one kind take of which resources. Thread-safe. */
interface Evaluator {
    /** What some kinds were called before there was a name for each. */
    Map<String, String> OLD_NAMES = Map.of("/configmaps", "configmaps", "/secrets", "secrets", "/resourcequotas",
            "resourcequotas", "/replicationcontrollers", "replicationcontrollers");

    /** @return null for a kind that quotas are not for */
    static @Nullable Evaluator of(ResourceType type) {
        return switch (type.storageId()) {
            case "/events", "/componentstatuses" -> null;
            case "/pods" -> PodEvaluator.INSTANCE;
            case "/services" -> ServiceEvaluator.INSTANCE;
            case "/persistentvolumeclaims" -> ClaimEvaluator.INSTANCE;
            default -> {
                List<String> names = new ArrayList<>(List.of(countName(type)));
                String old = OLD_NAMES.get(type.storageId());
                if (old != null) {
                    names.add(old);
                }
                yield new CountEvaluator(names);
            }
        };
    }

    private static String countName(ResourceType type) {
        return "count/" + type.plural() + (type.group().isEmpty() ? "" : "." + type.group());
    }

    /**
     * Whether a write may change what an object takes.
     *
     * @param old
     *            null when it is new
     */
    boolean handles(String subresource, ObjectNode object, @Nullable ObjectNode old);

    /** Whether objects of the kind may take something of a resource. */
    boolean takes(String resource);

    /** Whether a scope includes the object. */
    boolean isIn(ScopeSelector scope, ObjectNode object);

    /**
     * What an object does not say though it must where resources are limited.
     *
     * @return "" when there is nothing
     */
    default String missing(Set<String> limited, ObjectNode object) {
        return "";
    }

    ResourceList usage(ObjectNode object);

    /** Those of the resources of which objects of the kind may take something. */
    default Set<String> taken(Collection<String> resources) {
        Set<String> found = new TreeSet<>(resources);
        found.removeIf(Predicate.not(this::takes));
        return found;
    }

    default boolean isFor(Quota quota, ObjectNode object) {
        return !taken(quota.hard().names()).isEmpty()
                && quota.scopes().stream().allMatch(scope -> isIn(scope, object));
    }
}
