package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Sees every request: how many are being answered, and what the last ones came to. Thread-safe. */
public final class Witness {
    private final int capacity;
    private final Deque<Seen> log = new ArrayDeque<>();
    private final AtomicInteger inFlight = new AtomicInteger();

    /** One request that has been answered. */
    public record Seen(RequestInfo info, String path, User user, @Nullable User impersonated, String userAgent,
            int code,
            boolean dryRun, Instant time, Duration duration) {
    }

    /** @param capacity how many answered requests are remembered */
    public Witness(int capacity) {
        this.capacity = capacity;
    }

    void begun() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
    }

    void answered(Seen seen) {
        synchronized (log) {
            log.addLast(seen);
            if (log.size() > capacity) {
                log.removeFirst();
            }
        }
    }

    /** Oldest first. */
    public List<Seen> log() {
        synchronized (log) {
            return new ArrayList<>(log);
        }
    }

    public void clear() {
        synchronized (log) {
            log.clear();
        }
    }

    /** Requests that are being answered, watches not counted. */
    public int inFlight() {
        return inFlight.get();
    }
}
