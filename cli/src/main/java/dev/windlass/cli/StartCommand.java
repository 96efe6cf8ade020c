package dev.windlass.cli;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "start", description = "Start a stopped unit: a new generation, with the work that the last one left.")
final class StartCommand extends UnitCommand {
    private static final Set<String> RUNNING = Set.of("READY", "DEGRADED", "PAUSED");

    @Option(names = "--wait", description = "Wait until it is ready and what is inside it has caught up, and say what it found.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "With --wait: how long to wait, for example 20s.")
    private @Nullable String timeout;

    /** Of one that ran already, which a start leaves as it is. */
    private @Nullable String generationBefore;

    @Override
    public Integer call() {
        if (timeout != null && !wait) {
            throw new BadUsageException("--timeout says how long to wait: add --wait");
        }
        Map<String, String> options = !wait
                ? Map.of()
                : Map.of("wait", timeout == null ? "true" : Durations.checked("--timeout", timeout));
        JsonNode before = connect().describe(name());
        if (RUNNING.contains(text(before, "state"))) {
            generationBefore = text(before, "generation");
        }
        return start("start", options);
    }

    @Override
    String told(JsonNode unit) {
        return text(unit, "generation").equals(generationBefore) ? "it was running already" : super.told(unit);
    }
}
