package dev.windlass.cli;

import dev.windlass.lifecycle.UnitEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;

import static dev.windlass.cli.UnitTable.text;

/** A transition as one line: {@code 03:12:45  cluster/south#2  READY → DRAINING  stop requested}. */
final class EventLine {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss")
            .withZone(ZoneId.systemDefault());
    private static final Set<String> ENDING = Set.of("DRAINING", "STOPPING");

    private EventLine() {
    }

    static String of(JsonNode event, Terminal terminal) {
        return of(Instant.parse(text(event, "time")), text(event, "unit") + "#" + text(event, "generation"),
                text(event, "from"), text(event, "to"), why(event), terminal);
    }

    static String of(UnitEvent event, Terminal terminal) {
        String from = event.from() == null ? "" : event.from().name();
        String to = event.to().name();
        return of(event.time(), event.unit() + "#" + event.generation(), from, to,
                why(event.message(), from, to, event.reason().name()), terminal);
    }

    static String clock(Instant time) {
        return CLOCK.format(time);
    }

    static String clock(Instant time, Terminal terminal) {
        return terminal.styled(Terminal.Style.FAINT, clock(time));
    }

    private static String of(Instant time, String id, String from, String to, String why, Terminal terminal) {
        return clock(time, terminal) + "  " + id + "  " + (from.isEmpty() ? "" : from + " → ") + terminal.state(to)
                + (why.isEmpty() ? "" : "  " + why);
    }

    private static String why(JsonNode event) {
        return why(text(event, "message"), text(event, "from"), text(event, "to"), text(event, "reason"));
    }

    /** The message; without one, the reason where a unit begins to end. Elsewhere the states say it themselves. */
    private static String why(String message, String from, String to, String reason) {
        boolean beginsToEnd = !ENDING.contains(from) && ENDING.contains(to);
        return !message.isEmpty() || !beginsToEnd ? message : reason.toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
