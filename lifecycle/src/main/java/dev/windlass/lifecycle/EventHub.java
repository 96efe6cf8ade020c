package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners of transitions: each in order, each on its own thread, none able to hold up a unit or another listener. */
final class EventHub {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final int BACKLOG = 4096;

    private final TimeSource time;
    private final Supplier<Collection<UnitCell>> cells;
    private final List<Listener> listeners = new CopyOnWriteArrayList<>();

    EventHub(TimeSource time, Supplier<Collection<UnitCell>> cells) {
        this.time = time;
        this.cells = cells;
    }

    void emit(UnitCell cell, UnitCell.Position from, Reason reason, String message, String actor, long now) {
        if (listeners.isEmpty()) {
            return;
        }
        UnitEvent event = new UnitEvent(cell.name(), cell.spec().kind(), cell.generation(), from.state(), cell.state(),
                reason, message, actor, time.now(), Duration.ofNanos(now - from.sinceNanos()));
        listeners.forEach(listener -> listener.offer(event));
    }

    Subscription subscribe(Consumer<? super UnitEvent> consumer) {
        Listener listener = new Listener(consumer);
        listeners.add(listener);
        listener.begin();
        return listener;
    }

    /** Its monitor guards all fields and is not held while the consumer runs. */
    private final class Listener implements Subscription {

        private final Consumer<? super UnitEvent> consumer;
        private final Deque<UnitEvent> backlog = new ArrayDeque<>();
        private boolean running = true;
        private boolean replay = true;
        private boolean closed;
        private long dropped;

        Listener(Consumer<? super UnitEvent> consumer) {
            this.consumer = consumer;
        }

        void begin() {
            Thread.ofVirtual().name("events").start(this::deliver);
        }

        void offer(UnitEvent event) {
            synchronized (this) {
                if (closed) {
                    return;
                }
                if (backlog.size() == BACKLOG) {
                    backlog.removeFirst();
                    dropped++;
                    replay = true;
                }
                backlog.addLast(event);
                if (running) {
                    return;
                }
                running = true;
            }
            begin();
        }

        private void deliver() {
            for (UnitEvent event = next(); event != null; event = next()) {
                tell(event);
            }
        }

        private @Nullable UnitEvent next() {
            while (true) {
                synchronized (this) {
                    if (closed || (backlog.isEmpty() && !replay)) {
                        running = false;
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
            Instant now = time.now();
            cells.get().stream().sorted(java.util.Comparator.comparing(UnitCell::name)).forEach(cell -> {
                UnitCell.Position position = cell.position();
                tell(new UnitEvent(cell.name(), cell.spec().kind(), cell.generation(), null, position.state(),
                        position.reason(), position.message(), "manager", now, Duration.ZERO));
            });
        }

        private void tell(UnitEvent event) {
            try {
                consumer.accept(event);
            } catch (RuntimeException e) {
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
