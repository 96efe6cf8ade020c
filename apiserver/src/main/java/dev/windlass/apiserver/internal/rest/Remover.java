package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Deletes objects, or marks them for it when finalizers hold them. */
public final class Remover {
    private static final String ORPHAN = "orphan";
    private static final String FOREGROUND = "foregroundDeletion";

    private final Resources resources;

    public Remover(Resources resources) {
        this.resources = resources;
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

    /** What the client wants of a deletion. */
    public record Options(@Nullable Long graceSeconds, String uid, String version, String propagation, boolean dryRun) {
        /** A deletion that asks for nothing special. */
        public static Options background() {
            return new Options(null, "", "", "", false);
        }

        /** From the body, or from the query when there is none. */
        static Options of(Call call, ResourceType type) {
            ObjectNode body = Json.object();
            if (call.body().length > 0) {
                body = Bodies.deleteOptions(call);
            }
            long grace = Json.number(body, call.number("gracePeriodSeconds", -1), "gracePeriodSeconds");
            String propagation = Json.textOrEmpty(body, "propagationPolicy");
            if (propagation.isEmpty()) {
                propagation = call.parameterOrEmpty("propagationPolicy");
            }
            if (!List.of("", "Background", "Foreground", "Orphan").contains(propagation)) {
                throw ApiException.invalid("meta.k8s.io", "DeleteOptions", "",
                        List.of(FieldError.notSupported("propagationPolicy", body.stringNode(propagation),
                                List.of("Foreground", "Background", "Orphan", "nil"))));
            }
            if (propagation.isEmpty() && Json.flag(body, call.flag("orphanDependents"), "orphanDependents")) {
                propagation = "Orphan";
            }
            boolean dryRun = call.dryRun() || !body.path("dryRun").isEmpty();
            return new Options(grace < 0 ? null : grace, Json.textOrEmpty(body, "preconditions", "uid"),
                    Json.textOrEmpty(body, "preconditions", "resourceVersion"), propagation, dryRun);
        }
    }

    /** @throws ApiException 404 when there is nothing to delete, 409 when a precondition does not hold */
    public Outcome delete(Target target, Options options) {
        while (true) {
            Stored current = resources.require(target);
            Outcome outcome = tryDelete(target, current, options);
            if (outcome != null) {
                return outcome;
            }
        }
    }

    private @Nullable Outcome tryDelete(Target target, Stored current, Options options) {
        ResourceType type = target.type();
        ObjectNode object = Codec.decode(current, type);
        KindRule rule = resources.ruleOf(type);
        rule.checkPreconditions(object, options.uid(), options.version());
        checkPreconditions(type, object, options);
        Shelf shelf = resources.shelf(type);
        List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
        boolean orphans = type.traits().orphans() && options.propagation().isEmpty();
        boolean changed = setPropagation(finalizers, orphans ? "Orphan" : options.propagation());
        Metadata.setFinalizers(object, finalizers);
        if (finalizers.isEmpty() && !rule.holdsDeletion(object)) {
            if (options.dryRun()) {
                return new Outcome(current, object, true);
            }
            Stored gone = shelf.delete(current, changed ? Codec.draft(object, type) : current);
            if (gone == null) {
                return null;
            }
            resources.deleted(type, object);
            return new Outcome(gone, object, true);
        }
        if (Metadata.deleting(object) && !rule.repeatDeletion(object) && !changed) {
            return new Outcome(current, object, false);
        }
        ObjectNode metadata = Metadata.of(object);
        if (!Metadata.deleting(object)) {
            metadata.put("deletionTimestamp", resources.surroundings().now());
            if (rule.hasGracePeriod()) {
                metadata.put("deletionGracePeriodSeconds", 0);
            }
            if (Metadata.generation(object) > 0 && rule.countsDeletion()) {
                metadata.put("generation", Metadata.generation(object) + 1);
            }
            rule.prepareDeletion(object);
        }
        if (options.dryRun()) {
            return new Outcome(Codec.draft(object, type).at(current.version()), object, false);
        }
        Stored marked = shelf.replace(current, Codec.draft(object, type));
        if (marked == null) {
            return null;
        }
        rule.committed(object);
        return new Outcome(marked, object, false);
    }

    private static void checkPreconditions(ResourceType type, ObjectNode object, Options options) {
        String uid = Metadata.uid(object);
        if (!options.uid().isEmpty() && !options.uid().equals(uid)) {
            throw ApiException.conflict(type.group(), type.kind(), Metadata.name(object),
                    "the UID in the precondition (" + options.uid()
                            + ") does not match the UID in record (" + uid
                            + "). The object might have been deleted and then recreated");
        }
        String version = Metadata.version(object);
        if (!options.version().isEmpty() && !options.version().equals(version)) {
            throw ApiException.conflict(type.group(), type.kind(), Metadata.name(object),
                    "the ResourceVersion in the precondition (" + options.version()
                            + ") does not match the ResourceVersion in record (" + version
                            + "). The object might have been modified");
        }
    }

    private static boolean setPropagation(List<String> finalizers, String policy) {
        List<String> before = List.copyOf(finalizers);
        switch (policy) {
            case "Orphan" -> {
                finalizers.remove(FOREGROUND);
                add(finalizers, ORPHAN);
            }
            case "Foreground" -> {
                finalizers.remove(ORPHAN);
                add(finalizers, FOREGROUND);
            }
            case "Background" -> finalizers.removeAll(List.of(ORPHAN, FOREGROUND));
            default -> {
                // what is set stays
            }
        }
        return !finalizers.equals(before);
    }

    private static void add(List<String> finalizers, String name) {
        if (!finalizers.contains(name)) {
            finalizers.add(name);
        }
    }
}
