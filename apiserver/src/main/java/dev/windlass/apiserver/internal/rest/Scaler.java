package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.apply.ScaleFields;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Reads how many replicas an object is to have, and changes it: its scale is made, changed, tracked and shown to others like an object of its own, and what has
 * become of it goes back into the object. Thread-safe.
 */
final class Scaler {
    private final Resources resources;
    private final Writer writer;
    private final Intake intake;
    private final AdmissionChain admission;

    Scaler(Resources resources, Writer writer) {
        this.resources = resources;
        this.writer = writer;
        this.intake = new Intake(resources);
        this.admission = new AdmissionChain(resources);
    }

    /** @throws ApiException when the request is refused */
    Reply answer(Target target, Call call, Accepted accepted) {
        ResourceType type = target.type();
        Rendering rendering = Rendering.of(type, accepted, call, resources);
        Writer.Outcome outcome = switch (target.verb()) {
            case "get" -> {
                Stored stored = resources.require(target);
                Scales.checkReplicas(Codec.decode(stored, type), type);
                yield new Writer.Outcome(stored, false, List.of());
            }
            case "update" -> put(target, call);
            case "patch" -> Bodies.mediaType(call.contentType()).equals(Patches.APPLY)
                    ? apply(target, call)
                    : patch(target, call);
            default -> throw ApiException.methodNotAllowed();
        };
        ObjectNode scale = Scales.of(Codec.decode(outcome.stored(), type), type);
        return rendering.yamlIfWanted(Reply.json(200, scale)).withWarnings(outcome.warnings());
    }

    private Writer.Outcome put(Target target, Call call) {
        ObjectNode body = readable(target, () -> Bodies.ofSubresource(call, target.type(), Scales.FORM.kind(),
                Scales.FORM.apiVersion(), "autoscaling.Scale", resources.catalog()));
        Bodies.checkName(body, target);
        return writer.changeThrough(target, before -> {
            ObjectNode old = scaleOf(target, before.object());
            ObjectNode scale = body.deepCopy();
            List<String> warnings = readable(target, () -> intake.admit(scale, Scales.FORM, call));
            Writer.checkUid(target, before.object(), scale);
            fields().update(old, scale, resources.shapes().written(scale, Scales.FORM), call.fieldManager());
            return changed(target, before, old, scale, warnings, call);
        }, call);
    }

    /** For the scale of a custom resource the real server knows no words to say what it cannot read. */
    private static <T> T readable(Target target, Supplier<T> reading) {
        try {
            return reading.get();
        } catch (ApiException e) {
            throw e.code() == 400 && target.type().isCustom()
                    ? ApiException.badRequest(
                            "no kind is registered for the type v1.Scale in scheme \"pkg/runtime/scheme.go:111\"")
                    : e;
        }
    }

    private Writer.Outcome patch(Target target, Call call) {
        return writer.changeThrough(target, before -> {
            ObjectNode old = scaleOf(target, before.object());
            Writer.Desired desired = Patches.apply(target, old.deepCopy(), call,
                    resources.shapes().typeOf(Scales.FORM));
            List<String> warnings = intake.admit(desired, Scales.FORM, call);
            ObjectNode scale = desired.object();
            fields().update(old, scale, resources.shapes().written(scale, Scales.FORM), call.fieldManager());
            return changed(target, before, old, scale, warnings, call);
        }, call);
    }

    private Writer.Outcome apply(Target target, Call call) {
        ObjectNode config = Configurations.read(target, Scales.FORM, call, resources);
        ObjectNode zero = resources.shapes().zero(Scales.FORM);
        return writer.changeThrough(target, before -> {
            ObjectNode old = scaleOf(target, before.object());
            refuseFirstApply(target, old);
            ObjectNode scale = fields().apply(zero, old, config, call.fieldManager(), call.flag("force"));
            refuseChangeByApply(target, old, scale);
            return changed(target, before, old, scale, intake.admit(scale, Scales.FORM, call), call);
        }, call);
    }

    /** The real server cannot tell who has managed the scale of a custom resource before. */
    private static void refuseFirstApply(Target target, ObjectNode old) {
        if (target.type().isCustom() && !Metadata.of(old).has("managedFields")) {
            throw unconvertible("failed to create manager for existing fields: failed to convert live object (/");
        }
    }

    /** What has become of the scale of a custom resource by an apply, the real server cannot read. */
    private static void refuseChangeByApply(Target target, ObjectNode old, ObjectNode scale) {
        ObjectNode alike = scale.deepCopy();
        Reach.shareInMetadata("managedFields", old, alike);
        if (target.type().isCustom() && !Json.same(old, alike)) {
            throw unconvertible("failed to convert new object (/" + target.name());
        }
    }

    private static ApiException unconvertible(String what) {
        return ApiException.told(500, "", what + "; autoscaling/v1, Kind=Scale) to proper version: request to convert"
                + " CR to an invalid group/version: autoscaling/v1", null);
    }

    private FieldManagement fields() {
        return new FieldManagement(resources.typeOf(Scales.FORM), Scales.FORM.apiVersion(), Scales.NAME, Json.object(),
                resources.surroundings().now(), FieldManagement.Versions.ALIKE);
    }

    private ScaleFields managers(ResourceType type) {
        return new ScaleFields(type.apiVersion(), Scales.paths(type, resources));
    }

    /** The scale of an object with those who manage it. */
    private ObjectNode scaleOf(Target target, ObjectNode object) {
        ResourceType type = target.type();
        ObjectNode scale = Scales.toChange(object, type);
        JsonNode managed = managers(type).ofScale(Metadata.of(object).get("managedFields"));
        if (!managed.isEmpty()) {
            Metadata.of(scale).set("managedFields", managed);
        }
        return scale;
    }

    /** The object with what has become of its scale. */
    private Writer.Viewed changed(Target target, Before before, ObjectNode old, ObjectNode scale,
            List<String> warnings, Call call) {
        ResourceType type = target.type();
        ObjectNode object = before.object().deepCopy();
        try {
            Bodies.checkName(scale, target);
            if (type.namespaced()) {
                Metadata.of(scale).put("namespace", target.namespace());
            }
            admission.mutateScale(target, scale, old, before, call, warnings);
            Scales.set(object, scale, type);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
        ObjectNode metadata = Metadata.of(object);
        metadata.set("managedFields", managers(type).ofObject(metadata.get("managedFields"),
                Metadata.of(scale).get("managedFields")));
        return new Writer.Viewed(object, warnings);
    }
}
