package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.ObjectNode;

/** Deletes objects, or marks them for it when finalizers hold them. */
public final class Remover {
    static final String ORPHAN = "orphan";
    static final String FOREGROUND = "foregroundDeletion";

    private final Resources resources;
    private final AdmissionChain admission;

    public Remover(Resources resources) {
        this.resources = resources;
        this.admission = new AdmissionChain(resources);
    }

    /**
     * Who wants something deleted, so that others can be asked about it.
     *
     * @param warnings
     *            takes what they should know
     */
    public record Asking(User user, List<String> warnings) {

        /** A controller that is part of this server. */
        static Asking controller(String name) {
            return new Asking(User.of("system:serviceaccount:kube-system:" + name, List.of("system:serviceaccounts",
                    "system:serviceaccounts:kube-system", "system:authenticated")), new ArrayList<>());
        }
    }

    /**
     * What a deletion came to.
     *
     * @param stored
     *            the last state, or the state it is held in
     * @param gone
     *            whether it is deleted, and not only marked
     */
    public record Outcome(Stored stored, ObjectNode object, boolean gone) {
    }

    /**
     * What the client wants of a deletion; null and "" stand for what it does not say.
     *
     * @param orphans
     *            the old way to say what becomes of dependents
     * @param unreadable
     *            whether only what can no longer be read is to be deleted, which is nothing here
     */
    public record Options(@Nullable Long graceSeconds, @Nullable String uid, @Nullable String version,
            String propagation, @Nullable Boolean orphans, boolean dryRun, boolean unreadable) {
        static final String UNREADABLE = "ignoreStoreReadErrorWithClusterBreakingPotential";
        private static final List<String> POLICIES = List.of("Foreground", "Background", "Orphan", "nil");

        /** A deletion that asks for nothing special. */
        public static Options background() {
            return new Options(null, null, null, "", null, false, false);
        }

        /** A deletion for which nobody is waited. */
        static Options atOnce() {
            return new Options(0L, null, null, "", null, false, false);
        }

        /** The same without the version that the object must have. */
        Options anyVersion() {
            return new Options(graceSeconds, uid, null, propagation, orphans, dryRun, unreadable);
        }

        /** As others are told of them. */
        ObjectNode told() {
            ObjectNode told = Json.object();
            if (graceSeconds != null) {
                told.put("gracePeriodSeconds", graceSeconds);
            }
            if (uid != null) {
                Json.child(told, "preconditions").put("uid", uid);
            }
            if (version != null) {
                Json.child(told, "preconditions").put("resourceVersion", version);
            }
            if (orphans != null) {
                told.put("orphanDependents", orphans);
            }
            if (!propagation.isEmpty()) {
                told.put("propagationPolicy", propagation);
            }
            if (dryRun) {
                told.putArray("dryRun").add("All");
            }
            return told;
        }

        /** From the body, or from the query when there is none. */
        static Options of(Call call, ResourceType type) {
            return of(call.body().length > 0 ? Bodies.deleteOptions(call, type) : ofQuery(call));
        }

        private static ObjectNode ofQuery(Call call) {
            ObjectNode options = Json.object();
            if (call.parameter("gracePeriodSeconds") != null) {
                options.put("gracePeriodSeconds", call.number("gracePeriodSeconds", 0));
            }
            if (call.parameter("orphanDependents") != null) {
                options.put("orphanDependents", call.flag("orphanDependents"));
            }
            if (call.parameter("propagationPolicy") != null) {
                options.put("propagationPolicy", call.parameterOrEmpty("propagationPolicy"));
            }
            if (call.parameter(UNREADABLE) != null) {
                options.put(UNREADABLE, call.flag(UNREADABLE));
            }
            for (String precondition : List.of("uid", "resourceVersion")) {
                if (!call.parameterOrEmpty(precondition).isEmpty()) {
                    Json.child(options, "preconditions").put(precondition, call.parameterOrEmpty(precondition));
                }
            }
            call.query().getOrDefault("dryRun", List.of()).forEach(options.putArray("dryRun")::add);
            return options;
        }

        /** @throws ApiException 422 when they contradict each other, or are none */
        static Options of(ObjectNode options) {
            List<FieldError> errors = new ArrayList<>();
            String propagation = Json.text(options, "propagationPolicy");
            JsonNode orphans = Json.find(options, "orphanDependents");
            if (propagation != null && orphans != null) {
                errors.add(FieldError.invalid("propagationPolicy", propagation,
                        "orphanDependents and deletionPropagation cannot be both set"));
            } else if (propagation != null && !POLICIES.subList(0, 3).contains(propagation)) {
                errors.add(FieldError.notSupported("propagationPolicy", options.stringNode(propagation), POLICIES));
            }
            List<String> dryRun = new ArrayList<>();
            options.path("dryRun").forEach(each -> dryRun.add(each.asString("")));
            WriteOptions.checkDryRun(dryRun, errors);
            boolean unreadable = Json.flag(options, false, UNREADABLE);
            for (String other : List.of("propagationPolicy", "orphanDependents", "gracePeriodSeconds",
                    "preconditions")) {
                if (unreadable && Json.find(options, other) != null) {
                    errors.add(unreadable("cannot be set together with ." + other));
                }
            }
            WriteOptions.refuse("DeleteOptions", errors);
            JsonNode grace = Json.find(options, "gracePeriodSeconds");
            return new Options(grace == null ? null : Json.number(grace, 0),
                    Json.text(options, "preconditions", "uid"), Json.text(options, "preconditions", "resourceVersion"),
                    propagation == null ? "" : propagation, orphans == null ? null : orphans.booleanValue(),
                    !dryRun.isEmpty(), unreadable);
        }

        /** Many are never deleted unread. */
        void refuseUnreadable() {
            if (unreadable) {
                WriteOptions.refuse("DeleteOptions",
                        List.of(unreadable(
                                "is not allowed with DELETECOLLECTION, try again after removing the option")));
            }
        }

        private static FieldError unreadable(String why) {
            return FieldError.invalid(UNREADABLE, BooleanNode.TRUE, why);
        }
    }

