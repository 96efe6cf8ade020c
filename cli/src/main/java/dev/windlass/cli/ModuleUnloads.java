package dev.windlass.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** What has become of the classes of modules that were unloaded, beside the units that there are. */
final class ModuleUnloads {
    private static final String PREFIX = "module/";

    private ModuleUnloads() {
    }

    /**
     * Those that somebody who looks at the units wants to see: all whose classes may still be there, and the last one of each module that is
     * not there any more.
     */
    static List<JsonNode> toShow(List<JsonNode> unloads, List<JsonNode> units) {
        Set<String> present = units.stream().map(unit -> text(unit, "name")).collect(Collectors.toSet());
        Map<String, JsonNode> last = new HashMap<>();
        unloads.forEach(unload -> last.put(unit(unload), unload));
        return unloads.stream().filter(unload -> !text(unload, "state").equals("PROVED")
                || (unload.equals(last.get(unit(unload))) && !present.contains(unit(unload)))).toList();
    }

    /** The unit that the module was. */
    static String unit(JsonNode unload) {
        return PREFIX + text(unload, "module");
    }

    static String line(JsonNode unload) {
        return "%s %s (load %s) is unloaded, its classes are %s".formatted(unit(unload), text(unload, "version"),
                text(unload, "load"), switch (text(unload, "state")) {
                    case "PENDING" -> "PENDING: " + because(unload,
                            "no collection has come yet that would tell; \"windlass modules prove\" finds out at once");
                    case "PROVED" -> "gone: PROVED";
                    default -> text(unload, "state") + ": "
                            + because(unload, "\"windlass modules prove\" finds out what holds them");
                });
    }

    private static String because(JsonNode unload, String otherwise) {
        return text(unload, "cause").isEmpty()
                ? otherwise
                : "%s: %s; %s".formatted(text(unload, "cause"), text(unload, "held"), text(unload, "remedy"));
    }
}
