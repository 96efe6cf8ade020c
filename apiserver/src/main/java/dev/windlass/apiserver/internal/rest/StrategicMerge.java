package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Strategic merge patches: like merge patches, but lists of built-in kinds are merged by their keys. Stateless. */
final class StrategicMerge {
    static final String DIRECTIVE = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String ORDER = "$setElementOrder";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList";
    private static final List<String> STRATEGIES = List.of("merge", "replace");

    private StrategicMerge() {
    }

    /**
     * The object with the patch applied; changes the object, and takes from the patch what the real server does: what is left of it is shown when the
     * result cannot be read. The result may share parts with the patch.
     *
     * @throws ApiException
     *             when the patch contradicts itself or the object
     */
    static ObjectNode apply(ObjectNode object, ObjectNode patch, Type type) {
        JsonNode directive = patch.get(DIRECTIVE);
        if (directive != null) {
            return switch (directive.asString("")) {
                case "replace" -> {
                    patch.remove(DIRECTIVE);
                    yield patch;
                }
                case "delete" -> Json.object();
                default -> throw unknownDirective(directive, patch);
            };
        }
        retain(object, patch);
        order(object, patch, type);
        for (String name : List.copyOf(patch.propertyNames())) {
            mergeField(object, name, patch.path(name), type);
        }
        return object;
    }

    static ApiException unknownDirective(JsonNode directive, ObjectNode patch) {
        String told = directive.isString()
                ? directive.stringValue()
                : directive.isNull()
                        ? MergedLists.goType(directive)
                        : "%!s(" + MergedLists.goType(directive) + "=" + GoText.of(directive) + ")";
        return failure("unknown patch type: " + told + " in map: " + GoText.of(patch));
    }

    /** What goes wrong without having a status of its own. */
    static ApiException failure(String why) {
        return ApiException.of(500, "", why);
    }

    private static ApiException malformed(String what) {
        return ApiException.badRequest("invalid patch format of " + what);
    }

    private static void retain(ObjectNode object, ObjectNode patch) {
        JsonNode names = patch.remove(RETAIN);
        if (names == null) {
            return;
        }
        if (!names.isArray()) {
            throw malformed("retainKeys");
        }
        Set<String> kept = new LinkedHashSet<>();
        names.forEach(name -> kept.add(name.stringValue("")));
        patch.properties().forEach(field -> {
            boolean aside = field.getValue().isNull() || field.getKey().startsWith(DELETE_FROM)
                    || field.getKey().startsWith(ORDER);
            if (!aside && !kept.contains(field.getKey())) {
                throw malformed("retainKeys");
            }
        });
        object.properties().removeIf(field -> !kept.contains(field.getKey()));
    }

    /** Merges the lists of which the patch tells the order, and takes both from the patch. An order may come without a list, when nothing else has changed. */
    private static void order(ObjectNode object, ObjectNode patch, Type type) {
        for (String directive : List.copyOf(patch.propertyNames())) {
            if (directive.startsWith(ORDER)) {
                ArrayNode order = list(patch.remove(directive));
                String name = nameIn(directive, ORDER, "setElementOrder list");
                order(object, patch, name, order == null ? Json.array() : order, type);
            }
        }
    }

    private static void order(ObjectNode object, ObjectNode patch, String name, ArrayNode order, Type type) {
        ArrayNode live = list(object.get(name));
        ArrayNode given = list(patch.get(name));
        Type ofList = listField(type, name);
        MergedLists lists = new MergedLists(ofList);
        lists.checkOrder(given == null ? Json.array() : given, order);
        patch.remove(name);
        if (live != null) {
            ArrayNode merged = given == null ? live : mergeLists(live, given, ofList, false);
            object.set(name, lists.inOrder(merged, order, live, given == null ? Json.array() : given));
        } else if (given != null) {
            object.set(name, lists.inOrder(withoutDirectives(given), order, Json.array(), given));
        }
    }

