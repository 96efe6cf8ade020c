package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.json.GoText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Durations as schemas take them: as Go writes them, {@code 1h30m}, and else the sum of whatever in the text is a whole number with a unit after it,
 * {@code 2 days}. Stateless.
 */
public final class GoDuration {
    private static final Pattern PART = Pattern.compile("([0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)([a-zµμ]+)");
    private static final Pattern WHOLE = Pattern.compile("([-+]?)((?:" + PART.pattern() + ")+)");
    private static final Pattern WORDS = Pattern.compile("([0-9]+)[\\t\\n\\f\\r ]*([A-Za-zµ]+)");
    private static final Map<String, Long> NANOS = Map.of("ns", 1L, "us", 1_000L, "µs", 1_000L, "μs", 1_000L, "ms",
            1_000_000L, "s", 1_000_000_000L, "m", 60_000_000_000L, "h", 3_600_000_000_000L);
    private static final List<Unit> UNITS = List.of(new Unit(1, List.of("ns"), "nano"),
            new Unit(1_000, List.of("us", "µs"), "micro"), new Unit(1_000_000, List.of("ms"), "milli"),
            new Unit(1_000_000_000, List.of("s"), "sec"), new Unit(60_000_000_000L, List.of("m"), "min"),
            new Unit(3_600_000_000_000L, List.of("h", "hr"), "hour"),
            new Unit(86_400_000_000_000L, List.of("d"), "day"),
            new Unit(604_800_000_000_000L, List.of("w", "wk"), "week"));

    /** @param beginning what all longer names of the unit begin with */
    private record Unit(long nanos, List<String> names, String beginning) {
        boolean isCalled(String name) {
            return names.contains(name) || name.startsWith(beginning);
        }
    }

    private GoDuration() {
    }

    /** Whether a text is one. */
    public static boolean isDuration(String text) {
        try {
            parse(text);
            return true;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /** What Go's own library says of a text that it does not read; null when it reads it. */
    public static @Nullable String problem(String text) {
        if (exact(text) != null) {
            return null;
        }
        Matcher part = Pattern.compile("[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+").matcher(text);
        int at = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        while (part.find(at) && part.start() == at) {
            int unit = part.end();
            at = unit;
            while (at < text.length() && text.charAt(at) != '.' && !Character.isDigit(text.charAt(at))) {
                at++;
            }
            if (at == unit) {
                return "time: missing unit in duration " + GoText.quoted(text);
            }
            if (!NANOS.containsKey(text.substring(unit, at))) {
                return "time: unknown unit " + GoText.quoted(text.substring(unit, at)) + " in duration "
                        + GoText.quoted(text);
            }
        }
        return "time: invalid duration " + GoText.quoted(text);
    }

    /** How long one is, however long. */
    public static BigInteger nanos(Duration duration) {
        return BigInteger.valueOf(duration.getSeconds()).multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(duration.getNano()));
    }

    /** One as Go's own library reads it; null when it does not. */
    public static @Nullable Duration exactly(String text) {
        BigInteger nanos = exact(text);
        return nanos == null ? null : Duration.ofNanos(nanos.longValueExact());
    }

    /** @throws IllegalArgumentException when it is none */
    public static Duration parse(String text) {
        BigInteger exact = exact(text);
        return Duration.ofNanos(exact == null ? sum(text) : exact.longValueExact());
    }

    /** As Go writes it; null when it is not, or is too long for it. */
    private static @Nullable BigInteger exact(String text) {
        if (text.matches("[-+]?0")) {
            return BigInteger.ZERO;
        }
        Matcher whole = WHOLE.matcher(text);
        if (!whole.matches()) {
            return null;
        }
        BigInteger nanos = BigInteger.ZERO;
        Matcher part = PART.matcher(whole.group(2));
        while (part.find()) {
            Long unit = NANOS.get(part.group(2));
            if (unit == null) {
                return null;
            }
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit))
                    .setScale(0, RoundingMode.DOWN).toBigInteger());
        }
        BigInteger signed = whole.group(1).equals("-") ? nanos.negate() : nanos;
        return signed.bitLength() < Long.SIZE ? signed : null;
    }

    /** What is too large goes round, as it does where this comes from. */
    private static long sum(String text) {
        long nanos = 0;
        boolean any = false;
        Matcher words = WORDS.matcher(text);
        while (words.find()) {
            long factor = Long.parseLong(words.group(1)); // or it is none
            String name = words.group(2).toLowerCase(Locale.ROOT);
            for (Unit unit : UNITS) {
                if (unit.isCalled(name)) {
                    any = true;
                    nanos += factor * unit.nanos();
                }
            }
        }
        if (!any) {
            throw new IllegalArgumentException("no duration: " + text);
        }
        return nanos;
    }
}
