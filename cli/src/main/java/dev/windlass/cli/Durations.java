package dev.windlass.cli;

import dev.windlass.server.ShortDuration;

/** Durations among the arguments: passed on as they were written, when they can be read. */
final class Durations {
    private Durations() {
    }

    static String checked(String option, String text) {
        try {
            ShortDuration.parse(text);
            return text;
        } catch (IllegalArgumentException e) {
            throw new BadUsageException(option + ": " + e.getMessage());
        }
    }
}
