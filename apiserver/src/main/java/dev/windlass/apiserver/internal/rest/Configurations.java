package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.TypeCheck;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Reads what clients apply. Stateless. */
final class Configurations {
    private Configurations() {
    }

    /**
     * What a request applies.
     *
     * @param form
     *            of which it must be; not always the type of the target
     * @throws ApiException
     *             400 when it is of something else; 500, as there, when something in it is of the wrong type
     */
    static ObjectNode read(Target target, ResourceType form, Call call, Resources resources) {
        ObjectNode config = Bodies.applied(call.body(), form.kind());
        String apiVersion = Json.textOrEmpty(config, "apiVersion");
        if (!apiVersion.equals(form.apiVersion()) || !Json.textOrEmpty(config, "kind").equals(form.kind())) {
            throw ApiException.badRequest(
                    "invalid object type: " + qualified(apiVersion, Json.textOrEmpty(config, "kind")));
        }
        if (Json.find(config, "metadata", "managedFields") != null) {
            throw ApiException.badRequest("metadata.managedFields must be nil");
        }
        if (Metadata.name(config).isEmpty()
                && resources.find(target.type(), target.namespace(), target.name()) != null) {
            Metadata.of(config).put("name", target.name());
        }
        Bodies.checkName(config, target);
        refuseUnreadable(target, form, config, resources.shapes());
        return config;
    }

    /** It must be of the right types to the last field: first as they are described, then as Go has them. */
    private static void refuseUnreadable(Target target, ResourceType form, ObjectNode config, Shapes shapes) {
        String kind = qualified(form.apiVersion(), form.kind());
        String object = "object (" + Metadata.namespace(config) + "/" + target.name() + "; " + kind + ")";
        List<String> problems = shapes.unmergeable(config, form);
        if (!problems.isEmpty()) {
            throw ApiException.of(500, "", "failed to create typed patch " + object + ": " + (problems.size() == 1
                    ? problems.getFirst()
                    : "errors:\n  " + String.join("\n  ", problems)));
        }
        if (!form.isCustom()) {
            shapes.admit(config.deepCopy(), form, TypeCheck.ofConversion(),
                    why -> ApiException.of(500, "", "failed to convert new " + object
                            + " to proper version: unable to convert unstructured object to " + kind + ": " + why));
        }
    }

    private static String qualified(String apiVersion, String kind) {
        return (apiVersion.contains("/") ? "" : "/") + apiVersion + ", Kind=" + kind;
    }
}