    /** @return null for null */
    private static @Nullable ArrayNode list(@Nullable JsonNode value) {
        if (value == null || value instanceof ArrayNode) {
            return (ArrayNode) value;
        }
        throw MergedLists.unexpected("[]interface {}", value);
    }

    private static String nameIn(String directive, String prefix, String what) {
        if (!directive.startsWith(prefix + "/")) {
            throw malformed(what);
        }
        return directive.substring(prefix.length() + 1);
    }

    private static void mergeField(ObjectNode object, String field, JsonNode value, Type type) {
        boolean deletes = field.startsWith(DELETE_FROM);
        String name = deletes ? nameIn(field, DELETE_FROM, "primitive list") : field;
        if (value.isNull()) {
            object.remove(name);
            return;
        }
        JsonNode before = object.get(name);
        if (before == null || !MergedLists.goType(before).equals(MergedLists.goType(value))) {
            if (!deletes) {
                takeOver(object, name, value);
            }
        } else if (before instanceof ObjectNode inner && value instanceof ObjectNode patch) {
            Type ofField = structField(type, name);
            object.set(name, strategy(ofField).equals("replace") ? patch : apply(inner, patch, ofField));
        } else if (before instanceof ArrayNode live && value instanceof ArrayNode patch) {
            object.set(name, mergeLists(live, patch, listField(type, name), deletes));
        } else {
            object.set(name, value);
        }
    }

    /** Where there is nothing to merge with, what the patch has is taken without nulls and directives, which are gone from the patch then. */
    private static void takeOver(ObjectNode object, String name, JsonNode value) {
        discardNulls(value);
        JsonNode kept = withoutDirectives(value);
        if (kept == null) {
            object.remove(name);
        } else {
            object.set(name, kept);
        }
    }

    private static void discardNulls(JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        value.forEach(StrategicMerge::discardNulls);
    }

    private static ArrayNode withoutDirectives(ArrayNode list) {
        ArrayNode out = Json.array();
        for (JsonNode item : list) {
            JsonNode kept = withoutDirectives(item);
            if (kept != null) {
                out.add(kept);
            }
        }
        return out;
    }

    /** @return null for what is a directive itself */
    private static @Nullable JsonNode withoutDirectives(JsonNode value) {
        if (value instanceof ArrayNode list) {
            return withoutDirectives(list);
        }
        if (!(value instanceof ObjectNode object)) {
            return value;
        }
        if (object.has(DIRECTIVE)) {
            return null;
        }
        for (String name : List.copyOf(object.propertyNames())) {
            JsonNode kept = withoutDirectives(object.path(name));
            if (kept == null) {
                object.remove(name);
            } else {
                object.set(name, kept);
            }
        }
        return object;
    }

    private static ArrayNode mergeLists(ArrayNode live, ArrayNode patch, Type type, boolean deletes) {
        return deletes || strategy(type).equals("merge") ? new MergedLists(type).merge(live, patch, deletes) : patch;
    }

    private static String strategy(Type type) {
        String told = type.use().patchStrategy();
        return STRATEGIES.stream().filter(told::contains).findFirst().orElse("");
    }

    private static Type structField(Type type, String name) {
        if (type.shape() == Type.Shape.MAP) {
            throw failure("merging an object in json but data type is not struct, instead is: map");
        }
        boolean raw = type.name().endsWith(".RawExtension"); // for Go a struct without fields
        if ((type.shape() == Type.Shape.STRUCT || raw) && !type.declares(name)) {
            throw failure(
                    "unable to find api field in struct " + type.name().substring(type.name().lastIndexOf('.') + 1)
                            + " for the json field " + GoText.quoted(name));
        }
        return type.field(name);
    }

    private static Type listField(Type type, String name) {
        Type field = structField(type, name);
        boolean other = field.shape() == Type.Shape.SCALAR || field.shape() == Type.Shape.STRUCT
                || field.shape() == Type.Shape.MAP;
        if (other && !field.use().go().pointer()) {
            throw failure("expected slice or array type, but got: " + (type.use().go().pointer() ? "ptr" : "struct"));
        }
        return field;
    }
}
