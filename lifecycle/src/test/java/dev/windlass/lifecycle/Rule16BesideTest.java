package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What is beside the current generation and hangs, or ends when it should not, is neither forgotten nor waited for too long. */
@Timeout(60)
class Rule16BesideTest extends Replacing {

    @Test
    void whatIsLetGoAfterItsEndTakesNothingOver() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        BlockingQueue<String> came = new LinkedBlockingQueue<>();
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        RunnableSpec soon = spec().stop(StopOptions.drain(Duration.ofMillis(100))).build();
        ReplaceReport report = unit.replace(Task.of(soon, context -> {
            hung.run(context);
            try {
                context.takeOver();
                came.add("its turn");
            } catch (InterruptedException e) {
                came.add("its end");
            }
        }), SOON.withWarmUp(Duration.ofMillis(5))).await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(Objects.requireNonNull(report.retired()).outcome()).isEqualTo(StopOutcome.QUARANTINED);
        hung.letGo.countDown();
        assertThat(came.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("its end");
        first.keys.add("goes on");
        Trial.until(() -> done.size() == 1);
    }

    @Test
    void whatIsLetGoAfterItWasSucceededFindsNoWork() throws Exception {
        manager.start();
        BlockingQueue<String> came = new LinkedBlockingQueue<>();
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        RunnableSpec soon = RunnableSpec.builder("unit").signalsReadiness(true)
                .stop(StopOptions.drain(Duration.ofMillis(100))).build();
        RunnableHandle unit = manager.add(Task.of(soon, context -> {
            if (context.generation() == 1) {
                hung.run(context);
                came.add(context.carryOver().isPresent() ? "work" : "nothing");
            } else {
                context.carryOver(new Keys.Left(List.of("of the second one")));
                context.ready();
                context.awaitStop();
            }
        }));
        Trial.await(hung.entered);
        assertThat(unit.stop().await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
        unit.start().await();
        hung.letGo.countDown();
        assertThat(came.poll(Trial.HANG.toSeconds(), TimeUnit.SECONDS)).isEqualTo("nothing");
    }

    @Test
    void whatAGenerationBesideDependsOnIsNotStoppedUnderIt() throws Exception {
        manager.start();
        RunnableHandle base = manager.add("base", RunnableContext::awaitStop);
        RunnableHandle unit = manager.add(task(spec().dependsOn("base").build()));
        unit.ready().await();
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        unit.replace(Task.of(spec().dependsOn("base").build(), hung), SOON);
        Trial.await(hung.entered);
        Operation<StopReport> stop = unit.stop();
        Trial.until(() -> unit.threads().size() == 1); // the current one has ended, the other one hangs
        assertThat(Trial.failure(base.stop())).isInstanceOf(RefusedException.class)
                .hasMessageStartingWith("base cannot be stopped: unit depends on it");
        hung.letGo.countDown();
        stop.await();
        base.stop().await();
    }

    @Test
    void aStopEndsWhatIsBesideInItsTimeToo() throws Exception {
        VirtualTime time = new VirtualTime();
        Manager virtual = Manager.builder().time(time).build();
        virtual.start();
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        CountDownLatch drained = latch();
        RunnableHandle unit = virtual.add(Task.of(spec().drains(true).build(), context -> {
            context.handsOver(new Keys(context, done::add));
            context.takeOver();
            context.ready();
            if (context.generation() == 1) {
                context.fork("hung", () -> hung.run(context));
                context.awaitStop();
            } else {
                drained.await();
            }
        }));
        unit.ready().await();
        Trial.await(hung.entered);
        unit.replace(SOON.withProbation(Duration.ZERO));
        Trial.until(() -> unit.generation() == 2 && unit.threads().size() == 2); // that hangs, and the main one of the next
        unit.stop();
        Operation<StopReport> stop = unit.stop(StopOptions.drain(Duration.ofSeconds(3)));
        Trial.settled(unit);
        time.advance(Duration.ofSeconds(3));
        Trial.until(() -> unit.threads().size() < 2);
        time.advance(Duration.ofMillis(200));
        Trial.until(stop::isDone);
        hung.letGo.countDown();
        Trial.end(virtual);
    }

    @Test
    void whenTheOneBeforeEndsWhileTheNextOneIsTakenBackTheOldDescriptionStartsAgain() throws Exception {
        RunnableHandle unit = running();
        Generation first = next();
        Trial.Hung hung = new Trial.Hung();
        latches.add(hung.letGo);
        Operation<ReplaceReport> replace = unit.replace(Task.of(spec().label("version", "2").build(), context -> {
            context.takeOver();
            context.fork("hung", () -> hung.run(context));
            Trial.await(hung.entered);
            throw new IllegalStateException("broken");
        }));
        Trial.until(() -> unit.generation() == 2 && unit.state().isEnding());
        first.ends.add(Optional.of(new IllegalStateException("broken too")));
        Trial.until(() -> unit.threads().size() == 1); // what hangs
        hung.letGo.countDown();
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        Generation third = next();
        assertThat(third.context.id()).isEqualTo("unit#3");
        third.warm.countDown();
        unit.ready().await();
        assertThat(unit.status().labels()).isEmpty();
    }
}
