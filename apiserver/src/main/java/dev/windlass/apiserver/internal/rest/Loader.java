package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Applies manifests without a client: those that others need first, and with their status. Thread-safe. */
public final class Loader {
    private static final String MANAGER = "apiserver-load";
    private static final User ADMIN = User.of("kubernetes-admin", List.of("system:masters"));
    private static final Map<String, List<String>> PARAMETERS = Map.of("fieldManager", List.of(MANAGER), "force",
            List.of("true"));
    private static final List<String> GIVEN_BY_SERVERS = List.of("uid", "resourceVersion", "generation",
            "creationTimestamp", "managedFields", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds");

    private final Resources resources;
    private final Api api;
    public Loader(Resources resources, Api api) {
        this.resources = resources;
        this.api = api;
    }

    /**
     * Applies them.
     *
     * @return how many there were
     * @throws IllegalArgumentException
     *             with the number of the one that cannot be applied and what is wrong with it; those before it have been
     */
    public int load(List<JsonNode> documents) {
        List<ObjectNode> objects = new ArrayList<>();
        documents.forEach(document -> collect(document, objects));
        objects.sort(Comparator.comparingInt(Loader::turn));
        objects.forEach(this::apply);
        return objects.size();
    }

    private static void collect(JsonNode document, List<ObjectNode> into) {
        if (document.isNull() || document.isMissingNode()) {
            return; // nothing between two separators
        }
        if (!(document instanceof ObjectNode object)) {
            throw new IllegalArgumentException("there is no object but " + document);
        }
        if (object.path("items").isArray() && Json.textOrEmpty(object, "kind").endsWith("List")) {
            object.path("items").forEach(item -> collect(item, into));
        } else if (!StandardObjects.isOfTheServer(object)) {
            into.add(object);
        }
    }

    private static int turn(ObjectNode object) {
        return switch (Json.textOrEmpty(object, "kind")) {
            case "Namespace" -> 0;
            case "CustomResourceDefinition" -> 1;
            case "ResourceQuota" -> 3; // whose status may count the others already
            default -> 2;
        };
    }

    private void apply(ObjectNode object) {
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        String kind = Json.textOrEmpty(object, "kind");
        String what = (kind.isEmpty() ? "an object without a kind" : kind) + " \"" + Metadata.name(object) + "\"";
        ResourceType type = resources.catalog().ofKind(apiVersion, kind);
        if (type == null) {
            throw new IllegalArgumentException(what + " cannot be loaded: the server serves no " + kind + " of \""
                    + apiVersion + "\"; load its custom resource definition too");
        }
        if (Metadata.name(object).isEmpty()) {
            throw new IllegalArgumentException(what + " cannot be loaded: metadata.name is missing");
        }
        ObjectNode spare = object.deepCopy();
        Metadata.of(spare).remove(GIVEN_BY_SERVERS);
        String namespace = type.namespaced() && Metadata.namespace(spare).isEmpty()
                ? "default"
                : Metadata.namespace(spare);
        try {
            api.answer(new Target("patch", type, namespace, Metadata.name(spare), ""), call(spare));
            if (type.hasStatus() && type.subresource("status") != null && spare.path("status").isObject()
                    && turn(spare) >= 2) {
                api.answer(new Target("patch", type, namespace, Metadata.name(spare), "status"), call(spare));
            }
        } catch (ApiException e) {
            throw new IllegalArgumentException(what + " cannot be loaded: " + e.getMessage(), e);
        }
    }

    private static Call call(ObjectNode object) {
        return new Call("PATCH", "/", PARAMETERS, "application/json", Patches.APPLY, MANAGER, "", ADMIN,
                Json.bytes(object));
    }
}
