package dev.windlass.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
        return start("start", options);
    }
}
