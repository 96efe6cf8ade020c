package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What kubectl applied when it still worked out the patch itself, as it has noted it in an annotation. When it comes to apply on the server, it takes over
 * what it had set and nobody has changed since, and the note is kept up to date for those that still read it. Stateless.
 */
final class LastApplied {
    /** Whose applies do so. */
    static final String MANAGER = "kubectl";
    private static final String ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";

    private LastApplied() {
    }

    /** The fields that were applied and are still as they were. */
    static FieldSet fields(ObjectNode live, Type type) {
        String note = Json.textOrEmpty(live, "metadata", "annotations", ANNOTATION);
        if (note.isEmpty()) {
            return new FieldSet();
        }
        try {
            JsonNode applied = Json.parse(note);
            Typed.Difference since = Typed.compare(applied, live, type);
            return Typed.fields(applied, type).difference(since.changed()).difference(since.removed());
        } catch (JacksonException _) {
            return new FieldSet(); // somebody has written something else into it
        }
    }

    /** Notes what is applied now, where it was noted before. */
    static void renew(ObjectNode object, ObjectNode config) {
        if (Json.textOrEmpty(object, "metadata", "annotations", ANNOTATION).isEmpty()) {
            return;
        }
        ObjectNode noted = config.deepCopy();
        if (Json.find(noted, "metadata", "annotations") instanceof ObjectNode annotations) {
            annotations.remove(ANNOTATION);
        }
        Json.child(Json.child(object, "metadata"), "annotations").put(ANNOTATION,
                Json.stringInGo(sorted(noted)) + "\n");
    }

    private static JsonNode sorted(JsonNode node) {
        if (node.isObject()) {
            TreeMap<String, JsonNode> fields = new TreeMap<>();
            node.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            ObjectNode out = Json.object();
            fields.forEach(out::set);
            return out;
        }
        if (node.isArray()) {
            ArrayNode out = Json.array();
            node.forEach(each -> out.add(sorted(each)));
            return out;
        }
        return node;
    }
}
