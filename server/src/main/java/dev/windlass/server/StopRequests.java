package dev.windlass.server;

import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.util.Fields;

/** Reads the options of a stop; what is not said is as the unit's specification has it. */
final class StopRequests {
    private StopRequests() {
    }

    static StopOptions read(RunnableHandle unit, Fields options) {
        StopOptions stop = unit.spec().stop();
        String timeout = options.getValue("timeout");
        if (timeout != null) {
            try {
                stop = stop.withBudget(duration("timeout", timeout));
            } catch (IllegalArgumentException e) {
                throw ApiError.badRequest("option timeout: " + e.getMessage());
            }
        }
        String mode = options.getValue("mode");
        if (mode != null) {
            stop = stop.withMode(mode(mode));
        }
        return cascade(options) ? stop.withCascade() : stop;
    }

    static boolean cascade(Fields options) {
        String cascade = options.getValue("cascade");
        return switch (cascade) {
            case null -> false;
            case "true", "" -> true;
            case "false" -> false;
            default -> throw ApiError.badRequest("option cascade is \"%s\": use true or false".formatted(cascade));
        };
    }

    static Duration duration(String option, String text) {
        try {
            return ShortDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest("option %s: %s".formatted(option, e.getMessage()));
        }
    }

    private static StopMode mode(String text) {
        for (StopMode mode : StopMode.values()) {
            if (mode.name().equalsIgnoreCase(text)) {
                return mode;
            }
        }
        List<String> modes = Arrays.stream(StopMode.values()).map(mode -> mode.name().toLowerCase(Locale.ROOT))
                .toList();
        throw ApiError.badRequest("option mode is \"%s\": use one of %s".formatted(text, String.join(", ", modes)));
    }
}
