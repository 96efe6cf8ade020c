package dev.windlass.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

@Command(name = "replace", description = "Replace the running generation of a unit by a new one, which gets warm beside it where it can, takes its work over, and is taken back when it does not stand its probation.")
final class ReplaceCommand extends UnitCommand {
    private static final int LOOK_EVERY_MILLIS = 200;

    @Option(names = "--warm-up", paramLabel = "DURATION", description = "How long the new generation may take to be warm, for example 2m, which is the default.")
    private @Nullable String warmUp;

    @Option(names = "--probation", paramLabel = "DURATION", description = "For how long its health decides whether it stays; 30s by default, 0s for none.")
    private @Nullable String probation;

    @Option(names = "--cascade", description = "Where it must stop before the new generation starts, first stop the units that depend on it; they come back with it. Otherwise that is refused while they run.")
    private boolean cascade;

    @Option(names = "--wait", description = "Wait until one generation is left, tell how far it is, and print what came of it.")
    private boolean wait;

    @Override
    public Integer call() {
        Map<String, String> options = new LinkedHashMap<>();
        if (warmUp != null) {
            options.put("warmUp", Durations.checked("--warm-up", warmUp));
        }
        if (probation != null) {
            options.put("probation", Durations.checked("--probation", probation));
        }
        if (cascade) {
            options.put("cascade", "true");
        }
        Terminal terminal = Terminal.standard();
        AdminClient client = connect();
        if (!wait) {
            JsonNode answer = client.act(name(), "replace", options);
            terminal.line(answer.path("report").isObject()
                    ? text(answer.path("report"), "summary")
                    : "%s is being replaced; \"windlass describe %s\" shows how far it is".formatted(name(), name()));
            return 0;
        }
        options.put("wait", "true");
        JsonNode report = awaited(client, options, terminal).path("report");
        terminal.line(text(report, "summary"));
        if (report.path("retired").isObject()) {
            StopReports.lines(report.path("retired")).forEach(line -> terminal.line("  " + line));
        }
        return text(report, "outcome").equals("REPLACED") ? 0 : 1;
    }

    /** The answer; until it comes, each step is told once. */
    private JsonNode awaited(AdminClient client, Map<String, String> options, Terminal terminal) {
        ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor(
                task -> Thread.ofPlatform().daemon().name("progress").unstarted(task));
        Future<?> looking = looks.scheduleWithFixedDelay(new Progress(client, name(), terminal), LOOK_EVERY_MILLIS / 4,
                LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        try {
            return client.act(name(), "replace", options);
        } finally {
            looking.cancel(true);
            looks.shutdownNow();
        }
    }

    /** Looks how far it is, and says so when the step is another one than before. */
    private static final class Progress implements Runnable {
        private final AdminClient client;
        private final String unit;
        private final Terminal terminal;
        private String told = "";

        Progress(AdminClient client, String unit, Terminal terminal) {
            this.client = client;
            this.unit = unit;
            this.terminal = terminal;
        }

        @Override
        public void run() {
            String now;
            try {
                now = text(client.describe(unit), "replacing");
            } catch (CliException e) {
                return; // whatever it is, the replace itself will tell
            }
            String step = now.replaceAll("\\d+(\\.\\d+)? ?(ms|s|m|h)\\b", "");
            if (!now.isEmpty() && !step.equals(told)) {
                told = step;
                terminal.line(now);
            }
        }
    }
}
