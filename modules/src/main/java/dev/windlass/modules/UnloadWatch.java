package dev.windlass.modules;

import com.sun.management.GarbageCollectionNotificationInfo;
import dev.windlass.lifecycle.TimeSource;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * Watches class loaders go. Each is {@code PENDING} until its phantom reference is enqueued, and {@code PROVED} then; after some
 * collections that would have found it unreachable it is {@code LEAKED}, unless it goes later all the same.
 *
 * <p>The monitor guards all fields. The JVM tells of its collections on a thread of its own, which does nothing here but count and look
 * into the queue.
 */
final class UnloadWatch implements AutoCloseable {

    /** After how many collections a class loader that is still there counts as leaked: one may have begun too early, and one more frees
     * what was softly or finally reachable. */
    static final int COLLECTIONS = 3;

    /** The collectors whose every run looks at the whole heap, and unloads classes. */
    private static final Set<String> WHOLE_HEAP = Set.of("G1 Old Generation", "G1 Concurrent GC", "MarkSweepCompact",
            "PS MarkSweep", "ZGC Major Cycles", "Shenandoah Cycles");

    /** How many reports of unloads that have been proved are kept. */
    private static final int KEPT = 100;

    private final TimeSource time;
    private final ReferenceQueue<ClassLoader> gone = new ReferenceQueue<>();
    private final List<Unloading> all = new ArrayList<>();
    private final NotificationListener listener = (notification, _) -> onCollected(notification);
    private boolean listening;

    UnloadWatch(TimeSource time) {
        this.time = time;
    }

    /** One class loader that is to go. Guarded by the monitor of the watch. */
    final class Unloading extends PhantomReference<ClassLoader> {

        final String module;
        final String version;
        final long load;
        private final List<String> remains;
        private UnloadState state = UnloadState.PENDING;
        private Instant since;
        private int collections;
        private String cause = "";
        private String held = "";
        private List<String> chain = List.of();
        private String remedy = "";

        private Unloading(String module, String version, long load, ClassLoader loader, List<String> remains) {
            super(loader, gone);
            this.module = module;
            this.version = version;
            this.load = load;
            this.remains = remains;
            this.since = time.now();
        }

        private void enter(UnloadState next) {
            if (state != next) {
                state = next;
                since = time.now();
            }
        }

        /** What is known now. */
        UnloadReport report() {
            synchronized (UnloadWatch.this) {
                look();
                return new UnloadReport(module, version, load, state, since, cause, held, chain, remedy, remains);
            }
        }

        /** Says what holds it. */
        void heldBy(String newCause, String what, List<String> references, String what2do) {
            synchronized (UnloadWatch.this) {
                if (state != UnloadState.PROVED) {
                    enter(UnloadState.LEAKED);
                    cause = newCause;
                    held = what;
                    chain = List.copyOf(references);
                    remedy = what2do;
                }
            }
        }
    }

    synchronized Unloading watch(String module, String version, long load, ClassLoader loader, List<String> remains) {
        Unloading unloading = new Unloading(module, version, load, loader, remains);
        all.add(unloading);
        listen(true);
        return unloading;
    }

    /** Those that have not been proved, and the last ones that have. */
    synchronized List<UnloadReport> reports() {
        look();
        return all.stream().map(Unloading::report).toList();
    }

    /** Those of which it is not proved that they are gone. */
    synchronized List<Unloading> open() {
        look();
        return all.stream().filter(one -> one.state != UnloadState.PROVED).toList();
    }

    synchronized long count(UnloadState state) {
        look();
        return all.stream().filter(one -> one.state == state).count();
    }

    private void look() {
        boolean any = false;
        for (Object one = gone.poll(); one != null; one = gone.poll()) {
            if (one instanceof Unloading unloading) {
                unloading.enter(UnloadState.PROVED);
                unloading.cause = "";
                unloading.held = "";
                unloading.chain = List.of();
                unloading.remedy = "";
                any = true;
            }
        }
        if (any) {
            for (int i = 0; all.size() > KEPT && i < all.size();) {
                if (all.get(i).state == UnloadState.PROVED) {
                    all.remove(i);
                } else {
                    i++;
                }
            }
            if (all.stream().allMatch(one -> one.state == UnloadState.PROVED)) {
                listen(false);
            }
        }
    }

    private synchronized void onCollected(Notification notification) {
        if (!notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
                || !(notification.getUserData() instanceof CompositeData data)
                || !WHOLE_HEAP.contains(GarbageCollectionNotificationInfo.from(data).getGcName())) {
            return;
        }
        look();
        for (Unloading one : all) {
            if (one.state == UnloadState.PENDING && ++one.collections >= COLLECTIONS) {
                one.enter(UnloadState.LEAKED);
            }
        }
    }

    private void listen(boolean wanted) {
        if (listening == wanted) {
            return;
        }
        listening = wanted;
        for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
            if (collector instanceof NotificationEmitter emitter && WHOLE_HEAP.contains(collector.getName())) {
                if (wanted) {
                    emitter.addNotificationListener(listener, null, null);
                } else {
                    try {
                        emitter.removeNotificationListener(listener);
                    } catch (ListenerNotFoundException e) {
                        throw new IllegalStateException("somebody else has removed it from " + collector.getName(), e);
                    }
                }
            }
        }
    }

    @Override
    public synchronized void close() {
        listen(false);
    }
}
