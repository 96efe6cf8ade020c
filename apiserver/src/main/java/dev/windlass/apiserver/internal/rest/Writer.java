package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.json.Duplicates;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.Lock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Creates and changes objects. A change is worked out on a copy of the current state and committed only if that is still current, so no lock is held while
 * it is worked out; the loser of a race starts again.
 */
public final class Writer {
    /** Where the real server keeps kinds that it once called otherwise. */
    private static final Map<String, String> STORED_AS = Map.of("replicationcontrollers", "controllers", "endpoints",
            "services/endpoints", "services", "services/specs", "nodes", "minions", "ingresses", "ingress");
    private static final List<String> SYSTEM_FIELDS = List.of("uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "resourceVersion");
    private static final int NAME_ATTEMPTS = 8;
    private static final int LONGEST_PREFIX = 58;

    private final Resources resources;
    private final Shapes shapes;
    private final AdmissionChain admission;

    public Writer(Resources resources) {
        this.resources = resources;
        this.shapes = resources.shapes();
        this.admission = new AdmissionChain(resources);
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
        return create(target, object, call, true);
    }

    private Outcome create(Target target, ObjectNode object, Call call, boolean track) {
        ResourceType type = target.type();
        Bodies.checkNamespace(object, target);
        List<String> warnings = admit(object, type, call);
        try {
            return createAdmitted(target, object, call, track, warnings);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }

    private Outcome createAdmitted(Target target, ObjectNode object, Call call, boolean track, List<String> warnings) {
        ResourceType type = target.type();
        refuseWhileTerminating(type, Metadata.name(object));
        ObjectNode metadata = Metadata.of(object);
        if (Metadata.versionOrNull(object) != null) {
            throw ApiException.of(500, "", "resourceVersion should not be set on objects to be created");
        }
        Metadata.tidy(object);
        if (type.namespaced()) {
            metadata.put("namespace", target.namespace());
        } else {
            metadata.remove("namespace");
        }
        requireNamespace(target, object);
        metadata.remove(SYSTEM_FIELDS);
        if (track) {
            fields(target).update(shapes.zero(type), object, call.fieldManager());
        }
        KindRule rule = resources.ruleOf(type);
        rule.admit(object, null);
        admission.mutate(target, object, null, call, warnings);
        Bodies.checkNamespace(object, target);
        metadata = Metadata.of(object);
        if (type.namespaced()) {
            metadata.put("namespace", target.namespace());
        }
        resources.checkGuards(target, object, null, call);
        metadata.remove(SYSTEM_FIELDS);
        metadata.put("uid", resources.surroundings().uid());
        metadata.put("creationTimestamp", resources.surroundings().now());
        if (type.traits().generation()) {
            metadata.put("generation", 1);
        } else {
            metadata.remove("generation");
        }
        if (type.hasStatus()) {
            object.remove("status");
            if (!type.isCustom()) {
                object.putObject("status");
            }
        }
        shapes.shape(object, type);
        String prefix = Json.textOrEmpty(metadata, "generateName");
        boolean generated = Metadata.name(object).isEmpty() && !prefix.isEmpty();
        boolean dryRun = call.dryRun();
        boolean settled = true;
        for (int attempt = 1;; attempt++) {
            if (generated) {
                metadata.put("name", prefix.substring(0, Math.min(prefix.length(), LONGEST_PREFIX))
                        + resources.surroundings().suffix());
            }
            if (attempt == 1) {
                rule.prepareCreate(object, dryRun, warnings);
                shapes.shape(object, type);
                validate(object, null, target, rule, warnings);
                resources.checkGuardsOfValid(target, object, null, call);
                settled = fillAgain(object, type, rule);
            }
            admission.validate(target, object, null, call, warnings);
            Stored draft = Codec.draft(object, type);
            if (!settled) {
                draft = draft.unsettled();
            }
            Shelf shelf = resources.shelf(type);
            if (dryRun && shelf.get(draft.key()) == null) {
                return new Outcome(draft, true, warnings);
            }
            Stored stored = dryRun ? null : put(target, object, shelf, draft);
            if (stored != null) {
                resources.committed(type, object);
                return new Outcome(stored, true, warnings);
            }
            if (!generated) {
                throw ApiException.alreadyExists(type.group(), type.plural(), Metadata.name(object));
            }
            if (attempt == NAME_ATTEMPTS) {
                throw ApiException.noFreeName(type.group(), type.plural(), Metadata.name(object));
            }
        }
    }

    private static void refuseWhileTerminating(ResourceType type, String name) {
        CustomVersion custom = type.custom();
        if (custom != null && custom.terminating()) {
            throw ApiException.forbidden(type.group(), type.plural(), name,
                    "create not allowed while custom resource definition is terminating", List.of());
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

    private void requireNamespace(Target target, ObjectNode object) {
        if (!target.type().namespaced()) {
            return;
        }
        Stored namespace = resources.find(resources.namespaces(), "", target.namespace());
        if (namespace == null) {
            throw ApiException.notFound("", "namespaces", target.namespace());
        }
        if (namespace.field("status.phase").equals("Terminating")) {
            throw ApiException.forbidden(target.type().group(), target.type().plural(), Metadata.name(object),
                    "unable to create new content in namespace " + target.namespace()
                            + " because it is being terminated",
                    List.of(new FieldError("NamespaceTerminating", "metadata.namespace",
                            "namespace " + target.namespace() + " is being terminated")));
        }
    }

    /**
     * Unknown fields out, defaults in.
     *
     * @return warnings
     */
    List<String> admit(ObjectNode object, ResourceType type, Call call) {
        String validation = call.parameterOrEmpty("fieldValidation");
        Function<String, ApiException> refusal = refusal(object, type, call);
        List<String> unknown = shapes.admit(object, type, refusal);
        List<String> problems = new ArrayList<>();
        if (!validation.equals("Ignore")) {
            duplicates(call).forEach(path -> problems.add("duplicate field " + FieldError.quote(path)));
            unknown.forEach(path -> problems.add("unknown field " + FieldError.quote(path)));
        }
        if (validation.equals("Strict") && !problems.isEmpty()) {
            throw refusal.apply("strict decoding error: " + String.join(", ", problems));
        }
        shapes.shape(object, type);
        resources.ruleOf(type).fillDefaults(object);
        shapes.fillDefaults(object, type);
        shapes.shape(object, type);
        resources.ruleOf(type).warn(object, problems);
        return problems;
    }

    /** What is answered when the object cannot be read: of one that a patch has made, the whole of it is told. */
    private static Function<String, ApiException> refusal(ObjectNode object, ResourceType type, Call call) {
        if (!call.method().equals("PATCH")) {
            return why -> Shapes.unreadable(type, why);
        }
        String patched = Json.string(object);
        return why -> ApiException.invalid("", "", "", List.of(FieldError.invalid("patch", patched, why)));
    }

    private static List<String> duplicates(Call call) {
        boolean whole = (call.method().equals("POST") || call.method().equals("PUT"))
                && !Bodies.mediaType(call.contentType()).endsWith("yaml");
        return whole && Json.firstByte(call.body()) == '{' ? Duplicates.in(call.body()) : List.of();
    }

    /** What is wrong for several reasons is told once, but of definitions and what they define. */
    private void validate(ObjectNode object, @Nullable ObjectNode old, Target target, KindRule rule,
            List<String> warnings) {
        ResourceType type = target.type();
        List<FieldError> errors = new ArrayList<>(Metadata.validate(object, type));
        if (old != null) {
            errors.addAll(Metadata.validateUpdate(object, old));
        }
        errors.addAll(shapes.validate(object, old, type, warnings));
        Part part = rule.part(target.subresource());
        if (old != null && part != null) {
            part.validate(object, old, errors);
        } else if (old != null && target.subresource().equals("status")) {
            rule.validateStatus(object, old, errors);
        } else {
            rule.validate(object, old, errors);
        }
        if (!errors.isEmpty()) {
            boolean everyTime = type.isCustom() || type.group().equals("apiextensions.k8s.io");
            throw ApiException.invalid(type.storedGroup(), type.kind(), Metadata.name(object),
                    everyTime ? errors : List.copyOf(new LinkedHashSet<>(errors)));
        }
        rule.warnOfValid(object, old, warnings);
    }

    /**
     * A PUT.
     *
     * @param object what the client sent; it is not changed
     */
    public Outcome put(Target target, ObjectNode object, Call call) {
        ResourceType type = target.type();
        checkName(object, target);
        boolean mayCreate = type.traits().createOnUpdate() && target.subresource().isEmpty();
        if (mayCreate && resources.find(type, target.namespace(), target.name()) == null
                && Metadata.versionOrNull(object) == null) {
            return create(target, object.deepCopy(), call);
        }
        if (Metadata.versionOrNull(object) == null && !type.traits().unconditionalUpdate()) {
            resources.require(target);
            throw ApiException.invalid(type.group(), type.plural(), target.name(),
                    List.of(FieldError.invalid("metadata.resourceVersion", object.numberNode(0),
                            "must be specified for an update")))
                    .warning(admit(object.deepCopy(), type, call));
        }
        return change(target, _ -> object.deepCopy(), call);
    }

    /**
     * Changes an object by a function from its current to its desired state, which may run more than once.
     *
     * @throws ApiException
     *             404, 409, 422 …
     */
    public Outcome change(Target target, Function<ObjectNode, ObjectNode> edit, Call call) {
        ResourceType type = target.type();
        while (true) {
            Stored current = resources.require(target);
            ObjectNode old = Codec.decode(current, type);
            ObjectNode desired = edit.apply(old.deepCopy());
            Outcome outcome = commit(target, current, old, desired, call, true);
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
        while (true) {
            Stored current = resources.find(type, target.namespace(), target.name());
            ObjectNode old = current == null ? null : Codec.decode(current, type);
            if (current == null || old == null) {
                refuseApplyToNothing(target, config);
                ObjectNode object = fields(target).apply(shapes.zero(type), config, call.fieldManager(), force);
                return create(target, object, call, false);
            }
            ObjectNode desired = fields(target).apply(old, config, call.fieldManager(), force);
            Outcome outcome = commit(target, current, old, desired, call, false);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private static void refuseApplyToNothing(Target target, ObjectNode config) {
        ResourceType type = target.type();
        if (!target.subresource().isEmpty()) {
            throw ApiException.notFound(type.group(), type.plural(), target.name());
        }
        String uid = Metadata.uid(config);
        if (!uid.isEmpty()) {
            throw ApiException.conflict(type.group(), type.plural(), target.name(),
                    "uid mismatch: the provided object specified uid " + uid + ", and no existing object was found");
        }
    }

    /** Who manages what, for this request. */
    private FieldManagement fields(Target target) {
        ResourceType type = target.type();
        ObjectNode ignored = Json.object();
        switch (target.subresource()) {
            case "" -> {
                if (type.hasStatus()) {
                    ignored.putObject("f:status");
                }
            }
            case "finalize" -> ignored.putObject("f:status");
            case Scales.NAME -> {
                // changes nothing but the replicas
            }
            default -> {
                if (resources.ruleOf(type).part(target.subresource()) != null) {
                    break; // the real server tells also who has sent what does not count
                }
                ignored.putObject("f:spec");
                if (type.isCustom()) {
                    ignored.putObject("f:metadata");
                }
            }
        }
        return new FieldManagement(shapes.typeOf(type), type.apiVersion(), target.subresource(), ignored,
                resources.surroundings().now(), (object, from, to) -> shown(object, type.kind(), from, to));
    }

    /** An object as another version of the API shows it; null when there is no such version, or it shows it alike. */
    private FieldManagement.@Nullable Shown shown(ObjectNode object, String kind, String from, String to) {
        ResourceType one = resources.catalog().ofKind(from, kind);
        ResourceType other = resources.catalog().ofKind(to, kind);
        if (one == null || other == null || !one.storageId().equals(other.storageId())
                || Objects.equals(Face.of(one), Face.of(other))) {
            return null;
        }
        Face face = Face.of(other);
        ObjectNode stored = Face.toStorage(object, one);
        ObjectNode shown = (face == null ? stored : face.fromStorage().apply(stored)).deepCopy();
        shown.put("apiVersion", to);
        return new FieldManagement.Shown(shown, shapes.typeOf(other));
    }

    /** @return null when somebody else was faster */
    private @Nullable Outcome commit(Target target, Stored current, ObjectNode old, ObjectNode desired, Call call,
            boolean track) {
        ResourceType type = target.type();
        checkIdentity(target, old, desired, call.method().equals("PUT"));
        List<String> warnings = admit(desired, type, call); // also what is not taken from it
        boolean part = resources.ruleOf(type).part(target.subresource()) != null;
        if (part && track) {
            fields(target).update(old, desired, call.fieldManager());
        }
        ObjectNode object = merge(target, old, desired);
        try {
            return commitAdmitted(target, current, old, object, call, track, warnings);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }

    private @Nullable Outcome commitAdmitted(Target target, Stored current, ObjectNode old, ObjectNode object,
            Call call, boolean track, List<String> warnings) {
        ResourceType type = target.type();
        Metadata.tidy(object);
        KindRule rule = resources.ruleOf(type);
        if (track && rule.part(target.subresource()) == null) {
            fields(target).update(old, object, call.fieldManager());
        }
        boolean whole = target.subresource().isEmpty() || target.subresource().equals(Scales.NAME);
        if (whole) {
            rule.admit(object, old);
        }
        if (type.namespaced()) {
            Metadata.of(object).put("namespace", target.namespace());
        }
        if (admission.mutate(target, object, old, call, warnings)) {
            Bodies.checkNamespace(object, target);
            if (!whole) {
                ObjectNode merged = merge(target, old, object.deepCopy());
                copyInMetadata("managedFields", object, merged);
                Json.become(object, merged);
            }
        }
        Metadata.keepSystemFields(old, object);
        resources.checkGuards(target, object, old, call);
        boolean wanted = whole || rule.part(target.subresource()) != null;
        if (wanted) {
            rule.prepareUpdate(old, object);
            shapes.shape(object, type);
        } else if (target.subresource().equals("status")) {
            rule.prepareStatus(old, object);
        }
        if (type.traits().generation() && wanted
                && (specChanged(old, object, type) || rule.raisesGeneration(old, object))) {
            Metadata.of(object).put("generation", Metadata.generation(old) + 1);
        }
        Metadata.of(object).put("resourceVersion", Metadata.version(old));
        validate(object, old, target, rule, warnings);
        resources.checkGuardsOfValid(target, object, old, call);
        if (!track) {
            keepTimes(old, object);
        }
        admission.validate(target, object, old, call, warnings);
        if (current.isSettled() && Json.same(old, object)) {
            return new Outcome(current, false, warnings);
        }
        Stored draft = Codec.draft(object, type, current, wanted ? "status" : "spec");
        if (call.dryRun()) {
            return new Outcome(draft.at(current.version()), false, warnings);
        }
        Stored stored = resources.commit(type, current, object, draft);
        return stored == null ? null : new Outcome(stored, false, warnings);
    }

    /** Who applies what is there already changes nothing, not even the time of his entry. */
    private static void keepTimes(ObjectNode old, ObjectNode object) {
        ObjectNode timeless = object.deepCopy();
        copyInMetadata("managedFields", old, timeless);
        if (Json.same(old, timeless) && FieldManagement.sameButForTimes(old, object)) {
            copyInMetadata("managedFields", old, object);
        }
    }

    /** @throws ApiException 400 when an object has no name, or another one than the path, or another namespace */
    static void checkName(ObjectNode object, Target target) {
        String name = Metadata.name(object);
        if (name.isEmpty()) {
            throw ApiException.badRequest("the name of the object (" + target.name()
                    + " based on URL) was undeterminable: name must be provided");
        }
        if (!name.equals(target.name())) {
            throw ApiException.badRequest("the name of the object (" + name
                    + ") does not match the name on the URL (" + target.name() + ")");
        }
        Bodies.checkNamespace(object, target);
    }

    private static void checkIdentity(Target target, ObjectNode old, ObjectNode desired, boolean precondition) {
        ResourceType type = target.type();
        checkName(desired, target);
        String version = Metadata.versionOrNull(desired);
        if (version != null && !version.equals(Metadata.version(old))) {
            if (!version.chars().allMatch(Character::isDigit)) {
                throw ApiException.of(500, "",
                        "strconv.ParseUint: parsing " + FieldError.quote(version) + ": invalid syntax");
            }
            throw ApiException.modified(type.group(), type.plural(), target.name());
        }
        String uid = Metadata.uid(desired);
        if (precondition && !uid.isEmpty() && !uid.equals(Metadata.uid(old))) {
            throw wrongUid(target, uid, Metadata.uid(old));
        }
    }

    static ApiException wrongUid(Target target, String wanted, String uid) {
        ResourceType type = target.type();
        String place = type.isCustom()
                ? type.group() + "/" + type.plural()
                : STORED_AS.getOrDefault(type.plural(), type.plural());
        return ApiException.conflict(type.group(), type.plural(), target.name(),
                "StorageError: invalid object, Code: 4, Key: /registry/" + place + "/"
                        + Stored.key(target.namespace(), target.name())
                        + ", ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: "
                        + wanted + ", UID in object meta: " + uid);
    }

    /** What a sub-resource may change, over what it may not. */
    private ObjectNode merge(Target target, ObjectNode old, ObjectNode desired) {
        ResourceType type = target.type();
        ObjectNode object;
        switch (target.subresource()) {
            case "", Scales.NAME -> {
                object = desired;
                if (type.hasStatus()) {
                    copy("status", old, object);
                }
            }
            case "status" -> {
                object = old.deepCopy();
                copy("status", desired, object);
                if (type.traits().statusKeepsMetadata()) {
                    copyInMetadata("managedFields", desired, object);
                } else {
                    object.set("metadata", desired.path("metadata"));
                    if (type.is("apps", "deployments")) {
                        copyInMetadata("labels", old, object);
                    }
                }
            }
            case "finalize" -> {
                object = old.deepCopy();
                copy("spec", desired, object);
            }
            default -> {
                Part part = resources.ruleOf(type).part(target.subresource());
                if (part == null) {
                    throw ApiException.methodNotAllowed();
                }
                object = part.merge(old, desired);
            }
        }
        object.put("kind", type.kind()).put("apiVersion", type.apiVersion());
        return object;
    }

    private static void copy(String field, ObjectNode from, ObjectNode to) {
        var value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value);
        }
    }

    private static void copyInMetadata(String field, ObjectNode from, ObjectNode to) {
        copy(field, Metadata.of(from), Metadata.of(to));
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
        return !Json.same(before, after);
    }
}
