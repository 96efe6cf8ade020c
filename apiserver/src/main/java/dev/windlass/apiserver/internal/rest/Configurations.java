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
     *             400 when it is of something else; 500, as there, when something in it is not of the type that is described
     */
    static ObjectNode read(ResourceType form, Call call, Resources resources) {
        ObjectNode config = Bodies.applied(call.body(), form.kind());
        String apiVersion = Json.textOrEmpty(config, "apiVersion");
        if (!apiVersion.equals(form.apiVersion()) || !Json.textOrEmpty(config, "kind").equals(form.kind())) {
            throw ApiException.badRequest(
                    "invalid object type: " + qualified(apiVersion, Json.textOrEmpty(config, "kind")));
        }
        if (Json.find(config, "metadata", "managedFields") != null) {
            throw ApiException.badRequest("metadata.managedFields must be nil");
        }
        List<String> problems = resources.shapes().unmergeable(config, form);
        if (!problems.isEmpty()) {
            throw ApiException.of(500, "", "failed to create typed patch " + told(config, form) + ": "
                    + (problems.size() == 1
                            ? problems.getFirst()
                            : "errors:\n  " + String.join("\n  ", problems)));
        }
        return config;
    }

    /**
     * What comes of a configuration must be of the types that Go has for it, beyond those that are described.
     *
     * @param object
     *            what has come of it
     * @throws ApiException
     *             500, as there
     */
    static void refuseUnconvertible(ObjectNode object, ObjectNode config, ResourceType form, Shapes shapes) {
        if (!form.isCustom()) {
            String kind = qualified(form.apiVersion(), form.kind());
            shapes.admit(object.deepCopy(), form, TypeCheck.ofConversion(),
                    why -> ApiException.of(500, "", "failed to convert new " + told(config, form)
                            + " to proper version: unable to convert unstructured object to " + kind + ": " + why));
        }
    }

    private static String told(ObjectNode config, ResourceType form) {
        return "object (" + Metadata.namespace(config) + "/" + Metadata.name(config) + "; "
                + qualified(form.apiVersion(), form.kind()) + ")";
    }

    private static String qualified(String apiVersion, String kind) {
        return (apiVersion.contains("/") ? "" : "/") + apiVersion + ", Kind=" + kind;
    }
}
