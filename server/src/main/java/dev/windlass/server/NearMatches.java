package dev.windlass.server;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Names that somebody may have meant who wrote another one. Stateless. */
public final class NearMatches {
    private static final int MOST = 3;

    private NearMatches() {
    }

    static List<String> of(String wanted, Collection<String> names) {
        return names.stream().filter(name -> isNear(wanted, name))
                .sorted(Comparator.<String>comparingInt(name -> distance(wanted, name)).thenComparing(name -> name))
                .limit(MOST).toList();
    }

    /** Whether so few letters differ, one in three or else one, that the name may have been meant; only its last part may, too. */
    public static boolean isNear(String wanted, String name) {
        return distance(wanted, name) < Integer.MAX_VALUE;
    }

    /** 0 for a name that ends with the whole of what was asked for, then by edits; the maximum when it is too far away. */
    private static int distance(String wanted, String name) {
        if (name.equals(wanted) || name.endsWith("/" + wanted)) {
            return 0;
        }
        String last = name.substring(name.lastIndexOf('/') + 1);
        int edits = Math.min(edits(wanted, name), edits(wanted, last));
        return edits <= Math.max(1, wanted.length() / 3) ? edits : Integer.MAX_VALUE;
    }

    private static int edits(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(substituted, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
