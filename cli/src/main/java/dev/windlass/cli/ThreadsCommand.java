package dev.windlass.cli;

import dev.windlass.server.ShortDuration;
import java.time.Duration;
import java.time.Instant;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "threads", description = "Show where each thread of a unit stands now, also of generations that did not end in time.")
final class ThreadsCommand extends UnitCommand {
    @Mixin
    @SuppressWarnings("NullAway.Init")
    private OutputOption output;

    @Override
    public Integer call() {
        JsonNode dump = connect().threads(name());
        Terminal terminal = Terminal.standard();
        if (output.structured()) {
            terminal.line(output.text(dump));
        } else {
            dump.path("generations").valueStream().forEach(generation -> show(generation, terminal));
        }
        return 0;
    }

    private void show(JsonNode generation, Terminal terminal) {
        JsonNode threads = generation.path("threads");
        String since = text(generation, "quarantinedSince");
        terminal.line("%s#%s%s: %s".formatted(name(), text(generation, "generation"), since.isEmpty()
                ? ""
                : ", in quarantine for " + ShortDuration.format(Duration.between(Instant.parse(since), Instant.now())),
                threads.isEmpty() ? "no threads" : threads.size() == 1 ? "1 thread" : threads.size() + " threads"));
        threads.valueStream().forEach(thread -> {
            terminal.line("  %s %s, %s".formatted(text(thread, "name"), text(thread, "state"),
                    thread.path("virtual").asBoolean() ? "virtual" : "platform"));
            text(thread, "stack").lines().forEach(frame -> terminal.line("    " + frame));
        });
    }
}
