package dev.windlass.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "start", description = "Start a stopped unit: a new generation, with the work that the last one left.")
final class StartCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private Windlass root;

    @Parameters(paramLabel = "NAME", description = "Full name of a unit, for example cluster/north.")
    @SuppressWarnings("NullAway.Init")
    private String name;

    @Option(names = "--wait", description = "Wait until it is ready.")
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
        JsonNode answer = AdminClient.connect(root).act(name, "start", options);
        JsonNode unit = answer.path("unit");
        String id = name + "#" + text(unit, "generation") + " " + text(unit, "state");
        Terminal terminal = Terminal.standard();
        if (answer.path("done").asBoolean()) {
            long millis = (System.nanoTime() - begin) / 1_000_000;
            String message = text(unit, "message");
            terminal.line(id + " in " + millis + " ms" + (message.isEmpty() ? "" : ": " + message));
        } else {
            terminal.line(id);
        }
        return 0;
    }
}
