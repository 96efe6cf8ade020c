package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners of transitions: each in order, each on its own thread, none able to hold up a unit or another listener.
 *
 * <p>A listener that is told of the current state of a unit must not be told afterwards of a transition that led there. Units
 * change their state and enter the event in the listeners' backlogs in one step under their monitor; a replay reads the state
 * and notes how far the backlog was entered under the same monitor, and what was entered before is skipped for that unit.
 */
final class EventHub {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final int BACKLOG = 4096;

    private final TimeSource time;
    private final Scheduling scheduling;
    private final Supplier<Collection<UnitCell>> cells;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    EventHub(TimeSource time, Scheduling scheduling, Supplier<Collection<UnitCell>> cells) {
        this.time = time;
        this.scheduling = scheduling;
        this.cells = cells;
    }

    /** Called under the monitor of the unit. */
    void emit(UnitCell cell, UnitCell.Position from, UnitCell.Position to, String actor) {
        if (listeners.isEmpty()) {
            return;
        }
        UnitEvent event = new UnitEvent(cell.name(), cell.spec().kind(), to.generation(), from.state(), to.state(),
                to.reason(), to.message(), actor, time.now(), Duration.ofNanos(to.sinceNanos() - from.sinceNanos()));
        listeners.forEach(listener -> listener.offer(cell, event));
    }

    Subscription subscribe(Consumer<? super UnitEvent> consumer) {
        Listener listener = new Listener(consumer);
        listeners.add(listener);
        listener.begin();
        return listener;
    }

    private record Entry(long number, UnitCell cell, UnitEvent event) {
    }

    /** Its monitor guards all fields but {@code told}, and is not held while the consumer runs. */
    private final class Listener implements Subscription {

        private final Consumer<? super UnitEvent> consumer;
        private final Deque<Entry> backlog = new ArrayDeque<>();
        private boolean running = true;
        private boolean replay = true;
        private boolean closed;
        private long entered;
        private long dropped;
        /** How far a unit's events are contained in the state that was replayed. Used by the delivering thread only. */
        private IdentityHashMap<UnitCell, Long> told = new IdentityHashMap<>(0);
        private long toldUpTo;

        Listener(Consumer<? super UnitEvent> consumer) {
            this.consumer = consumer;
        }

        void begin() {
            scheduling.virtual().inheritInheritableThreadLocals(false).name("events").start(this::deliver);
        }

        void offer(UnitCell cell, UnitEvent event) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                if (backlog.size() == BACKLOG) {
                    backlog.removeFirst();
                    dropped++;
                    replay = true;
                }
                entered++;
                backlog.addLast(new Entry(entered, cell, event));
                if (running) {
                    return;
                }
                running = true;
            }
            begin();
        }

        private void deliver() {
            for (Entry entry = next(); entry != null; entry = next()) {
                if (entry.number() > toldUpTo) {
                    told = new IdentityHashMap<>(0);
                }
                Long contained = told.get(entry.cell());
                if (contained == null || entry.number() > contained) {
                    tell(entry.event());
                }
            }
        }

        private @Nullable Entry next() {
            while (true) {
                synchronized (this) {
                    if (closed || (backlog.isEmpty() && !replay)) {
                        running = false;
                        told = new IdentityHashMap<>(0);
                        return null;
                    }
                    if (!replay) {
                        return backlog.removeFirst();
                    }
                    replay = false;
                }
                replay();
            }
        }

        private void replay() {
            IdentityHashMap<UnitCell, Long> contained = new IdentityHashMap<>();
            for (UnitCell cell : cells.get().stream().sorted(Comparator.comparing(UnitCell::name)).toList()) {
                UnitCell.Position position;
                synchronized (cell) {
                    position = cell.position();
                    contained.put(cell, entered());
                }
                if (isClosed()) {
                    return;
                }
                tell(new UnitEvent(cell.name(), cell.spec().kind(), position.generation(), null, position.state(),
                        position.reason(), position.message(), "manager", time.now(), Duration.ZERO));
            }
            told = contained;
            toldUpTo = entered();
        }

        private synchronized long entered() {
            return entered;
        }

        private synchronized boolean isClosed() {
            return closed;
        }

        private void tell(UnitEvent event) {
            try {
                consumer.accept(event);
            } catch (Throwable e) {
                LOG.atWarn().addKeyValue("unit", event.unit()).addKeyValue("to", event.to()).setCause(e)
                        .log("a listener for lifecycle events failed");
            }
        }

        @Override
        public synchronized long dropped() {
            return dropped;
        }

        @Override
        public void close() {
            synchronized (this) {
                closed = true;
                backlog.clear();
            }
            listeners.remove(this);
        }
    }
}
