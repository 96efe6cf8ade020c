package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Creates and changes objects. A change is worked out on a copy of the current state and committed only if that is still current, so no lock is held while
 * it is worked out; the loser of a race starts again.
 */
public final class Writer {
    private final Resources resources;
    private final Shapes shapes;
    private final Intake intake;
    private final Tracking tracking;
    private final AdmissionChain admission;
    private final Creator creator;

    public Writer(Resources resources) {
        this.resources = resources;
        this.shapes = resources.shapes();
        this.intake = new Intake(resources);
        this.tracking = new Tracking(resources);
        this.admission = new AdmissionChain(resources);
        this.creator = new Creator(resources, intake, tracking, admission);
    }

    /**
     * What a write came to.
     *
     * @param stored
     *            what is stored now; for a dry run, what would have been, at version 0
     * @param warnings
     *            for the client
     */
    public record Outcome(Stored stored, boolean created, List<String> warnings) {
    }

    /** @param object what the client sent; it is changed */
    public Outcome create(Target target, ObjectNode object, Call call) {
        return creator.create(target, object, call, true);
    }

    /**
     * What an object is to be.
     *
     * @param patch
     *            what has made it so, in Go's words, when it was a strategic merge patch
     */
    record Desired(ObjectNode object, @Nullable String patch) {
        static Desired of(ObjectNode object) {
            return new Desired(object, null);
        }
    }

    /**
     * A PUT.
     *
     * @param object what the client sent; it is not changed
     */
    public Outcome put(Target target, ObjectNode object, Call call) {
        ResourceType type = target.type();
        try {
            Bodies.checkName(object, target);
        } catch (ApiException e) {
            throw e.warning(intake.admit(object.deepCopy(), type, call));
        }
        if (resources.find(type, target.namespace(), target.name()) == null) {
            if (type.traits().createOnUpdate() && target.subresource().isEmpty()) {
                return createAtAnyVersion(target, object.deepCopy(), call);
            }
            throw ApiException.notFound(type.group(), type.plural(), target.name())
                    .warning(intake.admit(object.deepCopy(), type, call));
        }
        return change(target, _ -> Desired.of(object.deepCopy()), call);
    }

    private Outcome createAtAnyVersion(Target target, ObjectNode object, Call call) {
        checkUid(target, Json.object(), object, call.dryRun());
        String version = Metadata.version(object);
        if (!version.chars().allMatch(Character::isDigit)) {
            throw unparsed(version, "invalid syntax");
        }
        if (!call.dryRun()) {
            Metadata.of(object).remove("resourceVersion");
        }
        return creator.create(target, object, call, true);
    }

