package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Strategic merge patches: like merge patches, but lists of built-in kinds are merged by their keys. Stateless. */
final class StrategicMerge {
    private static final String DIRECTIVE = "$patch";
    private static final String RETAIN = "$retainKeys";
    private static final String ORDER = "$setElementOrder/";
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";

    private StrategicMerge() {
    }

    /**
     * The object with the patch applied; changes the object, and takes from the patch what the real server does: what is left of it is shown when the
     * result cannot be read.
     */
    static ObjectNode apply(ObjectNode object, ObjectNode patch, Type type) {
        switch (Json.textOrEmpty(patch, DIRECTIVE)) {
            case "replace" -> {
                patch.remove(DIRECTIVE);
                return patch.deepCopy();
            }
            case "delete" -> {
                return Json.object();
            }
            case "", "merge" -> mergeFields(object, patch, type);
            default -> throw unknownDirective(patch);
        }
        return object;
    }

    private static void mergeFields(ObjectNode object, ObjectNode patch, Type type) {
        retain(object, patch);
        for (Map.Entry<String, JsonNode> entry : patch.properties()) {
            String name = entry.getKey();
            if (name.startsWith(DELETE_FROM)) {
                deleteFrom(object, name.substring(DELETE_FROM.length()), entry.getValue());
            } else if (!name.startsWith("$")) {
                mergeField(object, name, entry.getValue(), patch.get(ORDER + name), type.field(name));
            }
        }
        patch.remove(RETAIN);
        // An order may come without the list itself, when nothing but the order has changed.
        for (String directive : List.copyOf(patch.propertyNames())) {
            if (!directive.startsWith(ORDER)) {
                continue;
            }
            String name = directive.substring(ORDER.length());
            if (!patch.has(name) && object.get(name) instanceof ArrayNode list) {
                object.set(name, ordered(list, list, patch.path(directive), type.field(name).use().mergeKey()));
            }
            patch.remove(List.of(directive, name));
        }
    }

    private static ApiException unknownDirective(ObjectNode patch) {
        return ApiException.of(500, "", "unknown patch type: " + Json.textOrEmpty(patch, DIRECTIVE) + " in map: "
                + GoText.of(patch));
    }

    private static void retain(ObjectNode object, ObjectNode patch) {
        if (!(patch.get(RETAIN) instanceof ArrayNode kept)) {
            return;
        }
        Set<String> names = new LinkedHashSet<>();
        kept.forEach(name -> names.add(name.stringValue("")));
        object.properties().removeIf(entry -> !names.contains(entry.getKey()));
    }

    private static void mergeField(ObjectNode object, String name, JsonNode value, @Nullable JsonNode order,
            Type type) {
        JsonNode before = object.get(name);
        if (value.isNull()) {
            object.remove(name);
        } else if (order == null && (before == null || before.getNodeType() != value.getNodeType())) {
            takeOver(object, name, value);
        } else if (value instanceof ObjectNode patch && !type.use().patchStrategy().equals("replace")) {
            object.set(name, apply(before instanceof ObjectNode inner ? inner : Json.object(), patch, type));
        } else if (value instanceof ArrayNode patch && type.use().patchStrategy().contains("merge")) {
            ArrayNode live = before instanceof ArrayNode list ? list : Json.array();
            ArrayNode merged = type.use().mergeKey().isEmpty() ? union(live, patch) : mergeItems(live, patch, type);
            // What the patch names comes in its order, and as far as that says nothing before what it does not name.
            object.set(name, ordered(merged, live, order == null ? patch : order, type.use().mergeKey()));
        } else {
            object.set(name, value.deepCopy());
        }
    }

    /** Where there is nothing to merge with, what the patch has is taken without nulls and directives, which are gone from the patch then. */
    private static void takeOver(ObjectNode object, String name, JsonNode value) {
        discardNulls(value);
        JsonNode kept = withoutDirectives(value);
        if (kept == null) {
            object.remove(name);
        } else {
            object.set(name, kept.deepCopy());
        }
    }

