package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What a stopping unit did with its work: goes into its stop report. Thread-safe. */
public final class WorkAccount {

    private static final int SAMPLE = 10;

    private long drained;
    private long handedOver;
    private long discarded;
    private final List<String> sample = new ArrayList<>(0);
    private final List<StopReport> onBehalf = new ArrayList<>(0);

    WorkAccount() {
    }

    /** Adds to the items that were finished after the stop was asked for. */
    public synchronized void drained(long items) {
        drained += items;
    }

    /** Adds to the items that were given to a successor. */
    public synchronized void handedOver(long items) {
        handedOver += items;
    }

    /** Adds to the items that were given up, with names of some of them; 10 in all are kept. */
    public synchronized void discarded(long items, Collection<String> names) {
        discarded += items;
        names.stream().limit(SAMPLE - sample.size()).forEach(sample::add);
    }

    /** Adds the report of a unit elsewhere that was stopped on behalf of this one: it is told after those of the units inside. */
    public synchronized void onBehalf(StopReport report) {
        onBehalf.add(report);
    }

    synchronized List<StopReport> onBehalf() {
        return List.copyOf(onBehalf);
    }

    synchronized long drained() {
        return drained;
    }

    synchronized long handedOver() {
        return handedOver;
    }

    synchronized long discarded() {
        return discarded;
    }

    synchronized List<String> sample() {
        return List.copyOf(sample);
    }
}
