package dev.windlass.lifecycle;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What a unit's code was loaded by can be collected when the unit has been removed, whatever the host keeps of what it was given. */
@Timeout(120)
class UnloadTest {

    /** Until the most thorough compiler has taken up how a unit is run. */
    private static final int OFTEN = 20_000;

    private final Manager manager = Manager.create();
    /** Everything that the host was ever given. */
    private final Queue<Object> kept = new ConcurrentLinkedQueue<>();
    private @Nullable Subscription events;

    @BeforeEach
    void start() {
        events = manager.subscribe(kept::add);
        Quotas.of(manager).set(Limits.of(CostDimension.WATCHES, 100));
        manager.start();
    }

    @AfterEach
    void end() {
        Objects.requireNonNull(events).close();
        Trial.end(manager);
    }

    /** One load of the unit that registers all that can be. */
    private Unit<RunnableHandle> load(AtomicReference<WeakReference<HotCode>> loader)
            throws ReflectiveOperationException {
        HotCode code = new HotCode();
        loader.set(new WeakReference<>(code));
        @SuppressWarnings("unchecked")
        BiFunction<String, Consumer<Object>, Unit<RunnableHandle>> made = code.make(BiFunction.class,
                "EveryRegistration");
        return made.apply("hot", kept::add);
    }

    private static RunnableHandle inScope(Manager manager, String name, Unit<RunnableHandle> unit)
            throws InterruptedException {
        AtomicReference<@Nullable Unit<RunnableHandle>> once = new AtomicReference<>(unit); // or the scope's own code would hold it
        AtomicReference<@Nullable RunnableHandle> added = new AtomicReference<>();
        CountDownLatch done = new CountDownLatch(1);
        manager.add(name, context -> {
            added.set(context.add(Objects.requireNonNull(once.getAndSet(null))));
            done.countDown();
            context.awaitStop();
        });
        Trial.await(done);
        return Objects.requireNonNull(added.get());
    }

    /** It has failed, was restarted, and runs. */
    private void used(RunnableHandle handle) throws InterruptedException {
        Trial.until(() -> handle.generation() == 2 && handle.state() == UnitState.READY);
        kept.add(handle);
        kept.addAll(handle.children());
        kept.add(handle.status());
        kept.add(handle.details());
        kept.add(handle.threads());
        kept.add(handle.pause());
        kept.add(handle.pause().await());
        kept.add(handle.resume().await());
        kept.add(handle.reconfigure(spec -> spec.label("a", "b")).await());
        kept.add(handle.spec());
        kept.add(handle.stop());
        kept.add(handle.start());
        kept.add(handle.restart().await());
        kept.add(handle.ready());
    }

    private void usedAndRemoved(AtomicReference<WeakReference<HotCode>> loader) throws Exception {
        RunnableHandle handle = inScope(manager, "scope", load(loader));
        used(handle);
        kept.add(handle.remove().await());
    }

    @Test
    void aUnitThatHasBeenRemovedHoldsNothing() throws Exception {
        AtomicReference<WeakReference<HotCode>> loader = new AtomicReference<>();
        usedAndRemoved(loader);
        HotCode.awaitCollected(Trial.present(loader), "a removed unit's code");
        RunnableHandle gone = kept.stream().filter(RunnableHandle.class::isInstance).map(RunnableHandle.class::cast)
                .findFirst().orElseThrow();
        assertThat(gone).returns("scope/hot", RunnableHandle::name).returns("Task", RunnableHandle::kind)
                .returns(UnitState.REMOVED, RunnableHandle::state);
        assertThat(gone.spec().labels()).containsEntry("a", "b");
        assertThat(gone.lastStop()).isPresent();
        assertThat(gone.children()).isEmpty();
        assertThatThrownBy(gone::unit).isInstanceOf(UnknownUnitException.class)
                .hasMessage("scope/hot has been removed: add it again");
        assertThatThrownBy(() -> gone.reconfigure(spec -> spec.label("a", "c")).await())
                .isInstanceOf(UnknownUnitException.class);
        Supplier<?> given = kept.stream().filter(Supplier.class::isInstance).map(Supplier.class::cast).findFirst()
                .orElseThrow();
        assertThatThrownBy(given::get).isInstanceOf(RevokedException.class).hasMessageContaining("use its Supplier");
        assertThat(given).hasToString("revocable and revoked");
    }

    @Test
    void aScopeThatHasBeenRemovedHoldsNothing() throws Exception {
        AtomicReference<WeakReference<HotCode>> loader = new AtomicReference<>();
        RunnableHandle scope = scopeUsed(loader);
        kept.add(scope.remove().await());
        HotCode.awaitCollected(Trial.present(loader), "the code of a removed scope");
    }

    private RunnableHandle scopeUsed(AtomicReference<WeakReference<HotCode>> loader) throws Exception {
        used(inScope(manager, "scope", load(loader)));
        return manager.find("scope").orElseThrow();
    }

