package dev.windlass.lifecycle;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a unit can cost: a closed set. Each dimension is counted in whole numbers of its own unit. */
public enum CostDimension {
    /** Open streams of changes, one per list-watch. */
    WATCHES,
    /** Open connections to other processes. */
    CONNECTIONS,
    /** Threads of the operating system; virtual threads cost none. */
    PLATFORM_THREADS,
    /** Pieces of work at the same time: workers, permits. */
    CONCURRENCY,
    /** Entries of queues. */
    QUEUE_ITEMS,
    /** Objects kept in memory. */
    CACHED_OBJECTS,
    /** Bytes of objects kept in memory, as they are stored. */
    CACHED_BYTES,
    /** Requests to API servers, sustained. */
    API_REQUESTS_PER_SECOND;

    private final String key = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** How it is written in texts: {@code platform-threads}. */
    public String key() {
        return key;
    }

    /**
     * The dimension that a text names, in upper or lower case.
     *
     * @throws IllegalArgumentException when there is none of that name; names those that there are
     */
    public static CostDimension parse(String text) {
        for (CostDimension dimension : values()) {
            if (dimension.key.equalsIgnoreCase(text)) {
                return dimension;
            }
        }
        List<String> near = Arrays.stream(values()).map(CostDimension::key).filter(known -> near(known, text)).toList();
        throw new IllegalArgumentException("unknown dimension \"%s\": %s".formatted(text, near.isEmpty()
                ? "use " + Arrays.stream(values()).map(CostDimension::key).collect(Collectors.joining(", "))
                : "did you mean " + String.join(" or ", near) + "?"));
    }

    /** Whether the text looks like a beginning, or like a slip of the pen. */
    private static boolean near(String known, String text) {
        String wanted = text.toLowerCase(Locale.ROOT).replace('_', '-');
        return wanted.length() >= 3 && (known.startsWith(wanted) || known.endsWith(wanted)
                || edits(known, wanted) <= Math.max(1, wanted.length() / 4));
    }

    private static int edits(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
