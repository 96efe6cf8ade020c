package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Where writes and deletions meet those who are asked about them. Thread-safe. */
final class AdmissionChain {
    private static final String OPTIONS_VERSION = "meta.k8s.io/v1";

    private final Resources resources;

    AdmissionChain(Resources resources) {
        this.resources = resources;
    }

    /**
     * Adds what the server itself adds to what is to be written, and lets others change it.
     *
     * @param before
     *            null when it is new
     */
    void mutate(Target target, ObjectNode object, @Nullable Before before, Call call, List<String> warnings) {
        ObjectNode old = before == null ? null : before.object();
        addOwn(target, object, old);
        Admission admission = resources.admission();
        if (admission.isIdle()) {
            return;
        }
        ObjectNode seen = resources.shapes().written(object, target.type());
        ObjectNode untouched = seen.deepCopy();
        JsonNode managed = Metadata.of(object).path("managedFields").deepCopy();
        AdmissionRequest request = written(target, seen, before, call, this::read,
                () -> addOwn(target, seen, old), warnings);
        admission.mutate(request);
        if (!Json.same(seen, untouched)) {
            Json.become(object, seen);
        }
        keepManagers(object, managed, request);
    }

    private void addOwn(Target target, ObjectNode object, @Nullable ObjectNode old) {
        KindRule rule = resources.ruleOf(target.type());
        if (target.subresource().isEmpty()) {
            rule.admit(object, old);
            return;
        }
        Part part = rule.part(target.subresource());
        if (part != null && old != null) {
            part.admit(object, old);
        }
    }

    /** Managers that cannot be read are those that there were. */
    private static void keepManagers(ObjectNode object, JsonNode managed, AdmissionRequest request) {
        String problem = FieldManagement.problem(Metadata.of(object).get("managedFields"));
        if (problem != null) {
            Metadata.of(object).set("managedFields", managed);
            request.warn(
                    List.of(".metadata.managedFields was in an invalid state after admission; this could be caused by"
                            + " an outdated mutating admission controller; please fix your requests: " + problem));
        }
    }

    /**
     * Lets others change the scale of an object.
     *
     * @param old
     *            the scale that it has
     * @param before
     *            the object
     */
    void mutateScale(Target target, ObjectNode scale, ObjectNode old, Before before, Call call,
            List<String> warnings) {
        Admission admission = resources.admission();
        if (admission.isIdle()) {
            return;
        }
        JsonNode managed = Metadata.of(scale).path("managedFields").deepCopy();
        AdmissionRequest request = new AdmissionRequest("UPDATE", target, scale, old.deepCopy(), before,
                options("UpdateOptions", call), call.user(), call.dryRun(), (each, _) -> read(each, Scales.FORM),
                AdmissionChain::nothing, warnings);
        admission.mutate(request);
        keepManagers(scale, managed, request);
    }

    /** Lets others refuse what is to be written. */
    void validate(Target target, ObjectNode object, @Nullable Before before, Call call, List<String> warnings) {
        Admission admission = resources.admission();
        if (!admission.isIdle()) {
            admission.validate(
                    written(target, shown(target, resources.shapes().written(object, target.type())), before, call,
                            AdmissionRequest.Reading.NONE,
                            AdmissionChain::nothing, warnings));
        }
    }

    /**
     * Lets others change what is asked of an object, such as that it be evicted.
     *
     * @param form
     *            the type of what is asked
     * @return whether they have been asked
     */
    boolean mutateAsked(Target target, ResourceType form, ObjectNode asked, Call call, List<String> warnings) {
        Admission admission = resources.admission();
        if (admission.isIdle()) {
            return false;
        }
        admission.mutate(
                written(target, asked, null, call, (each, _) -> read(each, form), AdmissionChain::nothing, warnings));
        return true;
    }

