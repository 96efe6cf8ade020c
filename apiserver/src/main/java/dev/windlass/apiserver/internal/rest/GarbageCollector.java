package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deletes what has lost its owners, as a controller does it in a cluster. Whatever is written or gone is put into a backlog with all that it may concern, so that
 * nothing here is locked. What is remembered of dependents may be out of date: it is only where to look.
 */
public final class GarbageCollector {
    private static final Logger LOG = LoggerFactory.getLogger(GarbageCollector.class);

    private final Resources resources;
    private final Remover remover;
    private final Map<String, Set<Item>> dependents = new ConcurrentHashMap<>();
    // What each dependent was seen to refer to, by the owner's uid.
    private final Map<Item, Map<String, JsonNode>> references = new ConcurrentHashMap<>();
    private final Backlog<Item> backlog;

    /** An object as it was seen. */
    private record Item(ResourceType type, String namespace, String name, String uid) {
        static Item of(ResourceType type, ObjectNode object) {
            return new Item(type, Metadata.namespace(object), Metadata.name(object), Metadata.uid(object));
        }

        Target target(String verb) {
            return new Target(verb, type, namespace, name, "");
        }
    }

    /** @param executor where it works */
    public GarbageCollector(Resources resources, Executor executor) {
        this.resources = resources;
        this.remover = new Remover(resources);
        this.backlog = new Backlog<>(executor, this::process, GarbageCollector::cannotCollect);
        resources.onCommitted(this::written);
        resources.onDeleted(this::gone);
    }

    /** Writes may be told in another order than they were made in: what is no longer so is found out by the task. */
    private void written(ResourceType type, ObjectNode object) {
        Item item = Item.of(type, object);
        Map<String, JsonNode> owners = ownersOf(object);
        if (!owners.isEmpty()) {
            references.merge(item, owners, (before, now) -> {
                Map<String, JsonNode> both = new HashMap<>(now);
                before.forEach((uid, each) -> both.merge(uid, each, (one, other) -> blocks(one) ? one : other));
                return both;
            });
            owners.keySet().forEach(uid -> link(uid, item));
        }
        if (references.containsKey(item) || Metadata.deleting(object)) {
            backlog.add(item);
        }
    }

    private static Map<String, JsonNode> ownersOf(ObjectNode object) {
        Map<String, JsonNode> owners = new HashMap<>();
        object.path("metadata").path("ownerReferences")
                .forEach(owner -> owners.put(Json.textOrEmpty(owner, "uid"), owner));
        return owners;
    }

    private static boolean blocks(@Nullable JsonNode reference) {
        return reference != null && Json.flag(reference, false, "blockOwnerDeletion");
    }

    private void link(String uid, Item item) {
        dependents.compute(uid, (_, items) -> {
            Set<Item> all = items == null ? ConcurrentHashMap.newKeySet() : items;
            all.add(item);
            return all;
        });
    }

    private void unlink(String uid, Item item) {
        dependents.computeIfPresent(uid, (_, items) -> {
            items.remove(item);
            return items.isEmpty() ? null : items;
        });
    }

    private void gone(ResourceType type, ObjectNode object) {
        Set<Item> left = dependents.remove(Metadata.uid(object));
        if (left != null) {
            left.forEach(backlog::add);
        }
        Item item = Item.of(type, object);
        references.remove(item);
        ownersOf(object).forEach((uid, owner) -> {
            unlink(uid, item);
            wake(item, owner);
        });
    }

    /** Looks at an owner again. */
    private void wake(Item dependent, JsonNode reference) {
        ResourceType type = typeOf(reference);
        if (type != null) {
            backlog.add(owner(type, reference, dependent.namespace()));
        }
    }

    /** Remembers what an object refers to now; whom it has left, or no longer blocks, is looked at again. */
    private void note(Item item, ObjectNode object) {
        Map<String, JsonNode> now = ownersOf(object);
        Map<String, JsonNode> before = now.isEmpty() ? references.remove(item) : references.put(item, now);
        now.keySet().forEach(uid -> link(uid, item));
        if (before == null) {
            return;
        }
        before.forEach((uid, reference) -> {
            if (!now.containsKey(uid)) {
                unlink(uid, item);
            }
            if (blocks(reference) && !blocks(now.get(uid))) {
                wake(item, reference);
            }
        });
    }

    private static void cannotCollect(Item item, RuntimeException cause) {
        LOG.atError().addKeyValue("resource", item.type().plural()).addKeyValue("name", item.name()).setCause(cause)
                .log("an object cannot be collected");
    }

    private @Nullable ResourceType typeOf(JsonNode reference) {
        return resources.catalog().ofKind(Json.textOrEmpty(reference, "apiVersion"),
                Json.textOrEmpty(reference, "kind"));
    }

    private @Nullable ObjectNode read(Item item) {
        Stored stored = resources.find(item.type(), item.namespace(), item.name());
        if (stored == null) {
            return null;
        }
        ObjectNode object = Codec.decode(stored, item.type());
        return Metadata.uid(object).equals(item.uid()) ? object : null;
    }

    private void process(Item item) {
        ObjectNode object = read(item);
        if (object == null) {
            return;
        }
        note(item, object);
        List<String> finalizers = Metadata.finalizers(object);
        if (Metadata.deleting(object) && finalizers.contains(Remover.ORPHAN)) {
            orphan(item);
        } else if (Metadata.deleting(object) && finalizers.contains(Remover.FOREGROUND)) {
            deleteDependents(item);
        } else if (!Metadata.deleting(object)) {
            judge(item, object);
        }
    }

