package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Where a unit stands can be asked at any time, and is told when its stop takes long. */
@Timeout(60)
class DiagnosticsTest {

    private final VirtualTime time = new VirtualTime();
    private final Manager manager = Manager.builder().time(time).build();

    @Test
    void everyThreadOfAUnitTellsWhereItStands() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add("unit", context -> {
            context.forkPlatform("worker", hung::hang);
            hung.run(context);
        });
        Trial.await(hung.entered);
        Trial.until(() -> unit.threads().size() == 2
                && unit.threads().stream().allMatch(thread -> thread.state() == Thread.State.WAITING));
        assertThat(unit.threads()).extracting(ThreadPosition::name).containsExactly("unit#1", "unit#1/worker");
        assertThat(unit.threads()).extracting(ThreadPosition::virtual).containsExactly(true, false);
        assertThat(unit.threads()).allMatch(thread -> thread.stack().contains("Trial$Hung.hang"));
        hung.letGo.countDown();
        Trial.until(unit, UnitState.COMPLETED);
        assertThat(unit.threads()).isEmpty();
        manager.close();
    }

    @Test
    void whoeverAsksTwiceIsToldTheSameTimeAlsoWhenTheWallClockWasSet() throws Exception {
        manager.start();
        RunnableHandle unit = manager.add("unit", RunnableContext::awaitStop);
        unit.ready().await();
        Instant entered = unit.status().since();
        assertThat(entered).isEqualTo(time.now());
        time.advance(Duration.ofMinutes(3));
        time.setForward(Duration.ofHours(1));
        assertThat(unit.status().since()).isEqualTo(entered);
        unit.stop().await();
        assertThat(unit.status().since()).isEqualTo(time.now());
        manager.close();
    }

    @Test
    void aQuarantinedUnitTellsItsThreadsToo() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        RunnableHandle unit = manager.add("unit", hung);
        untilItHangs(unit);
        Operation<StopReport> stop = unit.stop();
        time.advance(Duration.ofSeconds(12));
        assertThat(stop.await().outcome()).isEqualTo(StopOutcome.QUARANTINED);
        assertThat(unit.threads()).singleElement()
                .matches(thread -> thread.name().equals("unit#1") && thread.stack().contains("Trial$Hung.hang"));
        hung.letGo.countDown();
        Trial.until(unit, UnitState.STOPPED);
        assertThat(unit.threads()).isEmpty();
        manager.close();
    }

    @Test
    void aStopThatTakesHalfOfItsBudgetLogsOnceWhereItsThreadsStandAndWhatIsOpen() throws Exception {
        manager.start();
        Trial.Hung hung = new Trial.Hung();
        CountDownLatch blocked = new CountDownLatch(1);
        RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("half-way").drains(true).build(), context -> {
            context.inFlight("request", "GET things", false);
            context.own("socket", "stuck", blocked::await);
            hung.run(context);
        }));
        untilItHangs(unit);
        Operation<StopReport> stop = unit.stop();
        time.advance(Duration.ofMillis(14_999));
        assertThat(RecordedLog.lines("half-way#1")).isEmpty();
        time.advance(Duration.ofMillis(1));
        List<String> lines = RecordedLog.lines("half-way#1");
        assertThat(lines).singleElement().asString()
                .contains("a stop has taken half of its budget").contains("phase=\"WORK\"")
                .contains("thread half-way#1 WAITING\nat ").contains("Trial$Hung.hang").contains("request GET things");
        time.advance(Duration.ofSeconds(14));
        assertThat(RecordedLog.lines("half-way#1")).isEqualTo(lines);
        hung.letGo.countDown();
        blocked.countDown();
        time.advance(Duration.ofSeconds(4));
        stop.await();
        manager.close();
    }

    private static void untilItHangs(RunnableHandle unit) {
        Trial.until(() -> unit.threads().stream().anyMatch(thread -> thread.state() == Thread.State.WAITING
                && thread.stack().contains("Trial$Hung.hang")));
    }
}
