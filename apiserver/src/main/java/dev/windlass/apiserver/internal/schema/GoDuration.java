package dev.windlass.apiserver.internal.schema;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as Go writes them, {@code 1h30m}, and with the units that schemas allow beside, {@code 2 days}. Stateless. */
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("(\\d+(?:\\.\\d*)?|\\.\\d+)\\s*([a-zµμ]+)");
    private static final Pattern WHOLE = Pattern.compile("([-+]?)((?:" + PART.pattern() + "\\s*)+)");
    private static final Map<String, Long> NANOS = Map.ofEntries(Map.entry("ns", 1L), Map.entry("us", 1_000L),
            Map.entry("µs", 1_000L), Map.entry("μs", 1_000L), Map.entry("ms", 1_000_000L),
            Map.entry("s", 1_000_000_000L), Map.entry("m", 60_000_000_000L), Map.entry("h", 3_600_000_000_000L),
            Map.entry("d", 86_400_000_000_000L), Map.entry("w", 604_800_000_000_000L));

    private GoDuration() {
    }

    /** @throws IllegalArgumentException when it is none */
    public static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher whole = WHOLE.matcher(text.strip());
        if (!whole.matches()) {
            throw new IllegalArgumentException("no duration: " + text);
        }
        BigDecimal nanos = BigDecimal.ZERO;
        Matcher part = PART.matcher(whole.group(2));
        while (part.find()) {
            Long unit = NANOS.get(part.group(2));
            if (unit == null) {
                throw new IllegalArgumentException("no unit of a duration: " + part.group(2));
            }
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit)));
        }
        Duration duration = Duration.ofNanos(nanos.longValue());
        return whole.group(1).equals("-") ? duration.negated() : duration;
    }
}