    /**
     * Deletes an object without asking anybody.
     *
     * @throws ApiException
     *             404 when there is nothing to delete, 409 when a precondition does not hold
     */
    public Outcome delete(Target target, Options options) {
        return delete(target, options, null);
    }

    /**
     * The same for somebody.
     *
     * @param asking
     *            null when nobody is to be asked whether they may
     */
    public Outcome delete(Target target, Options options, @Nullable Asking asking) {
        if (options.unreadable()) {
            throw readable(target);
        }
        while (true) {
            Stored current = resources.require(target);
            Outcome outcome = tryDelete(target, current, options, asking);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private ApiException readable(Target target) {
        if (target.type().is("", "namespaces")) {
            return ApiException.internal(
                    "no unsafe deleter provided, can not honor " + Options.UNREADABLE);
        }
        return StorageKeys.invalidObject(target, StorageKeys.ROOT, resources.require(target).version(),
                "unsafe deletion is not allowed because the object is decodable from storage");
    }

    /**
     * Deletes by the rules of the real server: what has finalizers, or time to end, is marked and stays; a kind that gives time is marked in
     * any case, so that watchers see it; what is marked already can only be given less time.
     */
    private @Nullable Outcome tryDelete(Target target, Stored current, Options options, @Nullable Asking asking) {
        ResourceType type = target.type();
        ObjectNode object = Codec.decode(current, type);
        KindRule rule = resources.ruleOf(type);
        rule.checkPreconditions(object, Objects.requireNonNullElse(options.uid(), ""),
                Objects.requireNonNullElse(options.version(), ""));
        checkPreconditions(type, object, options);
        long grace = rule.graceSeconds(object, options.graceSeconds());
        boolean graceful = grace >= 0;
        boolean shortened = false;
        if (graceful && Metadata.deleting(object)) {
            long left = Json.number(object, 0, "metadata", "deletionGracePeriodSeconds");
            shortened = options.graceSeconds() != null && grace < left;
            if (!shortened) {
                return new Outcome(current, object, false);
            }
        }
        if (asking != null) {
            admission.delete(target, new Before(current, object, null), options, asking.user(), asking.warnings());
        }
        boolean finalizersChanged = setPropagation(object, options, type);
        boolean held = !Metadata.finalizers(object).isEmpty() || rule.holdsDeletion(object);
        if (!held && grace <= 0) {
            return deleteNow(type, current, object, rule, graceful, options);
        }
        boolean changed = finalizersChanged || shortened;
        if (Metadata.deleting(object) && !rule.repeatDeletion(object) && !changed) {
            return new Outcome(current, object, false);
        }
        mark(object, rule, Math.max(grace, 0), shortened);
        if (options.dryRun()) {
            return new Outcome(Codec.draft(object, type).at(current.version()), object, false);
        }
        Stored marked = resources.shelf(type).replace(current, Codec.draft(object, type));
        if (marked == null) {
            return null;
        }
        resources.committed(type, object);
        return new Outcome(marked, object, false);
    }

    private @Nullable Outcome deleteNow(ResourceType type, Stored current, ObjectNode object, KindRule rule,
            boolean graceful, Options options) {
        Shelf shelf = resources.shelf(type);
        Stored last = current;
        if (graceful) {
            mark(object, rule, 0, Metadata.deleting(object));
            Stored draft = Codec.draft(object, type);
            Stored marked = options.dryRun() ? draft.at(current.version()) : shelf.replace(current, draft);
            if (marked == null) {
                return null;
            }
            last = marked;
        }
        if (options.dryRun()) {
            return new Outcome(last, object, true);
        }
        Stored gone = shelf.delete(last, last);
        if (gone == null) {
            return null;
        }
        resources.deleted(type, object);
        return new Outcome(gone, object, true);
    }

    private void mark(ObjectNode object, KindRule rule, long grace, boolean shortened) {
        ObjectNode metadata = Metadata.of(object);
        if (shortened) {
            Instant before = Instant.parse(Json.textOrEmpty(metadata, "deletionTimestamp"));
            metadata.put("deletionTimestamp", Surroundings.time(before
                    .minusSeconds(Json.number(metadata, 0, "deletionGracePeriodSeconds")).plusSeconds(grace)));
            metadata.put("deletionGracePeriodSeconds", grace);
            return;
        }
        if (Metadata.deleting(object)) {
            return;
        }
        metadata.put("deletionTimestamp",
                Surroundings.time(resources.surroundings().clock().instant().plusSeconds(grace)));
        if (rule.hasGracePeriod()) {
            metadata.put("deletionGracePeriodSeconds", grace);
        }
        if (Metadata.generation(object) > 0 && rule.countsDeletion()) {
            metadata.put("generation", Metadata.generation(object) + 1);
        }
        rule.prepareDeletion(object);
    }

    static void checkPreconditions(ResourceType type, ObjectNode object, Options options) {
        String uid = Metadata.uid(object);
        String version = Metadata.version(object);
        boolean namespace = type.is("", "namespaces");
        String kind = namespace ? type.plural() : type.kind();
        if (options.uid() != null && !options.uid().equals(uid)) {
            throw ApiException.conflict(type.group(), kind, Metadata.name(object), namespace
                    ? "Precondition failed: UID in precondition: " + options.uid() + ", UID in object meta: " + uid
                    : "the UID in the precondition (" + options.uid() + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        if (options.version() != null && !options.version().equals(version)) {
            throw ApiException.conflict(type.group(), kind, Metadata.name(object), namespace
                    ? "Precondition failed: ResourceVersion in precondition: " + options.version()
                            + ", ResourceVersion in object meta: " + version
                    : "the ResourceVersion in the precondition (" + options.version()
                            + ") does not match the ResourceVersion in record (" + version
                            + "). The object might have been modified");
        }
    }

    /**
     * Writes into the finalizers what is to become of dependents: as the client says, else as the object says, else as its kind does.
     *
     * @return whether that has changed them
     */
    private static boolean setPropagation(ObjectNode object, Options options, ResourceType type) {
        List<String> before = Metadata.finalizers(object);
        List<String> after = new ArrayList<>(before);
        after.removeAll(List.of(ORPHAN, FOREGROUND));
        String set = before.stream().filter(each -> each.equals(ORPHAN) || each.equals(FOREGROUND)).findFirst()
                .orElse(type.traits().orphans() ? ORPHAN : "");
        String wanted;
        if (type.storageId().equals("/events")) {
            wanted = ""; // nothing depends on them
        } else if (options.orphans() != null) {
            wanted = options.orphans() ? ORPHAN : "";
        } else {
            wanted = switch (options.propagation()) {
                case "Orphan" -> ORPHAN;
                case "Foreground" -> FOREGROUND;
                case "Background" -> "";
                default -> set;
            };
        }
        if (!wanted.isEmpty()) {
            after.add(wanted);
        }
        if (Set.copyOf(before).equals(Set.copyOf(after))) {
            return false;
        }
        Metadata.setFinalizers(object, after);
        return true;
    }
}
