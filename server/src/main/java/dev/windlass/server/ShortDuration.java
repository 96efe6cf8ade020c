package dev.windlass.server;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write them in Kubernetes' tools: {@code 500ms}, {@code 20s}, {@code 1m30s}, {@code 3h}, {@code 2d}. */
public final class ShortDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d{1,9})?)(ms|[smhd])");

    private ShortDuration() {
    }

    /**
     * Reads a duration.
     *
     * @throws IllegalArgumentException when the text is not one
     */
    public static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Duration total = Duration.ZERO;
        Matcher part = PART.matcher(text);
        int end = 0;
        while (end < text.length() && part.region(end, text.length()).lookingAt()) {
            total = total.plus(Duration.ofNanos((long) (Double.parseDouble(part.group(1)) * nanos(part.group(2)))));
            end = part.end();
        }
        if (text.isEmpty() || end < text.length()) {
            throw new IllegalArgumentException(
                    "\"%s\" is not a duration: use a number with ms, s, m, h or d, for example 20s or 1m30s"
                            .formatted(text));
        }
        return total;
    }

    /** For tables: the largest unit that says enough, as {@code kubectl} shows ages: {@code 45s}, {@code 3m20s}, {@code 5d}. */
    public static String format(Duration duration) {
        long seconds = Math.max(0, duration.toSeconds());
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        if (seconds < 120) {
            return seconds + "s";
        }
        if (minutes < 10) {
            return minutes + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        if (hours < 3) {
            return minutes + "m";
        }
        return days < 2 ? hours + "h" : days + "d";
    }

    private static double nanos(String unit) {
        return switch (unit) {
            case "ms" -> 1e6;
            case "s" -> 1e9;
            case "m" -> 60e9;
            case "h" -> 3600e9;
            default -> 86_400e9;
        };
    }
}
