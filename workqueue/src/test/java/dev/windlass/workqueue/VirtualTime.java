package dev.windlass.workqueue;

import dev.windlass.lifecycle.TimeSource;
import dev.windlass.lifecycle.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A clock that stands still until it is moved; what becomes due runs on the thread that moves it. */
final class VirtualTime implements TimeSource {

    private record Alarm(long due, Runnable action) {
    }

    private final List<Alarm> alarms = new ArrayList<>();
    private volatile long nanos = -5_000_000_000L; // the origin of a monotonic clock is arbitrary, so also negative

    @Override
    public Instant now() {
        return Instant.EPOCH.plusNanos(nanos);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void park(Object blocker, Duration limit) {
        throw new UnsupportedOperationException("nobody parks by this clock");
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable action) {
        Alarm alarm = new Alarm(nanos + delay.toNanos(), action);
        alarms.add(alarm);
        return () -> cancel(alarm);
    }

    private synchronized boolean cancel(Alarm alarm) {
        return alarms.remove(alarm);
    }

    synchronized int armed() {
        return alarms.size();
    }

    void advance(Duration step) {
        List<Alarm> due;
        synchronized (this) {
            nanos += step.toNanos();
            due = alarms.stream().filter(alarm -> alarm.due <= nanos)
                    .sorted(Comparator.comparingLong(alarm -> alarm.due))
                    .toList();
            alarms.removeAll(due);
        }
        due.forEach(alarm -> alarm.action.run());
    }
}