    private void orphan(Item owner) {
        for (Item each : Set.copyOf(dependents.getOrDefault(owner.uid(), Set.of()))) {
            dropOwners(each, owner.uid()::equals);
        }
        dropFinalizer(owner, Remover.ORPHAN);
    }

    /** Deletes the dependents of an owner that waits for them; it goes when none is left that blocks it. */
    private void deleteDependents(Item owner) {
        boolean blocked = false;
        for (Item each : Set.copyOf(dependents.getOrDefault(owner.uid(), Set.of()))) {
            ObjectNode object = read(each);
            JsonNode reference = object == null ? null : reference(object, owner.uid());
            if (object == null || reference == null) {
                continue;
            }
            blocked |= blocks(reference);
            if (!Metadata.deleting(object)) {
                backlog.add(each);
            }
        }
        if (!blocked) {
            dropFinalizer(owner, Remover.FOREGROUND);
        }
    }

    private static @Nullable JsonNode reference(ObjectNode object, String uid) {
        for (JsonNode each : object.path("metadata").path("ownerReferences")) {
            if (Json.textOrEmpty(each, "uid").equals(uid)) {
                return each;
            }
        }
        return null;
    }

    private static Item owner(ResourceType type, JsonNode reference, String namespace) {
        return new Item(type, type.namespaced() ? namespace : "", Json.textOrEmpty(reference, "name"),
                Json.textOrEmpty(reference, "uid"));
    }

    private enum Owner {
        THERE, ABSENT, WAITING
    }

    /** Deletes an object that has owners of which none is left, and otherwise takes away those that are gone. */
    private void judge(Item item, ObjectNode object) {
        List<String> lost = new ArrayList<>();
        boolean held = false;
        List<Item> waiting = new ArrayList<>();
        for (JsonNode each : object.path("metadata").path("ownerReferences")) {
            Owner owner = look(each, item.namespace());
            held |= owner == Owner.THERE;
            ResourceType type = owner == Owner.WAITING ? typeOf(each) : null;
            if (type != null) {
                waiting.add(owner(type, each, item.namespace()));
            }
            if (owner != Owner.THERE) {
                lost.add(Json.textOrEmpty(each, "uid"));
            }
        }
        if (lost.isEmpty()) {
            return;
        }
        if (held) {
            dropOwners(item, lost::contains);
            waiting.forEach(backlog::add); // one blocker less
            return;
        }
        delete(item, !waiting.isEmpty() && hasDependents(item) ? "Foreground" : "");
    }

    private boolean hasDependents(Item owner) {
        return Set.copyOf(dependents.getOrDefault(owner.uid(), Set.of())).stream().anyMatch(each -> {
            ObjectNode object = read(each);
            return object != null && reference(object, owner.uid()) != null;
        });
    }

    private Owner look(JsonNode reference, String namespace) {
        ResourceType type = typeOf(reference);
        if (type == null || (type.namespaced() && namespace.isEmpty())) {
            return Owner.THERE; // nobody knows better
        }
        ObjectNode owner = read(owner(type, reference, namespace));
        if (owner == null) {
            return Owner.ABSENT;
        }
        return Metadata.deleting(owner) && Metadata.finalizers(owner).contains(Remover.FOREGROUND)
                ? Owner.WAITING
                : Owner.THERE;
    }

    private void delete(Item item, String propagation) {
        ObjectNode object = read(item);
        boolean says = object != null && Metadata.finalizers(object).stream()
                .anyMatch(each -> each.equals(Remover.ORPHAN) || each.equals(Remover.FOREGROUND));
        String policy = propagation.isEmpty() && !says ? "Background" : propagation;
        try {
            remover.delete(item.target("delete"),
                    new Remover.Options(null, item.uid(), null, policy, null, false, false),
                    Remover.Asking.controller("generic-garbage-collector"));
        } catch (ApiException e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
            // it is gone, or another one has its name
        }
    }

    private void dropOwners(Item item, Predicate<String> which) {
        change(item, object -> {
            ArrayNode owners = Json.arrayAt(object, "metadata", "ownerReferences");
            if (owners != null) {
                ArrayNode left = Json.array();
                owners.forEach(each -> {
                    if (!which.test(Json.textOrEmpty(each, "uid"))) {
                        left.add(each);
                    }
                });
                if (left.isEmpty()) {
                    Metadata.of(object).remove("ownerReferences");
                } else {
                    Metadata.of(object).set("ownerReferences", left);
                }
            }
        });
    }

    private void dropFinalizer(Item item, String finalizer) {
        change(item, object -> {
            List<String> left = new ArrayList<>(Metadata.finalizers(object));
            left.remove(finalizer);
            Metadata.setFinalizers(object, left);
        });
    }

    private void change(Item item, Consumer<ObjectNode> edit) {
        ResourceType type = item.type();
        while (true) {
            Stored current = resources.find(type, item.namespace(), item.name());
            ObjectNode object = current == null ? null : Codec.decode(current, type);
            if (current == null || object == null || !Metadata.uid(object).equals(item.uid())) {
                return;
            }
            ObjectNode before = object.deepCopy();
            edit.accept(object);
            if (Json.same(before, object)) {
                return;
            }
            if (resources.commit(type, current, object, Codec.draft(object, type)) != null) {
                return;
            }
        }
    }
}
