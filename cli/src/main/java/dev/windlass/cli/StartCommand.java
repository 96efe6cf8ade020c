package dev.windlass.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "start", description = "Start a stopped unit: a new generation, with the work that the last one left.")
final class StartCommand extends UnitCommand {
    @Option(names = "--wait", description = "Wait until it is ready and what is inside it has caught up, and say what it found.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "With --wait: how long to wait, for example 20s.")
    private @Nullable String timeout;

    @Override
    public Integer call() {
        if (timeout != null && !wait) {
            throw new BadUsageException("--timeout says how long to wait: add --wait");
        }
        Map<String, String> options = !wait
                ? Map.of()
                : Map.of("wait", timeout == null ? "true" : Durations.checked("--timeout", timeout));
        long begin = System.nanoTime();
        JsonNode answer = connect().act(name(), "start", options);
        JsonNode unit = answer.path("unit");
        String id = name() + "#" + text(unit, "generation") + " " + text(unit, "state");
        Terminal terminal = Terminal.standard();
        if (answer.path("done").asBoolean()) {
            long millis = (System.nanoTime() - begin) / 1_000_000;
            String message = text(unit, "message");
            String told = message.isEmpty() ? text(unit.path("details"), "caught up") : message;
            terminal.line(id + " in " + millis + " ms" + (told.isEmpty() ? "" : ": " + told));
        } else {
            terminal.line(id);
        }
        return 0;
    }
}
