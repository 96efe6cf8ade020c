package dev.windlass.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** What stop, restart and remove have in common. */
abstract class EndCommand extends UnitCommand {
    enum Mode {
        drain, handoff, abort
    }

    @Option(names = "--wait", description = "Wait until it is done, and print what came of it.")
    private boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Budget of the stop, for example 20s. What has not ended then is cancelled and reported.")
    private @Nullable String timeout;

    @Option(names = "--mode", paramLabel = "MODE", description = "drain: finish what is queued; handoff: finish what is in flight; abort: cancel at once.")
    private @Nullable Mode mode;

    @Option(names = "--cascade", description = "First stop the units that depend on it; otherwise that is refused while they run.")
    private boolean cascade;

    final Map<String, String> options() {
        Map<String, String> options = new LinkedHashMap<>();
        if (wait) {
            options.put("wait", "true");
        }
        if (timeout != null) {
            options.put("timeout", Durations.checked("--timeout", timeout));
        }
        if (mode != null) {
            options.put("mode", mode.name().toLowerCase(Locale.ROOT));
        }
        if (cascade) {
            options.put("cascade", "true");
        }
        return options;
    }

    final int end(String action) {
        JsonNode answer = connect().act(name(), action, options());
        Terminal terminal = Terminal.standard();
        JsonNode report = answer.path("report");
        if (report.isObject()) {
            StopReports.lines(report).forEach(terminal::line);
            return text(report, "outcome").equals("QUARANTINED") ? 1 : 0;
        }
        terminal.line("%s is %s; \"windlass describe %s\" shows the report when it is done".formatted(name(),
                text(answer.path("unit"), "state"), name()));
        return 0;
    }
}
