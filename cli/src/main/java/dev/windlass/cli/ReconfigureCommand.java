package dev.windlass.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "reconfigure", description = {
        "Change settings of a unit that need no restart; they stay through restarts, until it is replaced.",
        "Every unit has priority, required and label.NAME; a controller has workers, on each cluster, and rate-limit besides."})
final class ReconfigureCommand extends UnitCommand {
    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SETTING", completionCandidates = Settings.class, description = "NAME=VALUE: workers=8, rate-limit=5ms..1000s (per object, from the first failure on), rate-limit=10/s:100 (all objects together, so many at once) or both joined by \"+\", priority=critical, required=true, label.team=shop; label.team= takes it away.")
    @SuppressWarnings("NullAway.Init")
    private List<String> settings;

    /** The beginnings of settings, for completion. */
    static final class Settings implements Iterable<String> {
        @Override
        public java.util.Iterator<String> iterator() {
            return List.of("workers=", "rate-limit=", "priority=", "required=", "label.").iterator();
        }
    }

    @Override
    public Integer call() {
        Map<String, String> options = new LinkedHashMap<>();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new BadUsageException(
                        "\"%s\" is no setting: use NAME=VALUE, for example workers=8".formatted(setting));
            }
            String name = setting.substring(0, equals);
            if (name.equals("wait") || options.put(URLEncoder.encode(name, StandardCharsets.UTF_8),
                    setting.substring(equals + 1)) != null) {
                throw new BadUsageException(name.equals("wait")
                        ? "there is no setting \"wait\""
                        : "setting %s is given twice".formatted(name));
            }
        }
        options.put("wait", "30s");
        JsonNode unit = connect().act(name(), "reconfigure", options).path("unit");
        Terminal.standard().line("%s#%s %s has revision %s: %s".formatted(name(), text(unit, "generation"),
                text(unit, "state"), text(unit, "revision"), String.join(", ", settings)));
        return 0;
    }
}
