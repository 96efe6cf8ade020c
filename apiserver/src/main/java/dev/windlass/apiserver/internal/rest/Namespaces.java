package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Namespaces: their phase, and the emptying of one that is deleted. In a cluster a controller does the latter; here it is part of the server, since nobody
 * else would.
 */
public final class Namespaces implements KindRule {
    private static final List<String> DEFAULTS = List.of("default", "kube-system", "kube-public", "kube-node-lease");

    private final Resources resources;
    private final Executor executor;
    private final boolean emptying;

    /**
     * @param executor
     *            where a deleted namespace is emptied
     * @param emptying
     *            whether it is
     */
    public Namespaces(Resources resources, Executor executor, boolean emptying) {
        this.resources = resources;
        this.executor = executor;
        this.emptying = emptying;
        resources.rule("/namespaces", this);
        resources.onDeleted((type, object) -> {
            if (emptying && type.namespaced()) {
                finishIfEmpty(Metadata.namespace(object));
            }
        });
    }

    /** Makes those that every cluster has. */
    public void createDefaults() {
        ResourceType type = resources.namespaces();
        for (String name : DEFAULTS) {
            ObjectNode object = Json.object();
            object.putObject("metadata").put("name", name).put("uid", resources.surroundings().uid())
                    .put("creationTimestamp", resources.surroundings().now());
            prepareCreate(object, false);
            resources.shelf(type).create(Codec.draft(object, type));
        }
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        String name = Metadata.name(object);
        if (!name.isEmpty()) {
            Json.child(Metadata.of(object), "labels").put("kubernetes.io/metadata.name", name);
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        fillDefaults(object); // a generated name has come since
        ObjectNode spec = Json.child(object, "spec");
        if (!Json.texts(spec.path("finalizers")).contains("kubernetes")) {
            spec.withArray("finalizers").add("kubernetes");
        }
        object.putObject("status").put("phase", "Active");
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        Json.share("finalizers", Json.child(old, "spec"), Json.child(object, "spec"));
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        List<String> finalizers = Json.texts(object.path("spec").path("finalizers"));
        for (int i = 0; i < finalizers.size(); i++) {
            Metadata.validateFinalizer(finalizers.get(i), "spec.finalizers" + (old == null ? "" : "[" + i + "]"),
                    errors);
        }
    }

    /** What is wanted is not looked at. */
    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        boolean deleting = Metadata.deleting(object);
        String phase = deleting ? "Terminating" : "Active";
        if (!Json.textOrEmpty(object, "status", "phase").equals(phase)) {
            errors.add(FieldError.invalid("status.Phase", Json.textOrEmpty(object, "status", "phase"), "may only be '"
                    + phase + "' if `deletionTimestamp` is " + (deleting ? "not empty" : "empty")));
        }
    }

    @Override
    public boolean hasGracePeriod() {
        return false;
    }

    /** The first deletion never is the end, whatever it waits for. */
    @Override
    public boolean holdsDeletion(ObjectNode object) {
        return !Metadata.deleting(object) || waits(object);
    }

    private static boolean waits(ObjectNode object) {
        return !Json.texts(object.path("spec").path("finalizers")).isEmpty();
    }

    /** One that nothing but its metadata holds any longer is deleted as other objects are. */
    @Override
    public boolean repeatDeletion(ObjectNode object) {
        boolean first = !waits(object) && !Metadata.of(object).has("deletionGracePeriodSeconds");
        if (first) {
            Metadata.of(object).put("deletionGracePeriodSeconds", 0);
        }
        return first;
    }

    @Override
    public void prepareDeletion(ObjectNode object) {
        object.putObject("status").put("phase", "Terminating");
    }

    @Override
    public void committed(ObjectNode object) {
        if (emptying && Metadata.deleting(object) && waits(object)) {
            String name = Metadata.name(object);
            executor.execute(() -> empty(name));
        }
    }

    private void empty(String namespace) {
        resources.emptying().lock();
        try {
            Stored current = resources.shelf(resources.namespaces()).get(namespace);
            if (current != null && current.field("status.phase").equals("Terminating")) {
                removeContents(namespace);
            }
        } finally {
            resources.emptying().unlock();
        }
    }

    private void removeContents(String namespace) {
        Remover remover = new Remover(resources);
        Remover.Asking asking = Remover.Asking.controller("namespace-controller");
        for (Target each : contents(namespace)) {
            try {
                remover.delete(each, Remover.Options.atOnce(), asking);
            } catch (ApiException e) {
                if (e.code() != 404) {
                    throw e;
                }
                // gone by itself
            }
        }
        finishIfEmpty(namespace);
    }

    /** What is in a namespace that takes nothing more, with what creations have put there that still saw it open. */
    private List<Target> contents(String namespace) {
        List<Target> found = new ArrayList<>();
        Lock closed = resources.openNamespaces().writeLock();
        closed.lock();
        try {
            for (ResourceType type : resources.catalog().stored()) {
                if (type.namespaced() && type.allows("delete")) {
                    resources.shelf(type).snapshot(namespace).objects()
                            .forEach(each -> found.add(new Target("delete", type, namespace, each.name(), "")));
                }
            }
        } finally {
            closed.unlock();
        }
        return found;
    }

    private void finishIfEmpty(String namespace) {
        ObjectNode gone;
        Lock closed = resources.openNamespaces().writeLock();
        closed.lock();
        try {
            gone = finish(namespace);
        } finally {
            closed.unlock();
        }
        if (gone != null) {
            resources.deleted(resources.namespaces(), gone);
        }
    }

    /** @return the namespace, when that was its end */
    private @Nullable ObjectNode finish(String namespace) {
        ResourceType type = resources.namespaces();
        Shelf shelf = resources.shelf(type);
        while (true) {
            Stored current = shelf.get(namespace);
            if (current == null || !current.field("status.phase").equals("Terminating") || !isEmpty(namespace)) {
                return null;
            }
            ObjectNode object = Codec.decode(current, type);
            Json.child(object, "spec").remove("finalizers");
            Stored draft = Codec.draft(object, type);
            boolean stays = !Metadata.finalizers(object).isEmpty();
            if (stays && !waits(Codec.decode(current, type))) {
                return null;
            }
            Stored done = stays ? shelf.replace(current, draft) : shelf.delete(current, draft);
            if (done != null) {
                return stays ? null : object;
            }
        }
    }

    private boolean isEmpty(String namespace) {
        for (ResourceType type : resources.catalog().all()) {
            if (type.namespaced() && !resources.shelf(type).snapshot(namespace).objects().isEmpty()) {
                return false;
            }
        }
        return true;
    }
}
