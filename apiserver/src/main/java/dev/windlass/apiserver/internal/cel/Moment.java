package dev.windlass.apiserver.internal.cel;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A timestamp. It remembers how far from UTC the clock was that it was read from, but that only shows: two of the same
 * instant are equal.
 *
 * @param offset
 *            in seconds
 */
record Moment(Instant instant, int offset) implements Comparable<Moment> {
    private static final Pattern TEXT = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)T(\\d{1,2})(:\\d\\d:\\d\\d)(?:[.,](\\d+))?(?:Z|([+-])(\\d\\d):(\\d\\d))");
    private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final int NANO_DIGITS = 9;

    static Moment of(Instant instant) {
        return new Moment(instant, 0);
    }

    /** Reads what RFC 3339 writes, as leniently as Go does; null when it is none. */
    static @Nullable Moment parse(String text) {
        Matcher found = TEXT.matcher(text);
        if (!found.matches()) {
            return null;
        }
        String hour = found.group(2).length() == 1 ? "0" + found.group(2) : found.group(2);
        String fraction = found.group(4) == null ? "" : found.group(4);
        LocalDateTime local;
        try {
            local = LocalDateTime.parse(found.group(1) + "T" + hour + found.group(3)
                    + (fraction.isEmpty()
                            ? ""
                            : "." + fraction.substring(0, Math.min(NANO_DIGITS, fraction.length()))));
        } catch (DateTimeException _) {
            return null;
        }
        int hours = found.group(6) == null ? 0 : Integer.parseInt(found.group(6));
        int minutes = found.group(7) == null ? 0 : Integer.parseInt(found.group(7));
        if (hours > 24 || minutes > 60) {
            return null;
        }
        int offset = (hours * 3600 + minutes * 60) * ("-".equals(found.group(5)) ? -1 : 1);
        return new Moment(local.toInstant(ZoneOffset.UTC).minusSeconds(offset), offset);
    }

    /** Whether expressions know it at all: years have four digits, and there is none before the first. */
    boolean isKnown() {
        return !instant.isBefore(FIRST) && !instant.isAfter(LAST);
    }

    boolean isFirst() {
        return instant.equals(FIRST);
    }

    Moment plus(Duration duration) {
        return new Moment(instant.plus(duration), offset);
    }

    /** What a clock shows that is so far from UTC. */
    LocalDateTime at(int seconds) {
        return LocalDateTime.ofInstant(instant, ZoneOffset.UTC).plusSeconds(seconds);
    }

    @Override
    public int compareTo(Moment other) {
        return instant.compareTo(other.instant);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Moment moment && instant.equals(moment.instant);
    }

    @Override
    public int hashCode() {
        return instant.hashCode();
    }

    @Override
    public String toString() {
        LocalDateTime local = at(offset);
        StringBuilder out = new StringBuilder(local.truncatedTo(ChronoUnit.SECONDS).toString());
        if (local.getSecond() == 0) {
            out.append(":00");
        }
        int nanos = local.get(ChronoField.NANO_OF_SECOND);
        if (nanos > 0) {
            out.append('.').append("%09d".formatted(nanos).replaceFirst("0+$", ""));
        }
        if (offset == 0) {
            return out.append('Z').toString();
        }
        int minutes = Math.abs(offset) / 60;
        return out.append(offset < 0 ? '-' : '+').append("%02d:%02d".formatted(minutes / 60, minutes % 60)).toString();
    }
}
