package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Traits;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** What is sent and not stored, such as a review or an eviction: it is read and shown to others as what is stored. Thread-safe. */
final class Unstored {
    private static final List<String> SYSTEM_FIELDS = List.of("uid", "creationTimestamp", "deletionTimestamp",
            "deletionGracePeriodSeconds", "selfLink");

    private final Resources resources;
    private final Intake intake;
    private final AdmissionChain admission;

    Unstored(Resources resources) {
        this.resources = resources;
        this.intake = new Intake(resources);
        this.admission = new AdmissionChain(resources);
    }

    /** The type of what is sent to be done, in version v1 and a namespace. */
    static ResourceType form(String group, String kind) {
        String singular = kind.toLowerCase(Locale.ROOT);
        String plural = singular + "s";
        return new ResourceType(group, "v1",
                new ResourceType.Names(kind, kind + "List", plural, singular, List.of(), List.of()), true,
                List.of("create"), List.of(), Traits.custom(List.of()), group + "/" + plural, null);
    }

    /**
     * Checks what is sent, brings it into the form in which it is told, and lets others change it.
     *
     * @param form
     *            the type of what is sent; not always the one of the target
     * @return warnings, to which may be added
     */
    List<String> admit(Target target, ResourceType form, ObjectNode object, Call call) {
        Bodies.checkNamespace(object, target);
        if (!target.namespace().isEmpty()) {
            Metadata.of(object).put("namespace", target.namespace());
            if (!target.type().plural().equals("localsubjectaccessreviews")) { // may be asked of what is not there
                StorageKeys.checkNamespace(target.namespace());
                if (resources.find(resources.namespaces(), "", target.namespace()) == null) {
                    throw ApiException.notFound("", "namespaces", target.namespace());
                }
            }
        }
        if (!keepsSystemFields(target)) {
            Metadata.of(object).remove(SYSTEM_FIELDS);
        }
        List<String> warnings = intake.admit(object, form, call);
        Shapes shapes = resources.shapes();
        Json.become(object, shapes.written(object, form));
        new FieldManagement(shapes.typeOf(form), form.apiVersion(), target.subresource(), Json.object(),
                resources.surroundings().now(), FieldManagement.Versions.ALIKE)
                .update(shapes.zero(form), object, object.deepCopy(), call.fieldManager());
        try {
            if (admission.mutateAsked(target, form, object, call, warnings)) {
                shapes.shape(object, form);
            }
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
        return warnings;
    }

    /** Of these they are conditions. */
    private static boolean keepsSystemFields(Target target) {
        return target.subresource().equals("binding") || TokenRequests.appliesTo(target);
    }

    /** Lets others refuse it. */
    void validate(Target target, ObjectNode object, Call call, List<String> warnings) {
        try {
            admission.validateAsked(target, object, call, warnings);
        } catch (ApiException e) {
            throw e.warning(warnings);
        }
    }
}
