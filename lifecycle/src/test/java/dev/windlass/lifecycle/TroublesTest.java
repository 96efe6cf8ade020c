package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A unit in trouble is not silent: the log warns of each change once, and whoever does not wait any longer is told why. */
@Timeout(60)
class TroublesTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();
    private final BlockingQueue<Consumer<RunnableContext>> words = new LinkedBlockingQueue<>();

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    /** A unit that says what it is told to say. */
    private RunnableHandle puppet(String name) {
        manager.start();
        return manager.add(Task.of(RunnableSpec.builder(name).signalsReadiness(true).build(), context -> {
            while (true) {
                words.take().accept(context);
            }
        }));
    }

    private void say(RunnableHandle unit, Consumer<RunnableContext> said, UnitState state, String message) {
        words.add(said);
        Trial.until(() -> unit.state() == state && unit.status().message().contains(message));
        Trial.settled(unit);
    }

    private void backoff(RunnableHandle unit, String why, int seconds) {
        say(unit, context -> context.backoff(why, Duration.ofSeconds(seconds)), UnitState.BACKOFF,
                why + "; tries again at " + time.now().plusSeconds(seconds));
    }

    @Test
    void aUnitThatBacksOffIsLoggedOncePerChangeAndNotPerAttempt() {
        RunnableHandle unit = puppet("backs-off");
        backoff(unit, "connection refused", 1);
        backoff(unit, "connection refused", 2);
        backoff(unit, "connection refused", 4);
        assertThat(RecordedLog.lines("backs-off#1")).singleElement().asString().startsWith("WARN")
                .contains("BACKOFF: connection refused; tries again at ");
        backoff(unit, "no route to host", 8);
        assertThat(RecordedLog.lines("backs-off#1")).hasSize(2).last().asString().contains("no route to host");
    }

    @Test
    void aUnitThatIsHinderedWhileItStartsIsLoggedAndOneThatOnlyWaitsIsNot() {
        RunnableHandle unit = puppet("hindered");
        say(unit, context -> context.waiting("a list"), UnitState.STARTING, "waits for a list");
        assertThat(RecordedLog.lines("hindered#1")).isEmpty();
        say(unit, context -> context.hindered("a kind that is not installed"), UnitState.STARTING, "not installed");
        say(unit, context -> context.hindered("a kind that is not installed"), UnitState.STARTING, "not installed");
        assertThat(RecordedLog.lines("hindered#1")).singleElement().asString().startsWith("WARN")
                .contains("STARTING: waits for a kind that is not installed");
    }

    @Test
    void aUnitThatFlapsIsLoggedSomeTimesInTenMinutes() {
        RunnableHandle unit = puppet("flaps");
        say(unit, RunnableContext::ready, UnitState.READY, "");
        for (int i = 0; i < 100; i++) {
            say(unit, context -> context.degraded("lost"), UnitState.DEGRADED, "lost");
            say(unit, RunnableContext::ready, UnitState.READY, "");
        }
        List<String> first = RecordedLog.lines("flaps#1");
        assertThat(first).hasSize(5).allMatch(line -> line.startsWith("WARN") && line.contains("DEGRADED: lost"));
        assertThat(first.getLast()).contains("further changes are not logged for up to PT10M");
        time.advance(Duration.ofMinutes(10));
        say(unit, context -> context.degraded("lost"), UnitState.DEGRADED, "lost");
        assertThat(RecordedLog.lines("flaps#1")).hasSize(6).last().asString()
                .contains("95 changes before this one were not logged");
    }

    @Test
    void whatIsStoppedWithADependencyIsNotWarnedOf() throws Exception {
        manager.start();
        manager.add("asked-to-stop", RunnableContext::awaitStop).ready().await();
        RunnableSpec spec = RunnableSpec.builder("lacks-it").dependsOn("asked-to-stop").build();
        RunnableHandle dependent = manager.add(Task.of(spec, RunnableContext::awaitStop));
        dependent.ready().await();
        manager.find("asked-to-stop").orElseThrow().stop(StopOptions.drain(Duration.ofSeconds(30)).withCascade())
                .await();
        Trial.settled(dependent);
        assertThat(RecordedLog.lines("lacks-it#1")).isEmpty();
    }

    @Test
    void whoeverDoesNotWaitAnyLongerIsToldWhatIsWrong() {
        RunnableHandle unit = puppet("awaited");
        say(unit, context -> context.waiting("its turn"), UnitState.STARTING, "its turn");
        Operation<UnitStatus> ready = unit.ready();
        assertThatThrownBy(() -> ready.await(Duration.ZERO)).isInstanceOf(DeadlineException.class).hasMessage(
                "the readiness of awaited has not completed within PT0S: awaited is STARTING: waits for its turn");
    }
}
