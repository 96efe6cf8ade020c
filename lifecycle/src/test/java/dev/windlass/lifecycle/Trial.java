package dev.windlass.lifecycle;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.HotSpotDiagnosticMXBean.ThreadDumpFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.awaitility.Awaitility;

/** What the tests of this package share: units that behave badly, and bounded waits. */
final class Trial {

    static final Duration HANG = Duration.ofSeconds(20);

    private Trial() {
    }

    /** A unit that ignores interrupts until it is let go. */
    static final class Hung implements ManagedRunnable {

        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch letGo = new CountDownLatch(1);
        final AtomicInteger interrupts = new AtomicInteger();

        @Override
        public void run(RunnableContext context) {
            entered.countDown();
            hang();
        }

        void hang() {
            while (true) {
                try {
                    letGo.await();
                    return;
                } catch (InterruptedException e) {
                    interrupts.incrementAndGet();
                }
            }
        }
    }

    /** A unit whose work, once it is asked to stop, takes until it is let go. */
    static Task draining(String name, CountDownLatch letGo, String... dependencies) {
        return Task.of(RunnableSpec.builder(name).dependsOn(dependencies).drains(true).build(), context -> {
            context.awaitStop();
            letGo.await();
        });
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(HANG.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError("a latch has not opened within " + HANG);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        }
    }

    /**
     * Ends a manager after a test, also after one that failed half-way, whose units still wait for what the test would have done
     * next, on a clock that nobody moves any more.
     */
    static void end(Manager manager) {
        manager.stop(StopOptions.abort());
        until(() -> manager.ended().isDone());
    }

    static void until(BooleanSupplier reached) {
        Awaitility.await().atMost(HANG).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2))
                .until(reached::getAsBoolean);
    }

    static void until(RunnableHandle unit, UnitState state) {
        Awaitility.await(unit.name() + " " + state).atMost(HANG).pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2)).until(unit::state, actual -> actual == state);
    }

    /** Waits until the unit has done with all that it has been told by now: a state is seen before all that comes with it. */
    static void settled(RunnableHandle unit) {
        CountDownLatch done = new CountDownLatch(1);
        unit.cell().post(done::countDown);
        await(done);
    }

    /**
     * Tells a listener of each transition from now on. Returns when it has been told what each unit's state is, which hides what led
     * there; so there has to be a unit.
     */
    static void transitions(Manager manager, Consumer<UnitEvent> listener) {
        CountDownLatch states = new CountDownLatch(manager.units().size());
        if (states.getCount() == 0) {
            throw new IllegalArgumentException("without a unit nobody can see when the current states have been told");
        }
        manager.subscribe(event -> {
            if (event.from() == null) {
                states.countDown();
            } else {
                listener.accept(event);
            }
        });
        await(states);
    }

    /** What has been put there by now. */
    static <T> T present(AtomicReference<T> reference) {
        return Objects.requireNonNull(reference.get(), "nothing there");
    }

    /** The error of an operation that must fail. */
    static LifecycleException failure(Operation<?> operation) throws InterruptedException {
        try {
            Object value = operation.await();
            throw new AssertionError("completed with " + value);
        } catch (LifecycleException e) {
            return e;
        }
    }

    /** Lines of the JVM's own thread dump, which lists parked virtual threads too, of threads whose name starts so. */
    static List<String> threadsNamed(String text) {
        try {
            Path file = Files.createTempFile("threads", ".txt");
            Files.delete(file);
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpThreads(file.toString(),
                    ThreadDumpFormat.TEXT_PLAIN);
            List<String> found = Files.readAllLines(file).stream().filter(line -> line.startsWith("#")
                    && line.contains("\"" + text)).toList();
            Files.delete(file);
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