    private static void discardNulls(JsonNode value) {
        if (value instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        value.forEach(StrategicMerge::discardNulls);
    }

    /** @return null for what is a directive itself */
    private static @Nullable JsonNode withoutDirectives(JsonNode value) {
        if (value instanceof ArrayNode list) {
            ArrayNode out = Json.array();
            for (JsonNode item : list) {
                JsonNode kept = withoutDirectives(item);
                if (kept != null) {
                    out.add(kept);
                }
            }
            return out;
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

    private static void deleteFrom(ObjectNode object, String name, JsonNode gone) {
        if (object.get(name) instanceof ArrayNode list) {
            ArrayNode rest = Json.array();
            for (JsonNode item : list) {
                boolean stays = true;
                for (JsonNode each : gone) {
                    stays &= !each.equals(item);
                }
                if (stays) {
                    rest.add(item);
                }
            }
            object.set(name, rest);
        }
    }

    private static ArrayNode union(ArrayNode live, ArrayNode patch) {
        Set<JsonNode> all = new LinkedHashSet<>();
        live.forEach(all::add);
        patch.forEach(all::add);
        ArrayNode out = Json.array();
        all.forEach(out::add);
        return out;
    }

    private static ArrayNode mergeItems(ArrayNode live, ArrayNode patch, Type type) {
        String key = type.use().mergeKey();
        List<JsonNode> items = new ArrayList<>();
        live.forEach(items::add);
        for (JsonNode each : patch) {
            if (Json.textOrEmpty(each, DIRECTIVE).equals("replace")) {
                items.clear();
            }
        }
        for (JsonNode each : patch) {
            if (!(each instanceof ObjectNode item)) {
                throw ApiException.badRequest("cannot merge a list of objects with something else");
            }
            String directive = Json.textOrEmpty(item, DIRECTIVE);
            if (directive.equals("replace") && item.size() == 1) {
                continue;
            }
            JsonNode value = item.get(key);
            if (value == null) {
                throw ApiException.of(500, "",
                        "map: " + GoText.of(item) + " does not contain declared merge key: " + key);
            }
            int at = find(items, key, value);
            if (!List.of("", "merge", "delete", "replace").contains(directive)) {
                throw unknownDirective(item);
            }
            if (directive.equals("delete")) {
                items.removeIf(other -> Json.same(other.get(key), value));
            } else if (at < 0) {
                items.add(apply(Json.object(), item.deepCopy(), type.element()));
            } else {
                items.set(at, apply((ObjectNode) items.get(at).deepCopy(), item, type.element()));
            }
        }
        ArrayNode out = Json.array();
        items.forEach(out::add);
        return out;
    }

    private static int find(List<JsonNode> items, String key, JsonNode value) {
        for (int i = 0; i < items.size(); i++) {
            if (Json.same(items.get(i).get(key), value)) {
                return i;
            }
        }
        return -1;
    }

    /** Those that the order names come in its order; the others keep their place among those that were there before. */
    private static ArrayNode ordered(ArrayNode merged, ArrayNode live, JsonNode order, String key) {
        List<JsonNode> named = new ArrayList<>();
        for (JsonNode each : order) {
            for (JsonNode item : merged) {
                if (sameItem(item, each, key) && !named.contains(item)) {
                    named.add(item);
                }
            }
        }
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode item : merged) {
            if (!named.contains(item)) {
                others.add(item);
            }
        }
        ArrayNode out = Json.array();
        int next = 0;
        for (JsonNode item : named) {
            int place = place(live, item, key);
            while (next < others.size() && place >= 0 && place(live, others.get(next), key) >= 0
                    && place(live, others.get(next), key) < place) {
                out.add(others.get(next++));
            }
            out.add(item);
        }
        others.subList(next, others.size()).forEach(out::add);
        return out;
    }

    private static boolean sameItem(JsonNode item, JsonNode other, String key) {
        return key.isEmpty() ? item.equals(other) : Json.same(item.get(key), other.get(key));
    }

    private static int place(ArrayNode live, JsonNode item, String key) {
        for (int i = 0; i < live.size(); i++) {
            if (sameItem(live.get(i), item, key)) {
                return i;
            }
        }
        return -1;
    }
}
