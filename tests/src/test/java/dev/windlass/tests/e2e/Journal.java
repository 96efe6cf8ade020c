package dev.windlass.tests.e2e;

import dev.windlass.controller.Reconciler;
import dev.windlass.kubernetes.ObjectKey;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What reconcilers were asked and what they saw, as they noted it themselves, and a gate per cluster behind which they wait.
 */
final class Journal {

    /** What a reconciler sees of an object that is not there. */
    static final String GONE = "(gone)";

    private static final int WIDE_OPEN = 1_000_000;

    private final Queue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final Map<String, String> lastSeen = new ConcurrentHashMap<>();
    private final Map<String, String> running = new ConcurrentHashMap<>();
    private final Queue<String> overlaps = new ConcurrentLinkedQueue<>();
    private final Map<String, Semaphore> gates = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** One call: noted when it begins. */
    record Entry(String controller, String cluster, long generation, ObjectKey key) {

        String place() {
            return Journal.place(controller, cluster, key.name());
        }
    }

    /** What a reconciler does; it returns what it saw. */
    @FunctionalInterface
    interface Work<T extends HasMetadata> {

        String reconcile(dev.windlass.controller.Request<T> request, dev.windlass.controller.ReconcileContext context)
                throws Exception;
    }

    private static String place(String controller, String cluster, String name) {
        return controller + " " + cluster + "/" + name;
    }

    /** A reconciler that does the work and notes it. */
    <T extends HasMetadata> Reconciler<T> noting(Work<T> work) {
        return (request, context) -> {
            note(new Entry(context.controller(), request.cluster(), request.clusterGeneration(), request.key()),
                    () -> work.reconcile(request, context));
            return dev.windlass.controller.Result.done();
        };
    }

    /** Does a call's work, behind its cluster's gate, and notes it. */
    void note(Entry entry, Callable<String> work) throws Exception {
        String caller = entry + " on " + Thread.currentThread();
        String other = running.putIfAbsent(entry.place(), caller);
        if (other != null) {
            overlaps.add(caller + " while " + other);
        }
        try {
            entries.add(entry);
            pass(entry.cluster());
            lastSeen.put(entry.place(), work.call());
        } finally {
            running.remove(entry.place(), caller);
        }
    }

    private void pass(String cluster) throws InterruptedException {
        Semaphore gate = gate(cluster);
        waiting.incrementAndGet();
        try {
            gate.acquire();
            gate.release();
        } finally {
            waiting.decrementAndGet();
        }
    }

    private Semaphore gate(String cluster) {
        return gates.computeIfAbsent(cluster, name -> new Semaphore(WIDE_OPEN, true));
    }

    /** From now on reconcilers of a cluster wait before they do anything. */
    void hold(String cluster) {
        gate(cluster).drainPermits();
    }

    /** Lets the reconcilers of a cluster go on. */
    void release(String cluster) {
        gate(cluster).release(WIDE_OPEN);
    }

    void releaseAll() {
        gates.values().forEach(gate -> gate.release(WIDE_OPEN));
    }

    /** How many calls are under way. */
    int running() {
        return running.size();
    }

    /** What the last call for an object saw; null when there was none. */
    @Nullable
    String seen(String controller, String cluster, String name) {
        return lastSeen.get(place(controller, cluster, name));
    }

    /** The names of the objects that calls were for, in one generation of a cluster. */
    Set<String> asked(String controller, String cluster, long generation) {
        return entries.stream()
                .filter(entry -> entry.controller().equals(controller) && entry.cluster().equals(cluster)
                        && entry.generation() == generation)
                .map(entry -> entry.key().name()).collect(Collectors.toCollection(HashSet::new));
    }

    /** How many calls there have been on a cluster. */
    long calls(String cluster) {
        return entries.stream().filter(entry -> entry.cluster().equals(cluster)).count();
    }

    /** Calls for an object that began while another one for it, by the same controller, had not returned. */
    List<String> overlaps() {
        return new ArrayList<>(overlaps);
    }
}
