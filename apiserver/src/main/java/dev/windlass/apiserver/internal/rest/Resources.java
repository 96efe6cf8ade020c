package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.schema.TypeDefaults;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Store;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What every verb needs: the store, the catalog, the rules of kinds. Thread-safe. */
public final class Resources {
    /** As who this server writes what nobody has asked it to. */
    private static final String OWN_MANAGER = "kube-apiserver";
    private static final KindRule NO_RULE = new KindRule() {
    };

    private final Store store;
    private final Catalog catalog;
    private final BuiltInTypes types;
    private final Shapes shapes;
    private final Surroundings surroundings;
    private final Map<String, KindRule> rules = new ConcurrentHashMap<>();
    private volatile Function<String, @Nullable KindRule> moreRules = _ -> null;
    private final ReadWriteLock openNamespaces = new ReentrantReadWriteLock();
    private final Lock emptying = new ReentrantLock();

    private volatile Admission admission = Admission.NONE;
    private final List<WriteGuard> guards = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<ResourceType, ObjectNode>> commitListeners = new CopyOnWriteArrayList<>();
    private final List<BiConsumer<ResourceType, ObjectNode>> deletionListeners = new CopyOnWriteArrayList<>();

    public Resources(Store store, Catalog catalog, BuiltInTypes types, TypeDefaults defaults,
            Surroundings surroundings) {
        this.types = types;
        this.shapes = new Shapes(types, defaults);
        this.store = store;
        this.catalog = catalog;
        this.surroundings = surroundings;
    }

    public Store store() {
        return store;
    }

    public Catalog catalog() {
        return catalog;
    }

    /** The structure of a resource's objects. */
    public Type typeOf(ResourceType type) {
        return shapes.typeOf(type);
    }

    Shapes shapes() {
        return shapes;
    }

    public BuiltInTypes types() {
        return types;
    }

    public Surroundings surroundings() {
        return surroundings;
    }

    /** Says what is special about the kind that is stored under this id. */
    public void rule(String storageId, KindRule rule) {
        rules.put(storageId, rule);
    }

    /** Says where rules come from that nobody has given: asked for a kind, by the id under which it is stored, until it gives one. */
    public void rules(Function<String, @Nullable KindRule> source) {
        this.moreRules = source;
    }

    /** Adds somebody to be asked before something is written. */
    public void guard(WriteGuard guard) {
        guards.add(guard);
    }

    /** Says who is asked about writes and deletions; nobody by default. */
    public void admission(Admission newAdmission) {
        this.admission = newAdmission;
    }

    Admission admission() {
        return admission;
    }

    void checkGuards(Target target, ObjectNode object, @Nullable ObjectNode old, Call call) {
        guards.forEach(guard -> guard.check(target, object, old, call));
    }

