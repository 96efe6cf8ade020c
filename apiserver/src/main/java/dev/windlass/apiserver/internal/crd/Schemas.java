package dev.windlass.apiserver.internal.crd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Walks through schemas of definitions. Stateless. */
final class Schemas {
    private static final List<String> LISTS = List.of("allOf", "anyOf", "oneOf");
    private static final List<String> MAPS = List.of("properties", "patternProperties", "definitions", "dependencies");
    private static final List<String> SINGLE = List.of("items", "not", "additionalProperties", "additionalItems");

    private Schemas() {
    }

    /** Visits a schema and all in it. */
    static void forEach(JsonNode schema, Consumer<ObjectNode> visitor) {
        if (!(schema instanceof ObjectNode object)) {
            return;
        }
        visitor.accept(object);
        LISTS.forEach(name -> object.path(name).forEach(each -> forEach(each, visitor)));
        MAPS.forEach(name -> object.path(name).properties().forEach(each -> forEach(each.getValue(), visitor)));
        for (String name : SINGLE) {
            JsonNode inside = object.path(name);
            if (inside.isArray()) {
                inside.forEach(each -> forEach(each, visitor));
            } else {
                forEach(inside, visitor);
            }
        }
    }

    static boolean any(JsonNode schema, Predicate<ObjectNode> condition) {
        List<ObjectNode> found = new ArrayList<>();
        forEach(schema, each -> {
            if (condition.test(each)) {
                found.add(each);
            }
        });
        return !found.isEmpty();
    }
}
