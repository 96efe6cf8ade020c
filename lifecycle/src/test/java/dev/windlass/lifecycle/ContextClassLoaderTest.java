package dev.windlass.lifecycle;

import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The context class loader that a unit says is that of its threads and of the units inside, for as long as those are there. */
@Timeout(60)
class ContextClassLoaderTest {

    private static final ClassLoader OURS = Objects.requireNonNull(Thread.currentThread().getContextClassLoader());

    private final Manager manager = Manager.create();
    private final Map<String, ClassLoader> seen = new ConcurrentHashMap<>();

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private static ClassLoader loader() {
        return new URLClassLoader(new URL[0], OURS);
    }

    private void look(String where) {
        seen.put(where, Thread.currentThread().getContextClassLoader());
    }

    @Test
    void threadsOfEveryKindHaveIt() throws Exception {
        manager.start();
        ClassLoader said = loader();
        ClassLoader another = loader();
        RunnableHandle scope = manager.add("scope", context -> {
            look("before");
            context.fork("early", () -> look("early")).join();
            CountDownLatch ready = new CountDownLatch(2);
            context.fork("waits", () -> {
                ready.countDown();
                context.stopping().await();
                look("waits");
            });
            context.fork("another", () -> {
                Thread.currentThread().setContextClassLoader(another);
                ready.countDown();
                context.stopping().await();
                look("another");
            });
            ready.await();
            context.contextClassLoader(said);
            look("main");
            context.fork("virtual", () -> look("virtual"));
            context.forkPlatform("platform", () -> look("platform"));
            context.schedule(Duration.ZERO, () -> look("timer"));
            context.stopping().onSet(() -> look("signal"));
            context.own("thing", "one", () -> look("release"));
            context.add("inside", inside -> {
                look("inside");
                inside.add("deeper", deeper -> {
                    look("deeper");
                    deeper.awaitStop();
                });
                inside.awaitStop();
            });
            context.awaitStop();
        });
        Trial.until(() -> seen.size() == 8);
        scope.stop().await();
        assertThat(seen).hasSize(12).containsEntry("before", OURS).containsEntry("early", OURS)
                .containsEntry("another", another);
        seen.keySet().removeAll(List.of("before", "early", "another"));
        assertThat(seen).allSatisfy((where, loader) -> assertThat(loader).as(where).isSameAs(said));
    }

    @Test
    void itGoesWithTheGeneration() throws Exception {
        manager.start();
        AtomicReference<RunnableContext> first = new AtomicReference<>();
        RunnableHandle unit = manager.add("unit", context -> {
            look("unit#" + context.generation());
            if (first.compareAndSet(null, context)) {
                context.contextClassLoader(loader());
            }
            context.awaitStop();
        });
        Trial.until(() -> seen.size() == 1);
        unit.restart().await();
        Trial.until(() -> seen.size() == 2);
        assertThat(seen).containsEntry("unit#2", OURS);
        assertThatThrownBy(() -> Objects.requireNonNull(first.get()).contextClassLoader(loader()))
                .isInstanceOf(RevokedException.class);
    }

    @Test
    void aUnitInsideKeepsTheOneThatItWasDeclaredUnder() throws Exception {
        manager.start();
        ClassLoader one = loader();
        ClassLoader two = loader();
        AtomicReference<RunnableContext> scope = new AtomicReference<>();
        CountDownLatch running = new CountDownLatch(1);
        manager.add("scope", context -> {
            context.contextClassLoader(one);
            scope.set(context);
            running.countDown();
            context.awaitStop();
        });
        Trial.await(running);
        RunnableContext context = Objects.requireNonNull(scope.get());
        BlockingQueue<Optional<ClassLoader>> started = new LinkedBlockingQueue<>();
        ManagedRunnable code = inside -> {
            started.add(Optional.of(Thread.currentThread().getContextClassLoader()));
            inside.awaitStop();
        };
        RunnableHandle inside = context.add("inside", code);
        assertThat(next(started)).isSameAs(one);
        context.contextClassLoader(two);
        inside.restart().await();
        assertThat(next(started)).as("after a restart").isSameAs(one);
        Replacement taken = context.replace(inside, Task.of("inside", code), ReplaceOptions.defaults());
        assertThat(next(started)).as("the next one").isSameAs(two);
        taken.settle(false, "to see what comes back");
        assertThat(taken.over().await(Trial.HANG).outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(next(started)).as("the one before, started again").isSameAs(one);
        inside.reconfigure(builder -> builder.label("a", "b")).await();
        Replacement kept = context.replace(inside, Task.of(RunnableSpec.builder("inside").warmsUp(true).build(), code),
                ReplaceOptions.defaults());
        kept.settle(true, "");
        kept.over().await(Trial.HANG);
        assertThat(next(started)).isSameAs(two);
        inside.restart().await();
        assertThat(next(started)).as("the next one, after a restart").isSameAs(two);
    }

    private static ClassLoader next(BlockingQueue<Optional<ClassLoader>> started) throws InterruptedException {
        Optional<ClassLoader> next = started.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a further start").isNotNull();
        return next.orElseThrow();
    }

    @Test
    void nothingHoldsItWhenTheUnitsAreGone() throws Exception {
        manager.start();
        WeakReference<ClassLoader> gone = cameAndWent();
        Awaitility.await().atMost(Trial.HANG).until(() -> {
            System.gc();
            return gone.refersTo(null);
        });
    }

    private WeakReference<ClassLoader> cameAndWent() throws InterruptedException {
        AtomicReference<WeakReference<ClassLoader>> said = new AtomicReference<>();
        CountDownLatch fired = new CountDownLatch(2);
        RunnableHandle scope = manager.add("scope", context -> {
            ClassLoader loader = loader();
            said.set(new WeakReference<>(loader));
            context.contextClassLoader(loader);
            context.schedule(Duration.ofMillis(1), fired::countDown);
            context.add("inside", inside -> {
                inside.schedule(Duration.ofMillis(1), fired::countDown);
                inside.awaitStop();
            });
            context.awaitStop();
        });
        Trial.await(fired);
        manager.add("busy", context -> { // keeps the thread of the timers, which the scope was the first to need
            while (context.sleep(Duration.ofMillis(1))) {
                context.schedule(Duration.ofMillis(1), () -> {
                });
            }
        });
        scope.remove().await();
        return Objects.requireNonNull(said.get());
    }
}
