package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A list of which a schema says whether the order of its items counts, or what they are told apart by. Not changed once it has been filled. */
@SuppressWarnings("serial") // nobody serializes one
final class SchemaList extends ArrayList<Object> {
    private final JsonNode schema;

    SchemaList(JsonNode schema) {
        this.schema = schema;
    }

    /** Whether its items are told apart, and in which order they are does not count. */
    boolean isKeyed() {
        return isSet() || listType().equals("map");
    }

    /** How lists of its kind are called: nothing when the order of the items counts. */
    String kind() {
        return isSet() ? "Set" : isKeyed() ? "Map" : "";
    }

    private boolean isSet() {
        return listType().equals("set");
    }

    private String listType() {
        return Json.textOrEmpty(schema, "x-kubernetes-list-type");
    }

    /** What is only once in the list. */
    private Object key(Object item) {
        if (isSet()) {
            return item;
        }
        List<Object> keys = new ArrayList<>();
        for (JsonNode each : schema.path("x-kubernetes-list-map-keys")) {
            keys.add(item instanceof Map<?, ?> fields ? fields.get(Names.escape(each.asString())) : null);
        }
        return keys;
    }

    private Map<Object, Object> byKey(List<?> items) {
        Map<Object, Object> found = new HashMap<>();
        items.forEach(each -> found.put(key(each), each));
        return found;
    }

    /** Whether another list has the same items; in which order counts only for lists without keys. */
    Equality.Result compare(List<?> other) {
        if (!isKeyed()) {
            return Equality.inOrder(this, other);
        }
        if (size() != other.size()) {
            return Equality.Result.DIFFERENT;
        }
        Map<Object, Object> ours = byKey(this);
        Map<Object, Object> theirs = byKey(other);
        return Equality.Result.of(ours.size() == theirs.size() && ours.entrySet().stream()
                .allMatch(each -> theirs.containsKey(each.getKey()) && Equality.compare(each.getValue(),
                        theirs.get(each.getKey())) == Equality.Result.SAME));
    }

    /** Both lists as one, when this one is keyed: what has the same key is there once, where it has been first and as it has been last. */
    List<Object> plus(List<?> other) {
        Map<Object, Object> kept = new LinkedHashMap<>();
        forEach(each -> kept.put(key(each), each));
        other.forEach(each -> kept.put(key(each), each));
        List<Object> all = new SchemaList(schema);
        all.addAll(kept.values());
        return all;
    }
}