    /** Lets others refuse what is asked of an object. */
    void validateAsked(Target target, ObjectNode asked, Call call, List<String> warnings) {
        Admission admission = resources.admission();
        if (!admission.isIdle()) {
            admission.validate(written(target, asked.deepCopy(), null, call, AdmissionRequest.Reading.NONE,
                    AdmissionChain::nothing,
                    warnings));
        }
    }

    /**
     * Asks others whether a request may be led on.
     *
     * @param options
     *            what is said of it
     * @return warnings
     */
    List<String> connect(Target target, ObjectNode options, Call call) {
        List<String> warnings = new ArrayList<>();
        Admission admission = resources.admission();
        if (!admission.isIdle()) {
            AdmissionRequest request = new AdmissionRequest("CONNECT", target, options, null, null, null, call.user(),
                    false, AdmissionRequest.Reading.NONE, AdmissionChain::nothing, warnings);
            admission.mutate(request);
            admission.validate(request);
        }
        return warnings;
    }

    private static void nothing() {
        // there is nothing that the server adds itself
    }

    /** The object as the resource shows it. */
    private static ObjectNode shown(Target target, ObjectNode object) {
        return target.subresource().equals(Scales.NAME) ? Scales.of(object, target.type()) : object;
    }

    private static AdmissionRequest written(Target target, ObjectNode object, @Nullable Before before, Call call,
            AdmissionRequest.Reading reading, Runnable own, List<String> warnings) {
        String name = target.name().isEmpty() ? Metadata.name(object) : target.name();
        Target named = new Target(target.verb(), target.type(), target.namespace(), name, target.subresource());
        return new AdmissionRequest(before == null ? "CREATE" : "UPDATE", named, object,
                before == null ? null : shown(target, before.object().deepCopy()), before,
                options(before == null ? "CreateOptions" : "UpdateOptions", call), call.user(), call.dryRun(), reading,
                own, warnings);
    }

    private static ObjectNode options(String kind, Call call) {
        ObjectNode options = Json.object().put("kind", kind).put("apiVersion", OPTIONS_VERSION);
        List<String> dryRun = call.query().getOrDefault("dryRun", List.of());
        if (!dryRun.isEmpty()) {
            ArrayNode values = options.putArray("dryRun");
            dryRun.forEach(values::add);
        }
        for (String field : List.of("fieldManager", "fieldValidation")) {
            String value = call.parameterOrEmpty(field);
            if (!value.isEmpty()) {
                options.put(field, value);
            }
        }
        return options;
    }

    /** What others have made of an object is read as what a client sends. */
    private ObjectNode read(ObjectNode object, ResourceType type) {
        Shapes shapes = resources.shapes();
        shapes.admit(object, type, ApiException::internal);
        shapes.shape(object, type);
        resources.ruleOf(type).fillDefaults(object);
        shapes.fillDefaults(object, type);
        shapes.shape(object, type);
        return object;
    }

    /**
     * Lets others refuse a deletion.
     *
     * @param target
     *            whose verb says whether one object was named, or many were meant
     */
    void delete(Target target, Before before, Remover.Options options, User user, List<String> warnings) {
        Admission admission = resources.admission();
        if (admission.isIdle()) {
            return;
        }
        String name = target.verb().equals("deletecollection") ? "" : target.name();
        ObjectNode told = options.told().put("kind", "DeleteOptions").put("apiVersion", OPTIONS_VERSION);
        if (target.type().is("", "namespaces") && options.uid() == null) {
            Json.child(told, "preconditions").put("uid", Metadata.uid(before.object())); // the real server makes sure of which one it is
        }
        AdmissionRequest request = new AdmissionRequest("DELETE",
                new Target(target.verb(), target.type(), target.namespace(), name, ""), null,
                before.object().deepCopy(), before, told,
                user, options.dryRun(), AdmissionRequest.Reading.NONE, AdmissionChain::nothing, warnings);
        admission.mutate(request);
        admission.validate(request);
    }
}
