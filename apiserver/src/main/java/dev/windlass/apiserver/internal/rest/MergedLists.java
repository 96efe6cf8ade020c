package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Merges lists of one type as strategic merge patches do: objects by a key, all else as sets. Immutable. */
final class MergedLists {
    private static final String OBJECT = "map[string]interface {}";

    private final Type element;
    private final String key;

    /** @param type of the lists */
    MergedLists(Type type) {
        element = type.element();
        key = type.use().mergeKey();
    }

    /** What Go has a value of JSON as. */
    static String goType(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> OBJECT;
            case ARRAY -> "[]interface {}";
            case STRING -> "string";
            case BOOLEAN -> "bool";
            case NUMBER -> Json.isLong(value) ? "int64" : "float64";
            default -> "%!s(<nil>)";
        };
    }

    static ApiException unexpected(String expected, JsonNode value) {
        return StrategicMerge.failure("expected a " + expected + ", but received a " + goType(value));
    }

    /** @param deletes whether the patch tells what is to go */
    ArrayNode merge(ArrayNode live, ArrayNode patch, boolean deletes) {
        if (live.isEmpty() && patch.isEmpty()) {
            return live;
        }
        boolean objects = hasObjects(live, patch);
        if (!objects && deletes) {
            List<JsonNode> gone = items(patch);
            return list(items(live).stream().filter(item -> index(gone, item, false) < 0).toList());
        }
        List<JsonNode> before = items(live);
        if (objects) {
            if (key.isEmpty()) {
                throw StrategicMerge.failure("cannot merge lists without merge key for "
                        + (element.shape() == Type.Shape.STRUCT ? "struct" : "map"));
            }
            List<JsonNode> plain = new ArrayList<>();
            if (follow(patch, before, plain)) {
                before = plain;
                plain = List.of();
            }
            List<JsonNode> merged = mergeObjects(before, plain);
            return inOrder(merged, plain, before, true);
        }
        List<JsonNode> all = new ArrayList<>(before);
        all.addAll(items(patch));
        return inOrder(withoutDuplicates(all), items(patch), before, false);
    }

    /**
     * Does what the directives in a list say.
     *
     * @param plain
     *            gets what is none
     * @return whether what there was is replaced
     */
    private boolean follow(ArrayNode patch, List<JsonNode> live, List<JsonNode> plain) {
        boolean replace = false;
        for (JsonNode each : patch) {
            ObjectNode item = (ObjectNode) each;
            JsonNode directive = item.get(StrategicMerge.DIRECTIVE);
            if (directive == null) {
                plain.add(item);
                continue;
            }
            switch (directive.asString("")) {
                case "delete" -> {
                    JsonNode value = valueOfKey(item);
                    live.removeIf(other -> other.has(key) && same(other.path(key), value));
                }
                case "replace" -> replace = true;
                case "merge" -> throw StrategicMerge.failure("merging lists cannot yet be specified in the patch");
                default -> throw StrategicMerge.unknownDirective(directive, item);
            }
        }
        return replace;
    }

    private List<JsonNode> mergeObjects(List<JsonNode> live, List<JsonNode> patch) {
        List<JsonNode> merged = new ArrayList<>(live);
        for (JsonNode item : patch) {
            valueOfKey(item);
            int at = index(merged, item, true);
            if (at < 0) {
                merged.add(item);
            } else {
                JsonNode both = StrategicMerge.apply((ObjectNode) merged.get(at), (ObjectNode) item, element);
                merged.set(at, both);
                if (at < live.size()) {
                    live.set(at, both);
                }
            }
        }
        return merged;
    }

    private JsonNode valueOfKey(JsonNode item) {
        if (!item.isObject()) {
            throw unexpected(OBJECT, item);
        }
        JsonNode value = item.get(key);
        if (value == null) {
            throw StrategicMerge.failure("map: " + GoText.of(item) + " does not contain declared merge key: " + key);
        }
        return value;
    }

    /** @return whether the lists consist of objects rather than of something else */
    private static boolean hasObjects(ArrayNode live, ArrayNode patch) {
        JsonNode first = live.isEmpty() ? patch.path(0) : live.path(0);
        if (first.isArray()) {
            throw ApiException.of(422, "", "lists of lists are not supported");
        }
        for (ArrayNode list : List.of(live, patch)) {
            for (JsonNode item : list) {
                if (first.isNull() || !goType(item).equals(goType(first))) {
                    throw StrategicMerge.failure("list element types are not identical: ["
                            + GoText.of(live) + " " + GoText.of(patch) + "]");
                }
            }
        }
        return first.isObject();
    }

    /** Like the real server, which puts the last one where one was twice. */
    private static List<JsonNode> withoutDuplicates(List<JsonNode> values) {
        List<JsonNode> out = new ArrayList<>(values);
        for (int i = 0; i < out.size(); i++) {
            for (int j = i + 1; j < out.size(); j++) {
                if (same(out.get(i), out.get(j))) {
                    out.set(j, out.getLast());
                    out.removeLast();
                    j--;
                }
            }
        }
        return out;
    }

    /**
     * What the patch has must be in the order that it tells.
     *
     * @throws ApiException
     *             when it is not
     */
    void checkOrder(ArrayNode patch, ArrayNode order) {
        if (patch.isEmpty() || order.isEmpty()) {
            return;
        }
        List<JsonNode> left = new ArrayList<>();
        for (JsonNode item : patch) {
            if (!key.isEmpty() && !item.isObject()) {
                throw unexpected(OBJECT, item);
            }
            if (!item.has(StrategicMerge.DIRECTIVE)) {
                left.add(item);
            }
        }
        int next = 0;
        for (int i = 0; i < order.size() && next < left.size(); i++) {
            JsonNode item = left.get(next);
            if (!key.isEmpty() && !order.get(i).isObject()) {
                throw unexpected(OBJECT, order.get(i));
            }
            boolean equal = key.isEmpty()
                    ? same(item, order.get(i))
                    : same(valueOfKey(item), valueOfKey(order.get(i)));
            next += equal ? 1 : 0;
        }
        if (next < left.size()) {
            throw StrategicMerge.failure("The order in patch list:\n" + GoText.of(patch)
                    + "\n doesn't match $setElementOrder list:\n" + GoText.of(order) + "\n");
        }
    }

    /** A merged list in the order that the patch tells; where that does not tell, in the order that was. */
    ArrayNode inOrder(ArrayNode merged, ArrayNode order, ArrayNode live, ArrayNode patch) {
        if (live.isEmpty() && patch.isEmpty()) {
            throw StrategicMerge.failure("no elements in any of the given slices");
        }
        return inOrder(items(merged), items(order), items(live), hasObjects(live, patch));
    }

    private ArrayNode inOrder(List<JsonNode> merged, List<JsonNode> order, List<JsonNode> live, boolean objects) {
        List<JsonNode> named = new ArrayList<>();
        List<JsonNode> others = new ArrayList<>();
        for (JsonNode item : merged) {
            if (!key.isEmpty()) {
                valueOfKey(item);
            }
            (index(order, item, !key.isEmpty()) >= 0 ? named : others).add(item);
        }
        sort(named, order, objects);
        sort(others, live, objects);
        return interleaved(others, named, live, objects);
    }

    /** As the real server sorts, whose comparison is none: what the order does not name goes before all else. */
    private void sort(List<JsonNode> items, List<JsonNode> order, boolean objects) {
        if (objects) {
            items.forEach(this::valueOfKey);
            order.forEach(this::valueOfKey);
        }
        for (int i = 1; i < items.size(); i++) {
            for (int j = i; j > 0 && goesBefore(items.get(j), items.get(j - 1), order, objects); j--) {
                JsonNode moved = items.get(j);
                items.set(j, items.get(j - 1));
                items.set(j - 1, moved);
            }
        }
    }

    private boolean goesBefore(JsonNode a, JsonNode b, List<JsonNode> order, boolean objects) {
        int placeOfA = index(order, a, objects);
        int placeOfB = index(order, b, objects);
        return placeOfA < 0 || placeOfB < 0 || placeOfA < placeOfB;
    }

    private ArrayNode interleaved(List<JsonNode> others, List<JsonNode> named, List<JsonNode> live, boolean objects) {
        ArrayNode out = Json.array();
        int next = 0;
        for (JsonNode item : named) {
            int place = index(live, item, objects);
            while (next < others.size() && place >= 0) {
                int placeOfOther = index(live, others.get(next), objects);
                if (placeOfOther < 0 || placeOfOther >= place) {
                    break;
                }
                out.add(others.get(next++));
            }
            out.add(item);
        }
        others.subList(next, others.size()).forEach(out::add);
        return out;
    }

    private int index(List<JsonNode> items, JsonNode item, boolean objects) {
        for (int i = 0; i < items.size(); i++) {
            JsonNode other = items.get(i);
            if (objects ? same(item.get(key), other.get(key)) : same(item, other)) {
                return i;
            }
        }
        return -1;
    }

    /** As Go compares values of which it does not know the types. */
    private static boolean same(@Nullable JsonNode a, @Nullable JsonNode b) {
        return (a == null || b == null) ? Objects.equals(a, b) : Json.sameInGo(a, b);
    }

    private static List<JsonNode> items(ArrayNode list) {
        List<JsonNode> out = new ArrayList<>();
        list.forEach(out::add);
        return out;
    }

    private static ArrayNode list(List<JsonNode> items) {
        ArrayNode out = Json.array();
        items.forEach(out::add);
        return out;
    }
}
