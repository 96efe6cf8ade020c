package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Formats;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What whoever writes a definition should know of it, though it is accepted. Stateless. */
final class DefinitionWarnings {
    private DefinitionWarnings() {
    }

    static List<String> of(ObjectNode definition, @Nullable ObjectNode old) {
        List<String> warnings = new ArrayList<>();
        List<String> known = old == null ? List.of() : all(old);
        for (String warning : all(definition)) {
            if (!known.contains(warning)) {
                warnings.add(warning);
            }
        }
        return warnings;
    }

    private static List<String> all(ObjectNode definition) {
        List<String> formats = new ArrayList<>();
        TreeSet<String> sets = new TreeSet<>();
        for (ObjectNode schema : DefinitionSpec.of(definition).schemas()) {
            Schemas.forEach(schema, each -> {
                String format = Json.textOrEmpty(each, "format");
                if (!format.isEmpty() && !Formats.isKnown(Json.textOrEmpty(each, "type"), format)) {
                    formats.add("unrecognized format \"" + format + "\"");
                }
                JsonNode items = each.path("items");
                String type = Json.textOrEmpty(items, "type");
                if (Json.textOrEmpty(each, "x-kubernetes-list-type").equals("set")
                        && (type.equals("object") || type.equals("array"))) {
                    sets.add("x-kubernetes-list-type: set for items of type \"" + type
                            + "\" is not supported by server-side apply or CEL validation rules");
                }
            });
        }
        formats.addAll(sets);
        return formats;
    }
}
