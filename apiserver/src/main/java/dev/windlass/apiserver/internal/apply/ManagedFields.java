package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The managers of one object with their fields and the times of their last changes. Not thread-safe. */
final class ManagedFields {
    private final Map<Manager, Entry> entries = new LinkedHashMap<>();

    private record Entry(FieldSet fields, String time) {
    }

    /** Reads {@code metadata.managedFields}; what cannot be read is as if it were not there. */
    static ManagedFields of(@Nullable JsonNode array) {
        ManagedFields managed = new ManagedFields();
        if (array == null || FieldManagement.problem(array) != null) {
            return managed;
        }
        try {
            for (JsonNode each : array) {
                JsonNode fields = each.get("fieldsV1");
                Manager manager = new Manager(Json.textOrEmpty(each, "manager"), Json.textOrEmpty(each, "operation"),
                        Json.textOrEmpty(each, "apiVersion"),
                        Json.textOrEmpty(each, "subresource"));
                managed.entries.put(manager, new Entry(fields == null ? new FieldSet() : FieldSet.parse(fields),
                        Json.textOrEmpty(each, "time")));
            }
        } catch (JacksonException _) {
            return new ManagedFields();
        }
        return managed;
    }

    /** A request that sends no entry in a list, or an empty one, wants all managers forgotten. */
    static boolean isReset(@Nullable JsonNode array) {
        return array != null && array.isArray() && (array.isEmpty() || (array.size() == 1 && array.get(0).isEmpty()));
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    List<Manager> managers() {
        return new ArrayList<>(entries.keySet());
    }

    /** What somebody manages; nothing when he is not among them. */
    FieldSet fields(Manager manager) {
        Entry entry = entries.get(manager);
        return entry == null ? new FieldSet() : entry.fields();
    }

    /** Forgets a manager. */
    FieldSet take(Manager manager) {
        FieldSet fields = fields(manager);
        entries.remove(manager);
        return fields;
    }

    /** The entry of one who applies: it is the same whatever version of the API he speaks. */
    Manager applier(Manager self) {
        for (Manager each : entries.keySet()) {
            if (each.applies() && each.name().equals(self.name()) && each.subresource().equals(self.subresource())) {
                return each;
            }
        }
        return self;
    }

    String time(Manager manager) {
        Entry entry = entries.get(manager);
        return entry == null ? "" : entry.time();
    }

    /** Sets the fields of a manager; one without fields is forgotten. */
    void set(Manager manager, FieldSet fields, String time) {
        if (fields.isEmpty()) {
            entries.remove(manager);
        } else {
            entries.put(manager, new Entry(fields, time));
        }
    }

    /** Whether the same managers have the same fields, whenever that may have been. */
    boolean sameButForTimes(ManagedFields other) {
        return entries.keySet().equals(other.entries.keySet()) && entries.entrySet().stream().allMatch(each -> {
            Entry theirs = other.entries.get(each.getKey());
            return theirs != null && theirs.fields().toFieldsV1().equals(each.getValue().fields().toFieldsV1());
        });
    }

    ManagedFields copy() {
        ManagedFields copy = new ManagedFields();
        copy.entries.putAll(entries);
        return copy;
    }

    /** Appliers first, then by time, as the real server orders them. */
    ArrayNode toJson() {
        return toJson(Stream.of(this));
    }

    /** All of several, also of one manager in more than one of them. */
    static ArrayNode toJson(Stream<ManagedFields> several) {
        List<Map.Entry<Manager, Entry>> sorted = several.flatMap(each -> each.entries.entrySet().stream())
                .sorted(Comparator.comparing((Map.Entry<Manager, Entry> each) -> each.getKey().operation())
                        .thenComparing(each -> each.getValue().time())
                        .thenComparing(each -> each.getKey().name()).thenComparing(each -> each.getKey().apiVersion())
                        .thenComparing(each -> each.getKey().subresource()))
                .toList();
        ArrayNode out = Json.array();
        for (Map.Entry<Manager, Entry> each : sorted) {
            Manager manager = each.getKey();
            ObjectNode entry = out.addObject().put("manager", manager.name()).put("operation", manager.operation())
                    .put("apiVersion", manager.apiVersion());
            if (!each.getValue().time().isEmpty()) {
                entry.put("time", each.getValue().time());
            }
            entry.put("fieldsType", "FieldsV1").set("fieldsV1", each.getValue().fields().toFieldsV1());
            if (!manager.subresource().isEmpty()) {
                entry.put("subresource", manager.subresource());
            }
        }
        return out;
    }
}