    /**
     * Changes an object by a function from its current to its desired state, which may run more than once.
     *
     * @throws ApiException
     *             404, 409, 422 …
     */
    public Outcome change(Target target, Function<ObjectNode, Desired> edit, Call call) {
        ResourceType type = target.type();
        while (true) {
            Stored current = resources.require(target);
            ObjectNode old = Codec.decode(current, type);
            Desired desired = edit.apply(old.deepCopy());
            Outcome outcome = commit(target, current, old, desired, call, true);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    /** An object that something has been changed in that stands for it, with warnings for the client. */
    record Viewed(ObjectNode object, List<String> warnings) {
    }

    /**
     * Changes an object through something that stands for it, which has already been read, tracked and shown to others by then.
     *
     * @param edit
     *            may run more than once
     */
    Outcome changeThrough(Target target, Function<Before, Viewed> edit, Call call) {
        Reach reach = Reach.of(target, resources);
        while (true) {
            Stored current = resources.require(target);
            ObjectNode old = Codec.decode(current, target.type());
            Viewed viewed = edit.apply(new Before(current, old, null));
            Outcome outcome;
            try {
                checkVersion(target, old, viewed.object());
                outcome = store(target, reach, current, old, viewed.object(), call, viewed.warnings());
            } catch (ApiException e) {
                throw e.warning(viewed.warnings());
            }
            if (outcome != null) {
                return outcome;
            }
        }
    }

    /**
     * Applies a configuration: creates the object, or merges it into what is there.
     *
     * @throws ApiException
     *             409 when other managers have set fields to other values and it is not forced
     */
    public Outcome apply(Target target, ObjectNode config, boolean force, Call call) {
        ResourceType type = target.type();
        FieldManagement fields = tracking.of(Reach.of(target, resources));
        ObjectNode zero = shapes.zero(type);
        while (true) {
            Stored current = resources.find(type, target.namespace(), target.name());
            ObjectNode old = current == null ? null : Codec.decode(current, type);
            if (current == null || old == null) {
                if (!target.subresource().isEmpty()) {
                    throw ApiException.notFound(type.group(), type.plural(), target.name());
                }
                ObjectNode object = fields.apply(zero, zero, config, call.fieldManager(), force);
                Configurations.refuseUnconvertible(object, config, type, shapes);
                refuseApplyToNothing(target, config);
                Bodies.checkName(object, target);
                return creator.create(target, object, call, false);
            }
            ObjectNode object = fields.apply(zero, old, config, call.fieldManager(), force);
            Configurations.refuseUnconvertible(object, config, type, shapes);
            Outcome outcome = commit(target, current, old, Desired.of(object), call, false);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private static void refuseApplyToNothing(Target target, ObjectNode config) {
        ResourceType type = target.type();
        String uid = Metadata.uid(config);
        if (!uid.isEmpty()) {
            throw ApiException.conflict(type.group(), type.plural(), target.name(),
                    "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found");
        }
    }

    /** @return null when somebody else was faster */
    private @Nullable Outcome commit(Target target, Stored current, ObjectNode old, Desired desired, Call call,
            boolean track) {
        ResourceType type = target.type();
        List<String> warnings = intake.admit(desired, type, call); // also what is not taken from it
        Reach reach = Reach.of(target, resources);
        try {
            Bodies.checkName(desired.object(), target);
            if (call.method().equals("PUT")) {
                checkUid(target, old, desired.object(), call.dryRun());
                warnings.addAll(withoutRepeatedOwners(desired.object(), false));
            }
            Metadata.tidy(desired.object());
            if (track) {
                tracking.update(reach, old, desired.object(), call.fieldManager());
            }
            mutate(target, new Before(current, old, null), desired.object(), call, warnings);
            warnings.addAll(withoutRepeatedOwners(desired.object(), true));
            checkVersion(target, old, desired.object());
            return store(target, reach, current, old, desired.object(), call, warnings);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }

    /**
     * Stores what is desired, as far as the request reaches.
     *
     * @return null when somebody else was faster
     */
    private @Nullable Outcome store(Target target, Reach reach, Stored current, ObjectNode old, ObjectNode desired,
            Call call, List<String> warnings) {
        ResourceType type = target.type();
        ObjectNode object = reach.merge(old, desired);
        Metadata.tidy(object);
        Metadata.keepSystemFields(old, object);
        resources.checkGuards(target, object, old, call);
        try (Reservation reservation = new Reservation(call.dryRun())) {
            prepare(reach, old, object, reservation);
            intake.validate(object, old, reach, warnings);
            resources.checkGuardsOfValid(target, object, old, call, warnings);
            keepTimes(old, object, type);
            admission.validate(target, object, new Before(current, old, reach.kept()), call, warnings);
            resources.checkGuardsLast(target, object, old, call, reservation);
            shapes.store(object, type);
            boolean settled = shapes.complete(object, type);
            if (!call.dryRun()) {
                Metadata.of(object).remove("selfLink"); // nobody stores it
            }
            if (current.isSettled() && Json.same(old, object)) {
                return new Outcome(current, false, warnings);
            }
            Stored draft = Codec.draft(object, type, current, reach.kept());
            if (!settled) {
                draft = draft.unsettled();
            }
            if (call.dryRun()) {
                return new Outcome(draft.at(current.version()), false, warnings);
            }
            Stored stored = resources.commit(type, current, object, draft);
            return stored == null ? null : new Outcome(stored, false, warnings);
        }
    }

    /** Lets others change what is desired: they are shown all that was sent, also what the request cannot change. */
    private void mutate(Target target, Before before, ObjectNode desired, Call call, List<String> warnings) {
        if (target.type().namespaced()) {
            Metadata.of(desired).put("namespace", target.namespace());
        } else {
            Metadata.of(desired).remove("namespace");
        }
        admission.mutate(target, desired, before, call, warnings);
        Bodies.checkNamespace(desired, target);
    }

    private void prepare(Reach reach, ObjectNode old, ObjectNode object, Reservation reservation) {
        ResourceType type = reach.type();
        KindRule rule = reach.rule();
        if (reach.isWanted()) {
            rule.prepareUpdate(old, object);
            rule.reserve(old, object, reservation);
            shapes.shape(object, type);
            if (type.traits().generation()
                    && (specChanged(old, object, type) || rule.raisesGeneration(old, object))) {
                Metadata.of(object).put("generation", Metadata.generation(old) + 1);
            }
        } else if (reach.isStatus()) {
            rule.prepareStatus(old, object);
        }
        Metadata.of(object).put("resourceVersion", Metadata.version(old));
    }

    /** Who sends what is there already changes nothing, not even the time of his entry. */
    private static void keepTimes(ObjectNode old, ObjectNode object, ResourceType type) {
        ObjectNode timeless = Json.object().setAll(object);
        timeless.set("metadata", Json.object().setAll(Metadata.of(object)));
        Reach.shareInMetadata("managedFields", old, timeless);
        boolean same = type.isCustom() ? Json.same(old, timeless) : Json.alike(old, timeless);
        if (same && FieldManagement.sameButForTimes(old, object)) {
            Reach.shareInMetadata("managedFields", old, object);
        }
    }

    /** Whoever changes an object may say which version of it he has seen. */
    private static void checkVersion(Target target, ObjectNode old, ObjectNode desired) {
        ResourceType type = target.type();
        String version = Metadata.versionOrNull(desired);
        if (version == null && !type.traits().unconditionalUpdate()) {
            throw ApiException.invalid(type.group(), type.plural(), target.name(),
                    List.of(FieldError.invalid("metadata.resourceVersion", desired.numberNode(0),
                            "must be specified for an update")));
        }
        if (version == null || version.equals(Metadata.version(old))) {
            return;
        }
        if (!version.chars().allMatch(Character::isDigit)) {
            throw unparsed(version, "invalid syntax");
        }
        long number;
        try {
            number = Long.parseUnsignedLong(version);
        } catch (NumberFormatException _) {
            throw unparsed(version, "value out of range");
        }
        if (number != Long.parseUnsignedLong(Metadata.version(old))) {
            throw ApiException.modified(type.group(), type.plural(), target.name());
        }
    }

    private static ApiException unparsed(String version, String why) {
        return ApiException.of(500, "", "strconv.ParseUint: parsing " + GoText.quoted(version) + ": " + why);
    }

    /**
     * Takes out owners that are told twice alike.
     *
     * @param mutated
     *            whether others have had the object in hand
     * @return what is said of it
     */
    static List<String> withoutRepeatedOwners(ObjectNode object, boolean mutated) {
        List<String> repeated = Metadata.dropRepeatedOwners(object);
        return repeated.isEmpty()
                ? List.of()
                : List.of(".metadata.ownerReferences contains duplicate entries"
                        + (mutated ? " after mutating admission happens" : "")
                        + "; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24;"
                        + " please fix your requests; duplicate UID(s) observed: " + String.join(", ", repeated));
    }

    /** Whoever replaces an object may say which one he means. */
    static void checkUid(Target target, ObjectNode old, ObjectNode desired, boolean dryRun) {
        String uid = Metadata.uid(desired);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(old))) {
            throw preconditionFailed(target, "UID", uid, Metadata.uid(old), dryRun);
        }
    }

    /**
     * What is answered when an object is not the one that the client means.
     *
     * @param dryRun
     *            is told from another place of the real server
     */
    static ApiException preconditionFailed(Target target, String what, String wanted, String found, boolean dryRun) {
        return StorageKeys.invalidObject(target, dryRun ? "" : StorageKeys.ROOT, 0, "Precondition failed: " + what
                + " in precondition: " + wanted + ", " + what + " in object meta: " + found);
    }

    /** Generation counts what somebody wants, not what is: changes of metadata do not count, nor of a status that is a resource of its own. */
    private static boolean specChanged(ObjectNode old, ObjectNode object, ResourceType type) {
        ObjectNode before = old.deepCopy();
        ObjectNode after = object.deepCopy();
        for (ObjectNode each : List.of(before, after)) {
            each.remove("metadata");
            if (type.hasStatus()) {
                each.remove("status");
            }
        }
        return type.isCustom() ? !Json.sameInGo(before, after) : !Json.alike(before, after);
    }
}
