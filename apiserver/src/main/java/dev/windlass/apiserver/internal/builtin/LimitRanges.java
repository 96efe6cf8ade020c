package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Shelf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The limit ranges of namespaces, and what they give to containers that do not say it. Thread-safe. */
final class LimitRanges {
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private final Resources resources;

    LimitRanges(Resources resources) {
        this.resources = resources;
    }

    /** Those of a namespace, by name. */
    List<ObjectNode> of(String namespace) {
        Shelf shelf = resources.store().shelf("/limitranges");
        if (shelf.size() == 0) {
            return List.of();
        }
        ResourceType type = resources.catalog().require("", "v1", "limitranges");
        return shelf.snapshot(namespace).objects().stream().map(each -> resources.decode(each, type)).toList();
    }

    /** Gives the containers of a pod what the limit ranges of its namespace say of those that do not say it. */
    void fill(ObjectNode pod) {
        for (ObjectNode range : of(Metadata.namespace(pod))) {
            for (JsonNode limit : range.path("spec").path("limits")) {
                if (Json.textOrEmpty(limit, "type").equals("Container")) {
                    fill(pod, limit);
                }
            }
        }
    }

    private static void fill(ObjectNode pod, JsonNode limit) {
        List<String> told = new ArrayList<>();
        Defaults.each(pod.path("spec").path("containers"), each -> fill(each, "container", limit, told));
        Defaults.each(pod.path("spec").path("initContainers"), each -> fill(each, "init container", limit, told));
        if (!told.isEmpty()) {
            Json.child(Json.child(pod, "metadata"), "annotations").put(ANNOTATION,
                    "LimitRanger plugin set: " + String.join("; ", told));
        }
    }

    private static void fill(ObjectNode container, String what, JsonNode limit, List<String> told) {
        String whose = " for " + what + " " + Json.textOrEmpty(container, "name");
        for (String kind : List.of("request", "limit")) {
            JsonNode defaults = limit.path(kind.equals("limit") ? "default" : "defaultRequest");
            JsonNode given = container.path("resources").path(kind + "s");
            Set<String> missing = new TreeSet<>(defaults.propertyNames());
            missing.removeAll(given.propertyNames());
            if (!missing.isEmpty()) {
                ObjectNode amounts = Json.child(Json.child(container, "resources"), kind + "s");
                missing.forEach(name -> amounts.set(name, defaults.path(name)));
                told.add(String.join(", ", missing) + " " + kind + whose);
            }
        }
    }
}
