package dev.windlass.cli;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** What pause, resume, cordon and uncordon have in common: they end when the unit is held back, or goes on. */
abstract class HoldCommand extends UnitCommand {
    private static final Set<String> NOT_RUNNING = Set.of("NEW", "PENDING", "STOPPED", "COMPLETED", "FAILED",
            "QUARANTINED");

    final int hold(String action) {
        return start(action, Map.of("wait", "30s"));
    }

    /** It was not down, so that there is nothing that it has found. */
    @Override
    final String told(JsonNode unit) {
        String message = text(unit, "message");
        return NOT_RUNNING.contains(text(unit, "state"))
                ? "it does not run; this counts from its next start on" + (message.isEmpty() ? "" : "; " + message)
                : message;
    }
}
