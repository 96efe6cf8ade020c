package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Creates objects. Thread-safe. */
final class Creator {
    private static final List<String> SYSTEM_FIELDS = List.of("uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "selfLink");
    private static final int NAME_ATTEMPTS = 8;
    private static final int LONGEST_PREFIX = 58;

    private final Resources resources;
    private final Shapes shapes;
    private final Intake intake;
    private final Tracking tracking;
    private final AdmissionChain admission;

    Creator(Resources resources, Intake intake, Tracking tracking, AdmissionChain admission) {
        this.resources = resources;
        this.shapes = resources.shapes();
        this.intake = intake;
        this.tracking = tracking;
        this.admission = admission;
    }

    /**
     * @param object
     *            what the client sent; it is changed
     * @param track
     *            false when it says already who manages what
     */
    Writer.Outcome create(Target target, ObjectNode object, Call call, boolean track) {
        List<String> warnings = intake.admit(object, target.type(), call);
        try {
            Bodies.checkNamespace(object, target);
            return createAdmitted(target, object, call, track, warnings);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }

    private Writer.Outcome createAdmitted(Target target, ObjectNode object, Call call, boolean track,
            List<String> warnings) {
        ResourceType type = target.type();
        refuseWhileTerminating(type, Metadata.name(object));
        Metadata.tidy(object);
        if (type.namespaced()) {
            Metadata.of(object).put("namespace", target.namespace());
        } else {
            Metadata.of(object).remove("namespace");
        }
        requireNamespace(target, object);
        Metadata.of(object).remove(SYSTEM_FIELDS);
        Reach reach = Reach.of(target, resources);
        if (track) {
            warnings.addAll(Writer.withoutRepeatedOwners(object, false));
            tracking.update(reach, shapes.zero(type), object, call.fieldManager());
        }
        admission.mutate(target, object, null, call, warnings);
        warnings.addAll(Writer.withoutRepeatedOwners(object, true));
        Bodies.checkNamespace(object, target);
        if (type.namespaced()) {
            Metadata.of(object).put("namespace", target.namespace());
        }
        resources.checkGuards(target, object, null, call);
        begin(type, object);
        try (Reservation reservation = new Reservation(call.dryRun())) {
            return nameAndStore(target, object, reach, reservation, call, warnings);
        }
    }

    /** What only the server says of a new object. */
    private void begin(ResourceType type, ObjectNode object) {
        ObjectNode metadata = Metadata.of(object);
        metadata.remove(SYSTEM_FIELDS);
        metadata.put("uid", resources.surroundings().uid());
        metadata.put("creationTimestamp", resources.surroundings().now());
        if (type.traits().generation()) {
            metadata.put("generation", 1);
        }
        if (type.hasStatus() && !resources.ruleOf(type).takesStatusOfNew()) {
            object.remove("status");
            if (!type.isCustom()) {
                object.putObject("status");
            }
        }
        shapes.shape(object, type);
    }

    private Writer.Outcome nameAndStore(Target target, ObjectNode object, Reach reach, Reservation reservation,
            Call call, List<String> warnings) {
        ResourceType type = target.type();
        ObjectNode metadata = Metadata.of(object);
        String prefix = Json.textOrEmpty(metadata, "generateName");
        boolean generated = Metadata.name(object).isEmpty() && !prefix.isEmpty();
        boolean settled = true;
        for (int attempt = 1; attempt <= NAME_ATTEMPTS; attempt++) {
            if (generated) {
                metadata.put("name", prefix.substring(0, Math.min(prefix.length(), LONGEST_PREFIX))
                        + resources.surroundings().suffix());
            }
            if (attempt == 1) {
                reach.rule().prepareCreate(object, call.dryRun(), warnings);
                reach.rule().reserve(null, object, reservation);
                shapes.shape(object, type);
                intake.validate(object, null, reach, warnings);
                resources.checkGuardsOfValid(target, object, null, call, warnings);
                settled = fillAgain(object, type, reach.rule());
            }
            admission.validate(target, object, null, call, warnings);
            resources.checkGuardsLast(target, object, null, call, reservation);
            settled &= shapes.complete(object, type);
            Stored stored = store(target, object, settled, call);
            if (stored != null) {
                return new Writer.Outcome(stored, true, warnings);
            }
            if (!generated) {
                break;
            }
        }
        Stored taken = resources.find(type, target.namespace(), Metadata.name(object));
        boolean going = taken != null && Metadata.deleting(Codec.decode(taken, type));
        throw prefix.isEmpty()
                ? ApiException.alreadyExists(type.group(), type.plural(), Metadata.name(object), going)
                : ApiException.noFreeName(type.group(), type.plural(), Metadata.name(object), going);
    }

    /** @return null when the name is taken */
    private @Nullable Stored store(Target target, ObjectNode object, boolean settled, Call call) {
        long version = versionSent(object);
        if (version != 0 && !call.dryRun()) {
            throw ApiException.of(500, "", "resourceVersion should not be set on objects to be created");
        }
        shapes.store(object, target.type());
        Stored draft = Codec.draft(object, target.type());
        if (!settled) {
            draft = draft.unsettled();
        }
        Shelf shelf = resources.shelf(target.type());
        if (call.dryRun()) {
            return shelf.get(draft.key()) == null ? draft.at(version) : null;
        }
        Stored stored = put(target, object, shelf, draft);
        if (stored != null) {
            resources.committed(target.type(), object);
        }
        return stored;
    }

    /** The version that a new object says it has; 0 when it says none that could be one. */
    private static long versionSent(ObjectNode object) {
        try {
            return Math.max(0, Long.parseLong(Metadata.version(object)));
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private @Nullable Stored put(Target target, ObjectNode object, Shelf shelf, Stored draft) {
        Lock open = resources.openNamespaces().readLock();
        open.lock();
        try {
            requireNamespace(target, object);
            return shelf.create(draft);
        } finally {
            open.unlock();
        }
    }

    /**
     * What has been added since has defaults too. The real server puts them in when it reads the object, and stores them with the next update.
     *
     * @return whether there were none
     */
    private boolean fillAgain(ObjectNode object, ResourceType type, KindRule rule) {
        if (type.isCustom()) {
            return true;
        }
        ObjectNode bare = object.deepCopy();
        rule.fillDefaults(object);
        shapes.fillDefaults(object, type);
        shapes.shape(object, type);
        return Json.same(bare, object);
    }

    private static void refuseWhileTerminating(ResourceType type, String name) {
        CustomVersion custom = type.custom();
        if (custom != null && custom.terminating()) {
            throw ApiException.forbidden(type.group(), type.plural(), name,
                    "create not allowed while custom resource definition is terminating", List.of());
        }
    }

    private void requireNamespace(Target target, ObjectNode object) {
        if (!target.type().namespaced()) {
            return;
        }
        StorageKeys.checkNamespace(target.namespace());
        Stored namespace = resources.find(resources.namespaces(), "", target.namespace());
        if (namespace == null) {
            throw ApiException.notFound("", "namespaces", target.namespace());
        }
        if (namespace.field("status.phase").equals("Terminating")) {
            throw ApiException.forbidden(target.type().group(), target.type().plural(), Metadata.toldName(object),
                    "unable to create new content in namespace " + target.namespace()
                            + " because it is being terminated",
                    List.of(new FieldError("NamespaceTerminating", "metadata.namespace",
                            "namespace " + target.namespace() + " is being terminated")));
        }
    }
}
