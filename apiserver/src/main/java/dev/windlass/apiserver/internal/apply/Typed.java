package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Typed values: their fields as a set, their differences, their merge. Stateless. */
final class Typed {
    private Typed() {
    }

    /** The fields that a value has. */
    static FieldSet fields(JsonNode value, Type type) {
        FieldSet set = new FieldSet();
        collect(value, type, set);
        return set;
    }

    private static void collect(JsonNode value, Type type, FieldSet at) {
        if (isLeaf(value, type)) {
            at.add();
        } else if (value instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                FieldSet child = at.under(Steps.field(entry.getKey()));
                collect(entry.getValue(), type.field(entry.getKey()), child);
                boolean empty = entry.getValue().isNull()
                        || (entry.getValue().isObject() && entry.getValue().isEmpty());
                if (empty || !type.declares(entry.getKey())) {
                    child.add();
                }
            }
        } else {
            Set<String> repeated = repeated(value, type);
            for (JsonNode item : value) {
                String step = Steps.item(item, type);
                FieldSet child = at.under(step);
                if (!repeated.contains(step)) {
                    collect(item, type.element(), child);
                }
                child.add();
            }
        }
    }

    /** The steps to what has the same key as something else in its list, and is owned and compared as a whole with it. */
    private static Set<String> repeated(@Nullable JsonNode value, Type type) {
        Set<String> seen = new HashSet<>();
        Set<String> repeated = new LinkedHashSet<>();
        if (value != null && value.isArray()) {
            for (JsonNode item : value) {
                String step = Steps.item(item, type);
                if (!seen.add(step)) {
                    repeated.add(step);
                }
            }
        }
        return repeated;
    }

    private static List<JsonNode> items(@Nullable JsonNode value, String step, Type type) {
        List<JsonNode> items = new ArrayList<>();
        if (value != null && value.isArray()) {
            value.forEach(item -> {
                if (Steps.item(item, type).equals(step)) {
                    items.add(item);
                }
            });
        }
        return items;
    }

    /** What comes more than once is one thing, other than the item that has been there by itself before, or is then. */
    private static void compareRepeated(List<JsonNode> before, List<JsonNode> after, Type type, Difference at) {
        if (before.size() > 1 && after.size() > 1) {
            if (!before.equals(after)) {
                at.modified().add();
            }
        } else if (before.size() > 1) {
            if (!after.isEmpty()) {
                compare(null, after.getFirst(), type.element(), at);
            }
            at.removed().add();
        } else {
            if (!before.isEmpty()) {
                compare(before.getFirst(), null, type.element(), at);
            }
            at.added().add();
        }
    }

    /** Whether a value is changed as a whole: scalars, atomic lists and maps, and lists of which nothing is known. */
    private static boolean isLeaf(JsonNode value, Type type) {
        if (value.isNull() && !type.isWhole() && type.shape() != Type.Shape.ANY_BY_FIELD) {
            return false; // what Go writes for a list or a map that is not there
        }
        return !value.isContainer() || type.isWhole() || (value.isArray() && type.shape() != Type.Shape.LIST);
    }

    /** How one value differs from another. */
    record Difference(FieldSet added, FieldSet modified, FieldSet removed) {
        Difference() {
            this(new FieldSet(), new FieldSet(), new FieldSet());
        }

        Difference under(String step) {
            return new Difference(added.under(step), modified.under(step), removed.under(step));
        }

        FieldSet changed() {
            return modified.union(added);
        }

        /** It without what may be different for all that anybody manages. */
        Difference without(FieldSet ignored) {
            return new Difference(added.without(ignored), modified.without(ignored), removed.without(ignored));
        }
    }

    static Difference compare(JsonNode before, JsonNode after, Type type) {
        Difference difference = new Difference();
        compare(before, after, type, difference);
        return difference;
    }

    private static void compare(@Nullable JsonNode before, @Nullable JsonNode after, Type type, Difference at) {
        boolean leaf = (isNothing(before) && isNothing(after)) || (before != null && isLeaf(before, type))
                || (after != null && isLeaf(after, type));
        if (!leaf && before != null && after != null && !before.isNull() && !after.isNull()
                && before.isArray() != after.isArray()) {
            leaf = true;
        }
        if (before == null) {
            at.added().add();
        } else if (after == null) {
            at.removed().add();
        } else if (leaf && !Json.same(before, after)) {
            at.modified().add();
        }
        if (!leaf) {
            Map<String, JsonNode> left = parts(before, type);
            Map<String, JsonNode> right = parts(after, type);
            Set<String> steps = new LinkedHashSet<>(left.keySet());
            steps.addAll(right.keySet());
            Set<String> repeated = repeated(before, type);
            repeated.addAll(repeated(after, type));
            for (String step : repeated) {
                compareRepeated(items(before, step, type), items(after, step, type), type, at.under(step));
            }
            steps.removeAll(repeated);
            for (String step : steps) {
                compare(left.get(step), right.get(step), below(type, step), at.under(step));
            }
        }
    }

    private static boolean isNothing(@Nullable JsonNode value) {
        return value == null || value.isNull() || (value.isContainer() && value.isEmpty());
    }

    private static Map<String, JsonNode> parts(@Nullable JsonNode value, Type type) {
        Map<String, JsonNode> parts = new LinkedHashMap<>();
        if (value instanceof ObjectNode object) {
            object.properties().forEach(entry -> parts.put(Steps.field(entry.getKey()), entry.getValue()));
        } else if (value != null) {
            value.forEach(item -> parts.putIfAbsent(Steps.item(item, type), item));
        }
        return parts;
    }

    private static Type below(Type type, String step) {
        return step.startsWith("f:") ? type.field(step.substring(2)) : type.element();
    }

    /** The configuration over the live value: what it says nothing of stays. */
    static JsonNode merge(@Nullable JsonNode live, @Nullable JsonNode config, Type type) {
        if (config == null) {
            return live == null ? Json.object() : live.deepCopy();
        }
        if (config.isNull() && !isLeaf(config, type)) {
            return live == null || isNothing(live) ? config : live.deepCopy();
        }
        if (live == null || isLeaf(config, type) || isLeaf(live, type) || live.isArray() != config.isArray()) {
            return config.deepCopy();
        }
        if (live instanceof ObjectNode left && config instanceof ObjectNode right) {
            ObjectNode out = Json.object();
            left.properties().forEach(entry -> out.set(entry.getKey(),
                    merge(entry.getValue(), right.get(entry.getKey()), type.field(entry.getKey()))));
            right.properties().forEach(entry -> {
                if (!left.has(entry.getKey())) {
                    out.set(entry.getKey(), entry.getValue().deepCopy());
                }
            });
            return out;
        }
        return mergeLists((ArrayNode) live, (ArrayNode) config, type);
    }

    /**
     * Items of both lists, merged where they have the same key. Those of the configuration come in its order; those that are only live keep their place
     * before the next one that is in both.
     */
    private static ArrayNode mergeLists(ArrayNode live, ArrayNode config, Type type) {
        List<String> left = steps(live, type);
        List<String> right = steps(config, type);
        Map<String, JsonNode> liveItems = parts(live, type);
        List<String> shared = new ArrayList<>(right);
        shared.retainAll(liveItems.keySet());
        ArrayNode out = Json.array();
        int l = 0;
        int r = 0;
        int nextShared = 0;
        while (l < left.size() || r < right.size()) {
            boolean both = l < left.size() && r < right.size();
            if (both && !left.get(l).equals(right.get(r)) && right.contains(left.get(l)) && nextShared < shared.size()
                    && !shared.get(nextShared).equals(left.get(l))) {
                // In both lists, but not the one whose turn it is.
                l++;
            } else if (l < left.size() && !right.contains(left.get(l))) {
                out.add(live.get(l).deepCopy());
                l++;
            } else if (r < right.size()) {
                String step = right.get(r);
                if (l < left.size() && left.get(l).equals(step)) {
                    l++;
                }
                out.add(merge(liveItems.get(step), config.get(r), type.element()));
                if (nextShared < shared.size() && shared.get(nextShared).equals(step)) {
                    nextShared++;
                }
                r++;
            } else {
                // What is left of the live list is in the configuration too, and has been taken already.
                l++;
            }
        }
        return out;
    }

    private static List<String> steps(ArrayNode list, Type type) {
        List<String> steps = new ArrayList<>();
        list.forEach(item -> steps.add(Steps.item(item, type)));
        return steps;
    }

    /** A value without the members of a set. */
    static JsonNode remove(JsonNode value, FieldSet gone, Type type) {
        if (isLeaf(value, type)) {
            return value;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode out = Json.object();
            for (Map.Entry<String, JsonNode> entry : object.properties()) {
                FieldSet below = gone.child(Steps.field(entry.getKey()));
                if (below == null) {
                    out.set(entry.getKey(), entry.getValue());
                } else if (!below.isMember()) {
                    JsonNode rest = remove(entry.getValue(), below, type.field(entry.getKey()));
                    if (!rest.isContainer() || !rest.isEmpty() || entry.getValue().isEmpty()) {
                        out.set(entry.getKey(), rest);
                    }
                }
            }
            return out;
        }
        ArrayNode out = Json.array();
        for (JsonNode item : value) {
            FieldSet below = gone.child(Steps.item(item, type));
            if (below == null) {
                out.add(item);
            } else if (!below.isMember()) {
                out.add(remove(item, below, type.element()));
            }
        }
        return out;
    }

    /** The set with every declared field on the way to a member made a member too. */
    static FieldSet withNamedFields(FieldSet set, Type type) {
        FieldSet out = new FieldSet();
        if (set.isMember()) {
            out.add();
        }
        set.forEachChild((step, child) -> {
            FieldSet deep = withNamedFields(child, below(type, step));
            if (step.startsWith("f:") && type.declares(step.substring(2))) {
                deep.add();
            }
            out.put(step, deep);
        });
        return out;
    }
}
