package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Indexes of a job as its status tells them: {@code 1,3-5,7}.
 *
 * @param ranges
 *            those that could be read
 * @param problem
 *            what is wrong with the first that could not be, in Go's words; null when none is
 */
record JobIndexes(List<Range> ranges, @Nullable String problem) {

    /** The first and the last of some. */
    record Range(int first, int last) {
    }

    private static final class WrongRangeException extends Exception {
        private static final long serialVersionUID = 1L;

        WrongRangeException(String message) {
            super(message);
        }
    }

    /** @param completions how many there are */
    static JobIndexes parse(String text, long completions) {
        List<Range> ranges = new ArrayList<>();
        String problem = null;
        Range previous = null;
        for (String each : text.isEmpty() ? new String[0] : text.split(",", -1)) {
            try {
                Range range = range(each, completions);
                ranges.add(range);
                if (problem == null && previous != null && previous.last() >= range.first()) {
                    problem = disorder(previous.last(), range.first());
                }
                previous = range;
            } catch (WrongRangeException e) {
                problem = problem == null ? e.getMessage() : problem;
            }
        }
        return new JobIndexes(ranges, problem);
    }

    private static Range range(String text, long completions) throws WrongRangeException {
        String[] limits = text.split("-", -1);
        if (limits.length > 2) {
            throw new WrongRangeException("the fragment " + GoText.quoted(text)
                    + " violates the requirement that an index interval can have at most two parts separated by '-'");
        }
        int first = index(limits[0], completions);
        if (limits.length == 1) {
            return new Range(first, first);
        }
        int last = index(limits[1], completions);
        if (first >= last) {
            throw new WrongRangeException(disorder(first, last));
        }
        return new Range(first, last);
    }

    private static int index(String text, long completions) throws WrongRangeException {
        long index;
        try {
            index = Long.parseLong(text);
        } catch (NumberFormatException _) {
            throw new WrongRangeException("cannot convert string to integer for index: " + GoText.quoted(text));
        }
        if (index >= completions) {
            throw new WrongRangeException("too large index: " + GoText.quoted(text));
        }
        return (int) index;
    }

    private static String disorder(int previous, int current) {
        return "non-increasing order, previous: " + previous + ", current: " + current;
    }

    /** The first index that is also among others; null when none is. */
    @Nullable
    Integer overlap(JobIndexes others) {
        int mine = 0;
        int theirs = 0;
        while (mine < ranges.size() && theirs < others.ranges().size()) {
            Range one = ranges.get(mine);
            Range other = others.ranges().get(theirs);
            if (one.first() <= other.last() && other.first() <= one.last()) {
                return Math.max(one.first(), other.first());
            }
            if (one.first() <= other.first()) {
                mine++;
            } else {
                theirs++;
            }
        }
        return null;
    }
}
