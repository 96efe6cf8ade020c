package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Meters of a unit disappear with it. */
@Timeout(60)
class Rule18MetersTest {

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final Manager manager = Manager.builder().metrics(registry).build();

    private static Counter counter() {
        return Counter.builder().name("things_done").help("Things done").build();
    }

    private long series(String name) {
        MetricSnapshots found = registry.scrape(name::equals);
        return found.stream().mapToLong(metric -> metric.getDataPoints().size()).sum();
    }

    @Test
    void metersAreThereWhileTheUnitIsAndEveryGenerationHasItsOwn() throws Exception {
        try (manager) {
            manager.start();
            RunnableHandle unit = manager.add("unit", context -> {
                context.meter(counter()).inc();
                context.meter(Gauge.builder().name("things_open").help("Things open").build()).set(7);
                context.ready();
                context.awaitStop();
            });
            for (int i = 0; i < 3; i++) {
                Trial.until(() -> series("things_open") == 1);
                assertThat(series("things_done")).isEqualTo(1);
                unit.stop().await();
                assertThat(series("things_done") + series("things_open")).isZero();
                unit.start().await();
            }
            Trial.until(() -> series("things_open") == 1);
            unit.remove().await();
            assertThat(series("things_done") + series("things_open")).isZero();
        }
    }

    @Test
    void theMetersOfAUnitThatFailsOrHangsDisappearToo() throws Exception {
        Trial.Hung hung = new Trial.Hung();
        CountDownLatch fail = new CountDownLatch(1);
        try (manager) {
            manager.start();
            RunnableSpec spec = RunnableSpec.builder("unit").onFailure(FailurePolicy.ISOLATE).build();
            RunnableHandle unit = manager.add(Task.of(spec, context -> {
                context.meter(counter());
                if (context.generation() == 1) {
                    fail.await();
                    throw new IllegalStateException("broken");
                }
                hung.run(context);
            }));
            Trial.until(() -> series("things_done") == 1);
            fail.countDown();
            Trial.until(unit, UnitState.FAILED);
            assertThat(series("things_done")).isZero();
            unit.start();
            Trial.await(hung.entered);
            assertThat(series("things_done")).isEqualTo(1);
            assertThat(unit.stop(StopOptions.drain(Duration.ofMillis(30))).await().outcome())
                    .isEqualTo(StopOutcome.QUARANTINED);
            Trial.until(() -> series("things_done") == 0); // its release has begun, if it is not over yet
            hung.letGo.countDown();
        }
    }

    @Test
    void aNameThatIsTakenIsRefusedAndTheOtherUnitKeepsItsMeter() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        try (manager) {
            manager.start();
            manager.add("first", context -> {
                context.meter(counter());
                context.awaitStop();
            });
            Trial.until(() -> series("things_done") == 1);
            RunnableHandle second = manager.add("second", context -> {
                try {
                    context.meter(counter());
                } catch (NameTakenException e) {
                    refused.set(e);
                }
                context.awaitStop();
            });
            Trial.until(() -> refused.get() != null);
            assertThat(refused.get()).hasMessageContaining("second#1 cannot register the meter things_done");
            second.remove().await();
            assertThat(series("things_done")).isEqualTo(1);
        }
    }
}
