package dev.windlass.controller;

import java.util.ArrayList;
import java.util.List;

/** What a throwable comes from. */
final class Causes {

    /** A chain of causes may be a ring. */
    private static final int MOST = 100;

    private Causes() {
    }

    /** The throwable itself, then its cause, and so on. */
    static List<Throwable> of(Throwable thrown) {
        List<Throwable> chain = new ArrayList<>(2);
        for (Throwable at = thrown; at != null && chain.size() < MOST; at = at.getCause()) {
            chain.add(at);
        }
        return chain;
    }
}
