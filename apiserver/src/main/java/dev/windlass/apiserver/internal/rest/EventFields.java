package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.GoForm;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Events have two faces: they are stored as core ones, and {@code events.k8s.io} shows the same objects with other field names. */
public final class EventFields {
    private static final List<Map.Entry<String, String>> STORED_TO_SHOWN = List.of(
            Map.entry("involvedObject", "regarding"), Map.entry("message", "note"),
            Map.entry("source", "deprecatedSource"), Map.entry("firstTimestamp", "deprecatedFirstTimestamp"),
            Map.entry("lastTimestamp", "deprecatedLastTimestamp"), Map.entry("count", "deprecatedCount"),
            Map.entry("reportingComponent", "reportingController"));

    private EventFields() {
    }

    static ObjectNode fromStorage(ObjectNode event) {
        ObjectNode shown = event.deepCopy();
        for (Map.Entry<String, String> names : STORED_TO_SHOWN) {
            move(shown, names.getKey(), names.getValue());
        }
        GoForm.store(shown, ShownTypes.EVENT);
        return shown;
    }

    /** As it is stored. */
    public static ObjectNode toStorage(ObjectNode event) {
        ObjectNode stored = event.deepCopy();
        for (Map.Entry<String, String> names : STORED_TO_SHOWN) {
            move(stored, names.getValue(), names.getKey());
        }
        Json.child(stored, "involvedObject");
        GoForm.store(stored, ShownTypes.STORED_EVENT);
        return stored;
    }

    private static void move(ObjectNode object, String from, String to) {
        var value = object.remove(from);
        if (value != null) {
            object.set(to, value);
        }
    }
}
