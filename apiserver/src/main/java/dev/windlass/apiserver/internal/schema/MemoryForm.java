package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Shows values of built-in kinds as the real server has them in memory, which is how its messages show them: every field is there, by the name that it has in
 * Go. What is of the meta group is shown as the API writes it. Stateless.
 */
public final class MemoryForm {
    private static final JsonNode NULL = JsonNodeFactory.instance.nullNode();

    private MemoryForm() {
    }

    /**
     * One field of a struct in memory.
     *
     * @param name
     *            in the API
     * @param shown
     *            in memory; "" when it is not shown itself, but all that is in it
     */
    private record Field(String name, String shown, boolean pointer) {
        static Field parse(String text) {
            int colon = text.indexOf(':');
            boolean pointer = text.startsWith("*", colon + 1);
            return new Field(text.substring(0, colon), text.substring(colon + (pointer ? 2 : 1)), pointer);
        }
    }

    /** The file is read when the first message shows a struct. */
    private static final class Structs {
        static final Map<String, List<Field>> ALL = read();

        private static Map<String, List<Field>> read() {
            Map<String, List<Field>> all = new HashMap<>();
            ResourceLines.forEach(MemoryForm.class, "memory.jsonl", line -> {
                JsonNode struct = Json.parse(line);
                all.put(struct.path(0).stringValue(),
                        Json.texts(struct.path(1)).stream().map(Field::parse).toList());
            });
            return all;
        }
    }

    /** A value as it is shown; it is not changed. */
    public static JsonNode of(JsonNode value, Type type) {
        if (value instanceof ArrayNode list) {
            ArrayNode shown = Json.array();
            list.forEach(each -> shown.add(of(each, type.element())));
            return shown;
        }
        if (value instanceof ObjectNode object) {
            return switch (type.shape()) {
                case STRUCT -> struct(object, type);
                case MAP -> map(object, type);
                default -> Json.sorted(object);
            };
        }
        return value;
    }

    private static ObjectNode map(ObjectNode map, Type type) {
        ObjectNode shown = Json.object();
        map.properties().stream().sorted(Map.Entry.comparingByKey())
                .forEach(each -> shown.set(each.getKey(), of(each.getValue(), type.element())));
        return shown;
    }

    private static ObjectNode struct(ObjectNode struct, Type type) {
        List<Field> fields = Structs.ALL.get(type.name());
        if (fields == null) {
            return written(struct, type);
        }
        ObjectNode shown = Json.object();
        for (Field field : fields) {
            Type inside = type.field(field.name());
            JsonNode value = struct.path(field.name());
            if (field.shown().isEmpty()) {
                shown.setAll((ObjectNode) of(value.isObject() ? value : Json.object(), inside));
            } else if (!value.isMissingNode() && !value.isNull()) {
                shown.set(field.shown(), of(value, inside));
            } else {
                shown.set(field.shown(), field.pointer() ? NULL : empty(inside));
            }
        }
        return shown;
    }

    /** What there is in a field that has not been set. */
    private static JsonNode empty(Type type) {
        return type.shape() == Type.Shape.STRUCT ? struct(Json.object(), type) : GoForm.zeroOf(type);
    }

    private static ObjectNode written(ObjectNode struct, Type type) {
        ObjectNode written = struct.deepCopy();
        GoForm.write(written, type);
        for (Map.Entry<String, JsonNode> field : written.properties()) {
            if (type.field(field.getKey()).shape() == Type.Shape.MAP) {
                field.setValue(Json.sorted(field.getValue()));
            }
        }
        return written;
    }

    /**
     * The type of what is at a place of an object.
     *
     * @param place
     *            {@code spec.containers[0].resources.limits[cpu]}
     * @return null when there is no such field
     */
    public static @Nullable Type at(String place, Type type) {
        Type at = type;
        for (int i = 0; i < place.length();) {
            boolean item = place.charAt(i) == '[';
            int end = item ? place.indexOf(']', i) + 1 : endOfName(place, i);
            String name = place.substring(i, end);
            if (item ? at.shape() != Type.Shape.LIST && at.shape() != Type.Shape.MAP : !at.declares(name)) {
                return null;
            }
            at = item ? at.element() : at.field(name);
            i = end < place.length() && place.charAt(end) == '.' ? end + 1 : end;
        }
        return at;
    }

    private static int endOfName(String place, int start) {
        int end = start;
        while (end < place.length() && place.charAt(end) != '.' && place.charAt(end) != '[') {
            end++;
        }
        return end;
    }
}
