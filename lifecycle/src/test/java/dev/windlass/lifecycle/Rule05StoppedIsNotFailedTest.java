package dev.windlass.lifecycle;

import java.nio.channels.ClosedByInterruptException;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class Rule05StoppedIsNotFailedTest {

    @Test
    void interruptionAndCancellationAfterAStopAreNoErrorsHoweverTheyAreWrapped() throws Exception {
        List<Exception> cancellations = List.of(new InterruptedException("i"), new CancellationException("c"),
                new IllegalStateException("wrapped", new InterruptedException("i")),
                new IllegalStateException(new IllegalArgumentException(new ClosedByInterruptException())));
        try (Manager manager = Manager.create()) {
            manager.start();
            for (Exception cancellation : cancellations) {
                RunnableHandle unit = manager.add("unit", context -> {
                    context.awaitStop();
                    throw cancellation;
                });
                unit.ready().await();
                StopReport report = unit.remove().await();
                assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
                assertThat(report.errors()).isEmpty();
                assertThat(unit.status().lastError()).isNull();
            }
            assertThat(manager.stopping()).isFalse();
        }
    }

    @Test
    void anotherErrorAfterAStopIsReportedAndIsNoFailure() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.awaitStop();
                throw new IllegalStateException("no last will");
            });
            unit.ready().await();
            StopReport report = unit.stop().await();
            assertThat(report.outcome()).isEqualTo(StopOutcome.STOPPED);
            assertThat(report.errors()).containsExactly("java.lang.IllegalStateException: no last will");
            assertThat(unit.state()).isEqualTo(UnitState.STOPPED);
            assertThat(manager.stopping()).isFalse();
        }
    }

    @Test
    void cancellationThatNobodyAskedForIsAFailure() throws Exception {
        for (Exception thrown : List.of(new CancellationException("mine"), new InterruptedException("mine"))) {
            try (Manager manager = Manager.create()) {
                manager.start();
                RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit")
                        .onFailure(FailurePolicy.ISOLATE).build(), context -> {
                            throw thrown;
                        }));
                Trial.until(unit, UnitState.FAILED);
                assertThat(unit.status().lastError()).isEqualTo(thrown.toString());
                assertThat(unit.status().reason()).isEqualTo(Reason.FAILED);
                assertThat(unit.lastStop().orElseThrow().outcome()).isEqualTo(StopOutcome.FAILED);
            }
        }
    }

    @Test
    void anErrorInAForkedThreadFailsTheUnit() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").onFailure(FailurePolicy.ISOLATE)
                    .signalsReadiness(true).build(), context -> {
                        context.fork("worker", () -> {
                            throw new java.io.IOException("disk");
                        });
                        context.awaitStop();
                    }));
            Operation<UnitStatus> ready = unit.ready();
            Trial.until(unit, UnitState.FAILED);
            assertThat(unit.status().lastError()).isEqualTo("java.io.IOException: disk");
            assertThat(Trial.failure(ready)).isInstanceOf(UnitFailedException.class)
                    .hasMessageContaining("java.io.IOException: disk");
        }
    }
}
