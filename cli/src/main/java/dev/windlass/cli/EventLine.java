package dev.windlass.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A transition as one line: {@code 03:12:45  cluster/south#2  READY → DRAINING  stop requested by user}. */
final class EventLine {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss")
            .withZone(ZoneId.systemDefault());

    private EventLine() {
    }

    static String of(JsonNode event, Terminal terminal) {
        return of(Instant.parse(UnitTable.text(event, "time")), UnitTable.text(event, "unit"),
                event.path("generation").asLong(), UnitTable.text(event, "from"), UnitTable.text(event, "to"),
                UnitTable.text(event, "message"), terminal);
    }

    static String clock(Instant time, Terminal terminal) {
        return terminal.styled(Terminal.Style.FAINT, CLOCK.format(time));
    }

    static String of(Instant time, String unit, long generation, @Nullable String from, String to, String message,
            Terminal terminal) {
        return clock(time, terminal) + "  " + unit + "#" + generation + "  "
                + (from == null || from.isEmpty() ? "" : from + " → ") + terminal.state(to)
                + (message.isEmpty() ? "" : "  " + message);
    }
}