    @Test
    void theCodeThatWasReplacedGoesWhileTheNextWorks() throws Exception {
        for (ReplaceMethod method : List.of(ReplaceMethod.WARM, ReplaceMethod.COLD)) {
            AtomicReference<WeakReference<HotCode>> first = new AtomicReference<>();
            AtomicReference<WeakReference<HotCode>> second = new AtomicReference<>();
            RunnableHandle handle = replaced(first, second, method);
            HotCode.awaitCollected(Trial.present(first), "what was replaced, " + method + ",");
            assertThat(handle.state()).isEqualTo(UnitState.READY);
            manager.find(method.name()).orElseThrow().remove().await();
            HotCode.awaitCollected(Trial.present(second), "what replaced it, " + method + ",");
        }
    }

    private RunnableHandle replaced(AtomicReference<WeakReference<HotCode>> first,
            AtomicReference<WeakReference<HotCode>> second, ReplaceMethod method) throws Exception {
        RunnableHandle handle = inScope(manager, method.name(), load(first));
        used(handle);
        if (method == ReplaceMethod.WARM) {
            handle.children().getFirst().remove().await(); // or it is stopped first
        }
        Unit<RunnableHandle> next = load(second);
        ReplaceOptions soon = ReplaceOptions.defaults().withProbation(Duration.ZERO);
        ReplaceReport report = handle.replace(next, soon).await();
        assertThat(report).as(report.toString()).returns(ReplaceOutcome.REPLACED, ReplaceReport::outcome)
                .returns(method, ReplaceReport::method);
        kept.add(report);
        return handle;
    }

    /** The compiler makes the code of units that ran often a part of the manager's, in which others wait then. */
    @Test
    void whatIsCompiledHoldsNoUnitThatRanOften() throws Exception {
        AtomicReference<WeakReference<HotCode>> loader = new AtomicReference<>();
        Waiting waiting = new Waiting();
        runOften(loader, waiting);
        waiting.nanos = Long.MAX_VALUE;
        manager.add("waits", waiting).ready().await();
        HotCode.awaitCollected(Trial.present(loader), "what ran often");
    }

    private static final class Waiting implements ManagedRunnable {

        volatile long nanos = 1_000;

        @Override
        public void run(RunnableContext context) {
            LockSupport.parkNanos(nanos); // nothing else: at what it has not met before, compiled code gives up
        }
    }

    private void runOften(AtomicReference<WeakReference<HotCode>> loader, Waiting other) throws Exception {
        HotCode code = new HotCode();
        loader.set(new WeakReference<>(code));
        ManagedRunnable hot = code.make(ManagedRunnable.class, "Returning");
        for (int i = 0; i < OFTEN; i++) {
            RunnableHandle one = manager.add("often", i % 2 == 0 ? hot : other);
            Trial.until(one, UnitState.COMPLETED);
            one.remove().await();
        }
    }

    @Test
    void anOperationThatFailedHoldsNothing() throws Exception {
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.remove().await();
        AtomicReference<WeakReference<HotCode>> loader = new AtomicReference<>();
        Throwable thrown = thrownThrough(loader, unit::unit);
        assertThat(thrown).isInstanceOf(UnknownUnitException.class);
        List<StackTraceElement> stack = List.of(thrown.getStackTrace());
        assertThat(stack.getFirst().getMethodName()).as("where it was made").isEqualTo("removed");
        assertThat(stack).anyMatch(frame -> frame.getClassName().equals("dev.windlass.hot.Attempt"));
        HotCode.awaitCollected(Trial.present(loader), "code on whose stack an exception was thrown");
        kept.add(thrown);
    }

    private static Throwable thrownThrough(AtomicReference<WeakReference<HotCode>> loader, Runnable call)
            throws ReflectiveOperationException {
        HotCode code = new HotCode();
        loader.set(new WeakReference<>(code));
        @SuppressWarnings("unchecked")
        Function<Runnable, Throwable> attempt = code.make(Function.class, "Attempt");
        return attempt.apply(call);
    }

    @Test
    void aUnitHangsNothingOfItsOwnClassesOnTheManager() throws Exception {
        HotCode code = new HotCode();
        Class<?> own = code.loadClass("dev.windlass.hot.Attempt");
        List<Throwable> refused = new CopyOnWriteArrayList<>();
        CountDownLatch done = new CountDownLatch(1);
        manager.add("unit", context -> {
            context.contextClassLoader(code);
            for (Class<?> type : List.of(own, Function.class)) {
                try {
                    hang(type, own.getConstructor().newInstance());
                } catch (IllegalArgumentException e) {
                    refused.add(e);
                }
            }
            manager.extension(AtomicReference.class, _ -> {
                kept.add(Thread.currentThread().getContextClassLoader());
                return new AtomicReference<>();
            });
            done.countDown();
            context.awaitStop();
        });
        Trial.await(done);
        assertThat(refused).hasSize(2).allSatisfy(e -> assertThat(e).hasMessageContainingAll("unit#1",
                "dev.windlass.hot.Attempt", "keep it in the unit"));
        assertThat(kept).as("what is made runs with the manager's context").contains(HotCode.class.getClassLoader());
    }

    private <T> void hang(Class<T> type, Object made) {
        manager.extension(type, _ -> type.cast(made));
    }
}