    void checkGuardsOfValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        guards.forEach(guard -> guard.checkValid(target, object, old, call, warnings));
    }

    void checkGuardsLast(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            Reservation reservation) {
        guards.forEach(guard -> guard.checkLast(target, object, old, call, reservation));
    }

    /** Adds somebody to be told, without a lock held, of every object that is gone. */
    public void onDeleted(BiConsumer<ResourceType, ObjectNode> listener) {
        deletionListeners.add(listener);
    }

    /** Adds somebody to be told, without a lock held, of every object that is created, changed or marked for deletion. */
    public void onCommitted(BiConsumer<ResourceType, ObjectNode> listener) {
        commitListeners.add(listener);
    }

    void committed(ResourceType type, ObjectNode object) {
        ruleOf(type).committed(object);
        tellCommitted(type, object);
    }

    /** Tells those beside the kind's own rule. */
    void tellCommitted(ResourceType type, ObjectNode object) {
        commitListeners.forEach(listener -> listener.accept(type, object));
    }

    /** Tells all that an object is gone. */
    public void deleted(ResourceType type, ObjectNode object) {
        ruleOf(type).deleted(object);
        deletionListeners.forEach(listener -> listener.accept(type, object));
    }

    /**
     * Stores a changed object, or lets it go when it is marked for deletion and neither time nor anybody holds it any more, and tells all.
     *
     * @param draft
     *            of the object
     * @return what was stored, or would have been; null when somebody else was faster
     */
    public @Nullable Stored commit(ResourceType type, Stored current, ObjectNode object, Stored draft) {
        boolean timeIsUp = Metadata.deleting(object)
                && Json.number(object, 0, "metadata", "deletionGracePeriodSeconds") == 0;
        if (timeIsUp && Metadata.finalizers(object).isEmpty() && !ruleOf(type).holdsDeletion(object)) {
            // It has never been stored without finalizers: what watchers are told is what was stored.
            if (shelf(type).delete(current, current) == null) {
                return null;
            }
            deleted(type, object);
            return draft.at(current.version());
        }
        Stored stored = shelf(type).replace(current, draft);
        if (stored != null) {
            committed(type, object);
        }
        return stored;
    }

    KindRule ruleOf(ResourceType type) {
        KindRule known = rules.get(type.storageId());
        if (known == null) {
            known = rules.computeIfAbsent(type.storageId(), moreRules);
        }
        return known == null ? NO_RULE : known;
    }

    public Shelf shelf(ResourceType type) {
        return store.shelf(type.storageId());
    }

    /**
     * The stored object.
     *
     * @throws ApiException 404 when there is none; 400 when there can be none of this name
     */
    Stored require(Target target) {
        Stored stored = find(target.type(), target.namespace(), target.name());
        if (stored == null) {
            checkName(target.name());
            throw ApiException.notFound(target.type().group(), target.type().plural(), target.name());
        }
        return stored;
    }

    /** @throws ApiException 400 when it cannot stand in a path */
    static void checkName(String name) {
        List<String> problems = NameRules.pathSegment(name);
        if (!problems.isEmpty()) {
            throw ApiException.badRequest("Name parameter invalid: " + GoText.quoted(name) + ": "
                    + String.join(";", problems));
        }
    }

    @Nullable
    Stored find(ResourceType type, String namespace, String name) {
        StorageKeys.check(type, namespace, name);
        return shelf(type).get(Stored.key(namespace, name));
    }

    /** What is stored under a name, decoded; null when nothing is. */
    public @Nullable ObjectNode read(ResourceType type, String namespace, String name) {
        Stored stored = shelf(type).get(Stored.key(namespace, name));
        return stored == null ? null : decode(stored, type);
    }

    public ObjectNode decode(Stored stored, ResourceType type) {
        return Codec.decode(stored, type);
    }

    public Stored draft(ObjectNode object, ResourceType type) {
        return Codec.draft(object, type);
    }

    /** Says in the managed fields of an object that this server itself has changed its status. */
    public void trackOwnStatus(ObjectNode old, ObjectNode object, ResourceType type) {
        trackStatus(old, object, type, OWN_MANAGER);
    }

    /** Says in the managed fields of an object who has changed its status. */
    public void trackStatus(ObjectNode old, ObjectNode object, ResourceType type, String manager) {
        new FieldManagement(shapes.typeOf(type), type.apiVersion(), "status", Json.object(), surroundings.now(),
                FieldManagement.Versions.ALIKE)
                .update(old, object, object.deepCopy(), manager);
    }

    /**
     * Held shared while an object is put into a namespace that was seen to be open, and exclusively while an empty namespace is
     * finished: nothing can come into it in between. Taken before a shelf's lock.
     */
    ReadWriteLock openNamespaces() {
        return openNamespaces;
    }

    /** Held while a deleted namespace is emptied, and while a snapshot is brought back. Taken before {@link #openNamespaces}. */
    Lock emptying() {
        return emptying;
    }

    /** The versions of a kind, as its definition has them now; none when that is gone. */
    List<JsonNode> definedVersions(CustomVersion custom) {
        ResourceType definitions = catalog.require("apiextensions.k8s.io", "v1", "customresourcedefinitions");
        Stored definition = find(definitions, "", custom.definition());
        return definition == null
                ? List.of()
                : List.copyOf(decode(definition, definitions).path("spec").path("versions").values());
    }

    public ResourceType namespaces() {
        return catalog.require("", "v1", "namespaces");
    }
}
