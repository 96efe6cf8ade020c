package dev.windlass.apiserver.internal.rest;

import java.util.ArrayList;
import java.util.List;

/**
 * What only one object can have and a request takes for its own, before it is stored: nobody else can take it until this is closed, by when the object holds
 * it, or will not be stored. One per request; not thread-safe.
 */
public final class Reservation implements AutoCloseable {
    private final boolean dryRun;
    private final List<Runnable> releases = new ArrayList<>();

    Reservation(boolean dryRun) {
        this.dryRun = dryRun;
    }

    /** Whether nothing will be stored, so that nothing need be taken from others. */
    public boolean dryRun() {
        return dryRun;
    }

    /** Says what gives back something that has been taken. */
    public void onClose(Runnable release) {
        releases.add(release);
    }

    @Override
    public void close() {
        releases.forEach(Runnable::run);
    }
}
