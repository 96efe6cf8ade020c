package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.apply.ScaleFields;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
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
            case "get" -> new Writer.Outcome(resources.require(target), false, List.of());
            case "update" -> new Change(target, call).put();
            case "patch" -> Bodies.mediaType(call.contentType()).equals(Patches.APPLY)
                    ? new Change(target, call).apply()
                    : new Change(target, call).patch();
            default -> throw ApiException.methodNotAllowed();
        };
        ObjectNode object = Codec.decode(outcome.stored(), type);
        if (target.verb().equals("get")) {
            Scales.checkReplicas(object, type);
        }
        ObjectNode scale = Scales.of(object, type);
        Reply.Whole answer = accepted.form() == Accepted.Form.OBJECT
                ? rendering.yamlIfWanted(Reply.json(200, scale))
                : Rendering.of(Scales.FORM, accepted, call, resources).object(200,
                        Codec.draft(scale, Scales.FORM).at(outcome.stored().version()));
        return answer.withWarnings(outcome.warnings());
    }

    /** A change of a scale. */
    private final class Change {
        private final Target target;
        private final Call call;
        private final ScaleFields managers;
        private final Shapes shapes = resources.shapes();

        Change(Target target, Call call) {
            this.target = target;
            this.call = call;
            this.managers = new ScaleFields(target.type().apiVersion(), Scales.paths(target.type(), resources));
        }

        Writer.Outcome put() {
            ObjectNode body = readable(() -> Bodies.ofSubresource(call, target.type(), Scales.FORM.kind(),
                    Scales.FORM.apiVersion(), resources.catalog()));
            Bodies.checkName(body, target);
            return writer.changeThrough(target, before -> {
                ObjectNode scale = body.deepCopy();
                List<String> warnings = readable(() -> intake.admit(scale, Scales.FORM, call));
                Writer.checkUid(target, before.object(), scale, call.dryRun());
                return updated(before, scaleOf(before), scale, warnings);
            }, call);
        }

        /** For the scale of a custom resource the real server knows no words to say what it cannot read. */
        private <T> T readable(Supplier<T> reading) {
            try {
                return reading.get();
            } catch (ApiException e) {
                throw e.code() == 400 && target.type().isCustom()
                        ? ApiException.badRequest(
                                "no kind is registered for the type v1.Scale in scheme \"pkg/runtime/scheme.go:111\"")
                        : e;
            }
        }

        Writer.Outcome patch() {
            return writer.changeThrough(target, before -> {
                ObjectNode old = scaleOf(before);
                Writer.Desired desired = Patches.apply(target, old.deepCopy(), call, shapes.typeOf(Scales.FORM),
                        resources.catalog());
                return updated(before, old, desired.object(), intake.admit(desired, Scales.FORM, call));
            }, call);
        }

        Writer.Outcome apply() {
            ObjectNode config = Configurations.read(Scales.FORM, call, resources);
            ObjectNode zero = shapes.zero(Scales.FORM);
            return writer.changeThrough(target, before -> {
                ObjectNode old = scaleOf(before);
                if (target.type().isCustom() && !Metadata.of(old).has("managedFields")) {
                    throw unconvertible("create manager for existing fields: failed to convert live object (/");
                }
                ObjectNode scale = fields().apply(zero, old, config, call.fieldManager(), call.flag("force"));
                if (target.type().isCustom() && isOther(scale, old)) {
                    throw unconvertible("convert new object (/" + target.name());
                }
                Configurations.refuseUnconvertible(scale, config, Scales.FORM, shapes);
                return changed(before, old, scale, intake.admit(scale, Scales.FORM, call));
            }, call);
        }

        private boolean isOther(ObjectNode scale, ObjectNode old) {
            ObjectNode alike = scale.deepCopy();
            Reach.shareInMetadata("managedFields", old, alike);
            return !Json.same(old, alike);
        }

        /** The real server cannot tell what the scale of a custom resource is in the version of the resource, where it has to for an apply. */
        private static ApiException unconvertible(String what) {
            return ApiException.told(500, "", "failed to " + what + "; autoscaling/v1, Kind=Scale) to proper version:"
                    + " request to convert CR to an invalid group/version: autoscaling/v1", null);
        }

        private FieldManagement fields() {
            return new FieldManagement(resources.typeOf(Scales.FORM), Scales.FORM.apiVersion(), Scales.NAME,
                    Json.object(), resources.surroundings().now(), FieldManagement.Versions.ALIKE);
        }

        /** The scale of an object with those who manage it. */
        private ObjectNode scaleOf(Before before) {
            ObjectNode scale = Scales.toChange(before.object(), target.type());
            JsonNode managed = managers.ofScale(Metadata.of(before.object()).get("managedFields"));
            if (!managed.isEmpty()) {
                Metadata.of(scale).set("managedFields", managed);
            }
            return scale;
        }

        private Writer.Viewed updated(Before before, ObjectNode old, ObjectNode scale, List<String> warnings) {
            fields().update(old, scale, shapes.written(scale, Scales.FORM), call.fieldManager());
            return changed(before, old, scale, warnings);
        }

        /** The object with what has become of its scale. */
        private Writer.Viewed changed(Before before, ObjectNode old, ObjectNode scale, List<String> warnings) {
            ObjectNode object = before.object().deepCopy();
            try {
                Bodies.checkName(scale, target);
                if (target.type().namespaced()) {
                    Metadata.of(scale).put("namespace", target.namespace());
                }
                admission.mutateScale(target, scale, old, before, call, warnings);
                Scales.set(object, scale, target.type());
            } catch (ApiException e) {
                throw e.warning(warnings);
            }
            ObjectNode metadata = Metadata.of(object);
            JsonNode managed = managers.ofObject(metadata.get("managedFields"),
                    Metadata.of(scale).get("managedFields"));
            if (managed.isEmpty()) {
                metadata.remove("managedFields");
            } else {
                metadata.set("managedFields", managed);
            }
            return new Writer.Viewed(object, warnings);
        }
    }
}
