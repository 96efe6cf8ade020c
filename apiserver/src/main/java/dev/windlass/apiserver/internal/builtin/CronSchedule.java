package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The schedule of a cron job: five fields, or a word for some of them. Stateless. */
final class CronSchedule {
    private static final Set<String> WORDS = Set.of("@yearly", "@annually", "@monthly", "@weekly", "@daily",
            "@midnight", "@hourly");
    private static final List<String> MONTHS = List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
            "oct", "nov", "dec");
    private static final List<String> DAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");
    private static final List<Bounds> FIELDS = List.of(new Bounds(0, 59, List.of()), new Bounds(0, 23, List.of()),
            new Bounds(1, 31, List.of()), new Bounds(1, 12, MONTHS), new Bounds(0, 6, DAYS));

    private record Bounds(int least, int most, List<String> names) {
    }

    /** Says in the words of the real server what is wrong. */
    private static final class BadSchedule extends Exception {
        BadSchedule(String message) {
            super(message, null, false, false);
        }
    }

    private CronSchedule() {
    }

    /** What is wrong with a schedule, null when nothing is. */
    static @Nullable String problem(String schedule) {
        String rest = schedule;
        if (rest.startsWith("TZ=") || rest.startsWith("CRON_TZ=")) {
            int space = rest.indexOf(' ');
            rest = space < 0 ? "" : GoText.trimmed(rest.substring(space));
        }
        if (rest.startsWith("@")) {
            return WORDS.contains(rest) || rest.startsWith("@every ")
                    ? null
                    : "unrecognized descriptor: " + rest;
        }
        List<String> fields = GoText.fields(rest);
        if (fields.size() != FIELDS.size()) {
            return "expected exactly 5 fields, found " + fields.size() + ": [" + String.join(" ", fields) + "]";
        }
        try {
            for (int i = 0; i < fields.size(); i++) {
                Bounds bounds = FIELDS.get(i);
                for (String range : Arrays.stream(fields.get(i).split(",", -1)).filter(each -> !each.isEmpty())
                        .toList()) {
                    check(range, bounds);
                }
            }
        } catch (BadSchedule e) {
            return e.getMessage();
        }
        return null;
    }

    private static void check(String range, Bounds bounds) throws BadSchedule {
        String[] rangeAndStep = range.split("/", -1);
        String[] ends = rangeAndStep[0].split("-", -1);
        long start = bounds.least();
        long end = bounds.most();
        if (!ends[0].equals("*") && !ends[0].equals("?")) {
            start = number(ends[0], bounds.names(), bounds.least());
            end = start;
            if (ends.length == 2) {
                end = number(ends[1], bounds.names(), bounds.least());
            } else if (ends.length > 2) {
                throw new BadSchedule("too many hyphens: " + range);
            }
        }
        long step = 1;
        if (rangeAndStep.length == 2) {
            step = number(rangeAndStep[1], List.of(), 0);
            end = ends.length == 1 ? bounds.most() : end;
        } else if (rangeAndStep.length > 2) {
            throw new BadSchedule("too many slashes: " + range);
        }
        if (start < bounds.least()) {
            throw new BadSchedule(
                    "beginning of range (%d) below minimum (%d): %s".formatted(start, bounds.least(), range));
        }
        if (end > bounds.most()) {
            throw new BadSchedule("end of range (%d) above maximum (%d): %s".formatted(end, bounds.most(), range));
        }
        if (start > end) {
            throw new BadSchedule("beginning of range (%d) beyond end of range (%d): %s".formatted(start, end, range));
        }
        if (step == 0) {
            throw new BadSchedule("step of range should be a positive number: " + range);
        }
    }

    private static long number(String text, List<String> names, int first) throws BadSchedule {
        int named = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (named >= 0) {
            return named + (long) first;
        }
        if (!text.matches("[+-]?\\d{1,9}")) {
            throw new BadSchedule("failed to parse int from " + text + ": strconv.Atoi: parsing "
                    + GoText.quoted(text) + ": "
                    + (text.matches("[+-]?\\d{20,}") ? "value out of range" : "invalid syntax"));
        }
        long number = Long.parseLong(text);
        if (number < 0) {
            throw new BadSchedule("negative number (%d) not allowed: %s".formatted(number, text));
        }
        return number;
    }
}
