package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A configuration that is put over an object, and of which nobody becomes the manager. Stateless. */
public final class Overlay {
    private Overlay() {
    }

    /** It cannot be put over an object of that type. */
    public static final class ImpossibleException extends Exception {
        private static final long serialVersionUID = 1;

        ImpossibleException(String message) {
            super(message, null, false, false);
        }
    }

    /** What an object comes to with a configuration over it. */
    public static ObjectNode of(ObjectNode object, ObjectNode configuration, Type type) throws ImpossibleException {
        ObjectNode typed = configuration.deepCopy();
        typed.set("apiVersion", object.path("apiVersion"));
        typed.set("kind", object.path("kind"));
        List<String> unknown = new ArrayList<>();
        unknown(typed, type, "", unknown);
        if (!unknown.isEmpty()) {
            throw new ImpossibleException(
                    "error applying patch: failed to convert patch object to typed object: " + (unknown.size() == 1
                            ? unknown.getFirst()
                            : "errors:\n  " + String.join("\n  ", unknown)));
        }
        List<String> whole = new ArrayList<>();
        whole(typed, type, "", whole);
        if (!whole.isEmpty()) {
            throw new ImpossibleException("error applying patch: invalid ApplyConfiguration: may not mutate atomic"
                    + " arrays, maps or structs: " + String.join(", ", whole));
        }
        return Typed.merge(object, typed, type) instanceof ObjectNode merged ? merged : Json.object();
    }

    private static void unknown(JsonNode value, Type type, String path, List<String> found) {
        if (value.isObject() && type.shape() == Type.Shape.STRUCT && type.body().element() == null) {
            value.properties().forEach(each -> {
                if (!type.declares(each.getKey())) {
                    found.add(path + "." + each.getKey() + ": field not declared in schema");
                }
            });
        }
        descend(value, path, (child, name, at) -> unknown(child, below(type, name), at, found));
    }

    /** Lists and objects that are changed as a whole: what the configuration does not say of them would be lost. */
    private static void whole(JsonNode value, Type type, String path, List<String> found) {
        if (value.isContainer() && type.isWhole()) {
            found.add(path);
        }
        descend(value, path, (child, name, at) -> whole(child, below(type, name), at, found));
    }

    private static Type below(Type type, String name) {
        return name.isEmpty() ? type.element() : type.field(name);
    }

    private interface Child {
        /** @param name empty for an item */
        void visit(JsonNode value, String name, String path);
    }

    private static void descend(JsonNode value, String path, Child child) {
        if (value.isObject()) {
            value.properties().forEach(each -> child.visit(each.getValue(), each.getKey(), path + "." + each.getKey()));
        } else if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                child.visit(value.path(i), "", path + "[" + i + "]");
            }
        }
    }
}
