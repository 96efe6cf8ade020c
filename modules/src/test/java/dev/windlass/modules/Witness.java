package dev.windlass.modules;

import java.util.ArrayList;
import java.util.List;

/** What the modules of these tests have done, told in strings. */
public final class Witness {

    private static final List<String> SEEN = new ArrayList<>();

    private Witness() {
    }

    /** Notes something. */
    public static void saw(String what) {
        synchronized (SEEN) {
            SEEN.add(what);
        }
    }

    static List<String> seen() {
        synchronized (SEEN) {
            return List.copyOf(SEEN);
        }
    }

    static void forget() {
        synchronized (SEEN) {
            SEEN.clear();
        }
    }
}
