package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** One generation takes the place of another: beside it where that can be, and never at the price of its work. */
@Timeout(60)
class Rule16ReplaceTest {

    private static final ReplaceOptions SOON = ReplaceOptions.defaults().withProbation(Duration.ofMillis(1));

    private final Manager manager = Manager.create();
    private final BlockingQueue<Generation> generations = new LinkedBlockingQueue<>();
    private final List<String> done = Collections.synchronizedList(new ArrayList<>());
    private final List<CountDownLatch> latches = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void end() {
        latches.forEach(CountDownLatch::countDown);
        Trial.end(manager);
    }

    private CountDownLatch latch() {
        CountDownLatch latch = new CountDownLatch(1);
        latches.add(latch);
        return latch;
    }

    /** One generation of the unit of these tests: gets warm when it is told to, ends when it is told how. */
    private final class Generation {

        final RunnableContext context;
        final Keys keys;
        final CountDownLatch warm = latch();
        final CountDownLatch tookOver = latch();
        final BlockingQueue<Optional<RuntimeException>> ends = new LinkedBlockingQueue<>();

        Generation(RunnableContext context) {
            this.context = context;
            this.keys = new Keys(context, key -> done.add(key + " by #" + context.generation()));
        }

        void run() throws Exception {
            context.handsOver(keys);
            generations.add(this);
            if (context.generation() > 1) {
                warm.await();
            }
            keys.take(context.takeOver());
            context.ready();
            tookOver.countDown();
            Thread worker = context.fork("worker", keys::run);
            context.fork("ends", () -> {
                Optional<RuntimeException> how = ends.take();
                if (how.isPresent()) {
                    throw how.get();
                }
            });
            worker.join();
        }
    }

    private static RunnableSpec.Builder spec() {
        return RunnableSpec.builder("unit").signalsReadiness(true).warmsUp(true);
    }

    private Task task(RunnableSpec spec) {
        return Task.of(spec, context -> new Generation(context).run());
    }

    private Generation next() throws InterruptedException {
        Generation next = generations.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS);
        assertThat(next).as("a further generation").isNotNull();
        return Objects.requireNonNull(next);
    }

    private RunnableHandle running() throws InterruptedException {
        manager.start();
        RunnableHandle unit = manager.add(task(spec().build()));
        unit.ready().await();
        return unit;
    }

    @Test
    void theNextGenerationGetsWarmBesideTheOneThatRunsAndTakesItsWorkOver() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(task(spec().label("version", "2").build()), SOON);
        Generation second = next();
        assertThat(second.context.id()).isEqualTo("unit#2");
        assertThat(unit.generation()).isEqualTo(1);
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().replacing()).startsWith("#2 warms up beside #1 since ");
        assertThat(unit.status().labels()).isEmpty();
        first.keys.add("while it warms up");
        Trial.until(() -> done.size() == 1);
        second.warm.countDown();
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).isEqualTo(ReplaceMethod.WARM);
        assertThat(report.from()).isEqualTo(1);
        assertThat(report.to()).isEqualTo(2);
        StopReport retired = Objects.requireNonNull(report.retired());
        assertThat(retired.generation()).isEqualTo(1);
        assertThat(retired.clean()).isTrue();
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().replacing()).isNull();
        assertThat(unit.status().labels()).containsEntry("version", "2");
        second.keys.add("after it");
        Trial.until(() -> done.size() == 2);
        assertThat(done).containsExactly("while it warms up by #1", "after it by #2");
    }

    @Test
    void whatFailsOnProbationHandsItsWorkBackAndTheOneBeforeGoesOn() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(task(spec().label("version", "2").build()));
        Generation second = next();
        second.warm.countDown();
        Trial.await(second.tookOver);
        assertThat(unit.status().replacing()).startsWith("#2 took over from #1 and is on probation since ")
                .endsWith(", for PT30S");
        assertThat(unit.status().labels()).containsEntry("version", "2");
        second.keys.freeze();
        second.keys.add("left");
        second.ends.add(Optional.of(new IllegalStateException("broken")));
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(Objects.requireNonNull(report.retired()).generation()).isEqualTo(2);
        assertThat(unit.status().id()).isEqualTo("unit#1");
        assertThat(unit.state()).isEqualTo(UnitState.READY);
        assertThat(unit.status().labels()).isEmpty();
        Trial.until(() -> done.contains("left by #1"));
        assertThat(unit.status().carriedOver()).isZero();
        assertThat(manager.stopping()).as("a failure that was rolled back stops no manager").isFalse();
        first.keys.add("goes on");
        Trial.until(() -> done.contains("goes on by #1"));
        Operation<UnitStatus> restart = unit.restart();
        next().warm.countDown();
        assertThat(restart.await().id()).as("no number is given twice").isEqualTo("unit#3");
    }

    @Test
    void whatFailsWhileItWarmsUpDisturbsNothing() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replace(Task.of(spec().build(), context -> {
            throw new IllegalStateException("broken");
        }));
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(unit.status().id()).isEqualTo("unit#1");
        first.keys.add("goes on");
        Trial.until(() -> done.contains("goes on by #1"));
    }

    @Test
    void whatCannotGetWarmIsStartedAfterTheStop() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        ReplaceReport report = unit.replace(Task.of("unit", RunnableContext::awaitStop), SOON).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).isEqualTo(ReplaceMethod.COLD);
        assertThat(report.whyCold()).isEqualTo("the next one does not warm up");
        assertThat(unit.status().id()).isEqualTo("unit#2");
        assertThat(Objects.requireNonNull(report.retired()).reason()).isEqualTo(Reason.REPLACED);
    }

    @Test
    void whatIsStartedAfterTheStopAndFailsIsTakenBackToo() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        ReplaceReport report = unit.replace(Task.of("unit", context -> {
            throw new IllegalStateException("broken");
        })).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("unit#2 failed: java.lang.IllegalStateException: broken");
        assertThat(unit.ready().await().id()).isEqualTo("unit#3");
        assertThat(manager.stopping()).isFalse();
    }
}
