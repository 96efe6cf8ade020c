package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A list of which a schema says whether the order of its items counts, or what they are told apart by. Not changed once it has been filled. */
@SuppressWarnings("serial") // nobody serializes one
final class SchemaList extends ArrayList<Object> {
    private final JsonNode schema;

    SchemaList(JsonNode schema) {
        this.schema = schema;
    }

    private boolean isOfType(String type) {
        return Json.textOrEmpty(schema, "x-kubernetes-list-type").equals(type);
    }

    /** What is only once in the list; null when it is of no account. */
    private @Nullable Object key(Object item) {
        if (isOfType("set")) {
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
        if (!isOfType("set") && !isOfType("map")) {
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

    /** Both lists as one: what has the same key is there once, where it has been first and as it has been last. */
    List<Object> plus(List<?> other) {
        List<Object> all;
        if (isOfType("set") || isOfType("map")) {
            Map<Object, Object> kept = new LinkedHashMap<>();
            forEach(each -> kept.put(key(each), each));
            other.forEach(each -> kept.put(key(each), each));
            all = new SchemaList(schema);
            all.addAll(kept.values());
        } else {
            all = new ArrayList<>(this);
            all.addAll(other);
        }
        return all;
    }
}
