package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.store.ExpiredException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes what a server holds and brings it back. Bringing back is a series of ordinary changes at new versions: who watches is told of them, and no version
 * goes back. Thread-safe.
 */
public final class Snapshots {
    private static final int ROUNDS = 100;
    private static final int NAMED = 20;
    private static final String DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";
    private static final String CLUSTER_ROLES = "rbac.authorization.k8s.io/clusterroles";
    private static final String NAMESPACES = "/namespaces";

    private final Resources resources;
    private final boolean aggregated;

    /** @param aggregated whether somebody fills the cluster roles that aggregate others */
    public Snapshots(Resources resources, boolean aggregated) {
        this.resources = resources;
        this.aggregated = aggregated;
    }

    /** An object that has been brought back. */
    private record Returned(ResourceType type, ObjectNode object) {
    }

    /** All objects at one version, by what they are stored under; the first type that serves them beside. */
    public record State(Map<String, Held> held) {

        /** How many objects there are. */
        public int size() {
            return held.values().stream().mapToInt(each -> each.objects().size()).sum();
        }

        /** As one object of kind List, without those in which the server tells of itself. */
        public ObjectNode list() {
            ObjectNode list = Json.object().put("apiVersion", "v1").put("kind", "List");
            ArrayNode items = list.putArray("items");
            held.values().stream().sorted(Comparator.comparingInt(each -> turn(each.type())))
                    .forEach(each -> each.objects().values().stream()
                            .map(object -> Codec.decode(object, each.type()))
                            .filter(object -> !StandardObjects.isOfTheServer(object)).forEach(items::add));
            return list;
        }

        private Map<String, Stored> objects(ResourceType type) {
            Held found = held.get(type.storageId());
            return found == null ? Map.of() : found.objects();
        }
    }

    /** Objects of one resource by their keys. */
    public record Held(ResourceType type, Map<String, Stored> objects) {
    }

    public State take() {
        while (true) {
            try {
                return at(resources.store().version());
            } catch (ExpiredException _) {
                // more has changed meanwhile than the history reaches back: once more
            }
        }
    }

    private State at(long version) {
        Map<String, Held> held = new LinkedHashMap<>();
        for (ResourceType type : types()) {
            Map<String, Stored> objects = new LinkedHashMap<>();
            resources.shelf(type).snapshotAt("", version).objects().forEach(each -> objects.put(each.key(), each));
            if (!objects.isEmpty()) {
                held.put(type.storageId(), new Held(type, objects));
            }
        }
        return new State(held);
    }

    /** One type for each resource that is stored; what others need comes first. */
    private List<ResourceType> types() {
        List<ResourceType> types = resources.catalog().stored();
        types.sort(Comparator.comparingInt(Snapshots::turn));
        return types;
    }

    private static int turn(ResourceType type) {
        return switch (type.storageId()) {
            case NAMESPACES -> 0;
            case DEFINITIONS -> 1;
            default -> 2;
        };
    }

    /**
     * Brings back what there was.
     *
     * @throws IllegalStateException
     *             when somebody changes objects as fast as they are brought back
     */
    public void restore(State wanted) {
        Lock alone = resources.emptying();
        alone.lock(); // nobody empties a namespace of what has just been brought back
        try {
            Set<String> different = new LinkedHashSet<>();
            List<Returned> returned = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                different.clear();
                remove(wanted, different);
                put(wanted, different, returned);
                if (different.isEmpty()) {
                    // Only now: who looks for the owners of an object finds them.
                    returned.forEach(each -> resources.tellCommitted(each.type(), each.object()));
                    return;
                }
            }
            throw new IllegalStateException("after " + ROUNDS + " attempts there is still somebody who changes "
                    + String.join(", ", different.stream().limit(NAMED).toList())
                    + "; stop what writes to the server first");
        } finally {
            alone.unlock();
        }
    }

    private void remove(State wanted, Set<String> different) {
        for (ResourceType type : types().reversed()) {
            Map<String, Stored> kept = wanted.objects(type);
            for (Stored current : resources.shelf(type).snapshot("").objects()) {
                Stored was = kept.get(current.key());
                if (was == null || !isSameObject(was, current, type)) {
                    different.add(type.plural() + " " + current.key());
                    remove(type, current);
                }
            }
        }
    }

    private void remove(ResourceType type, Stored current) {
        Shelf shelf = resources.shelf(type);
        if (shelf.delete(current, current) != null) {
            resources.deleted(type, Codec.decode(current, type));
        }
    }

    private void put(State wanted, Set<String> different, List<Returned> returned) {
        // Definitions that are brought back on the way serve the types that come after them.
        Map<String, ResourceType> served = new HashMap<>();
        wanted.held().values().stream().sorted(Comparator.comparingInt(each -> turn(each.type()))).forEach(held -> {
            types().forEach(type -> served.putIfAbsent(type.storageId(), type));
            ResourceType type = served.getOrDefault(held.type().storageId(), held.type());
            held.objects().values().forEach(object -> put(type, object, different, returned));
        });
    }

    private void put(ResourceType type, Stored object, Set<String> different, List<Returned> returned) {
        Shelf shelf = resources.shelf(type);
        Stored current = shelf.get(object.key());
        if (current != null && (current.holdsTheSameAs(object) || isAggregated(type, current, object))) {
            return;
        }
        different.add(type.plural() + " " + object.key());
        Stored done = current == null ? shelf.create(object) : shelf.replace(current, object);
        if (done != null) {
            ObjectNode now = Codec.decode(done, type);
            resources.ruleOf(type).committed(now);
            returned.add(new Returned(type, now));
        }
    }

    /** The rules of such a role follow from other roles, and whoever gathers them would change them as often as they are brought back. */
    private boolean isAggregated(ResourceType type, Stored current, Stored wanted) {
        return aggregated && type.storageId().equals(CLUSTER_ROLES)
                && Json.find(Codec.decode(wanted, type), "aggregationRule") != null
                && Json.same(withoutRules(current, type), withoutRules(wanted, type));
    }

    private static ObjectNode withoutRules(Stored role, ResourceType type) {
        ObjectNode object = Codec.decode(role, type);
        object.remove("rules");
        Metadata.of(object).remove("managedFields");
        Metadata.of(object).remove("resourceVersion");
        return object;
    }

    private static boolean isSameObject(Stored one, Stored other, ResourceType type) {
        return one.holdsTheSameAs(other)
                || Metadata.uid(Codec.decode(one, type)).equals(Metadata.uid(Codec.decode(other, type)));
    }
}
