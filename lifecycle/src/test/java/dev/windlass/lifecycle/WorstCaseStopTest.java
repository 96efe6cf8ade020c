package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The worst case that a manager publishes is true, wherever its units hang, and no more than it has to be: a stop whose last step
 * hangs takes exactly as long.
 */
@Timeout(120)
class WorstCaseStopTest {

    private static final Duration STEP = Duration.ofMillis(20);

    private final VirtualTime time = new VirtualTime();
    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final List<Trial.Hung> hung = new ArrayList<>();
    private final Trial.Hung extension = another();

    /** Closed last; hangs. */
    private final class Stuck implements AutoCloseable {

        @Override
        public void close() {
            extension.hang();
        }
    }

    /** Where a unit is when it does not listen any more. */
    enum Phase {
        STARTING, RUNNING, DRAINING, SIGNAL, FORK, REQUEST, RELEASE, RUNG, PAUSE, SCOPE, EVERYWHERE
    }

    @AfterEach
    void end() {
        hung.forEach(each -> each.letGo.countDown());
    }

    @ParameterizedTest
    @EnumSource
    void itHoldsWhereverUnitsHang(Phase phase) throws Exception {
        Manager manager = Manager.builder().time(time).metrics(registry).shutdownBudget(Duration.ofSeconds(9)).build();
        manager.extension(Stuck.class, _ -> new Stuck());
        Duration bound = manager.worstCaseStop();
        assertThat(bound).isEqualTo(Duration.ofMillis(9_000 + 600 + 2_000));
        assertThat(published()).isEqualTo(11.6);
        manager.start();
        for (Phase one : phase == Phase.EVERYWHERE ? Phase.values() : new Phase[]{phase}) {
            if (one != Phase.EVERYWHERE) {
                add(manager, one);
            }
        }
        Operation<StopReport> stop = manager.stop();
        for (Duration passed = Duration.ZERO; passed.compareTo(bound) < 0 && !stop.isDone(); passed = passed
                .plus(STEP)) {
            settle(manager);
            time.advance(STEP);
        }
        StopReport report = stop.await(Trial.HANG);
        assertThat(report.duration()).isLessThanOrEqualTo(bound);
        assertThat(report.leftovers()).extracting(Leftover::toString).containsExactly("extension Stuck");
        assertThat(report.children()).isNotEmpty();
    }

    /** Lets those that can go on do so in real time, while the clock of the deadlines stands still. */
    private static void settle(Manager manager) {
        Trial.until(() -> manager.units().stream().flatMap(unit -> unit.threads().stream())
                .noneMatch(thread -> thread.state() == Thread.State.RUNNABLE));
    }

    private double published() {
        return registry.scrape("windlass_worst_case_stop_seconds"::equals).stream()
                .mapToDouble(metric -> ((GaugeSnapshot) metric).getDataPoints().getFirst().getValue()).sum();
    }

    private Trial.Hung another() {
        Trial.Hung one = new Trial.Hung();
        hung.add(one);
        return one;
    }

    /** Adds a unit that hangs there, now or when it is stopped. */
    private void add(Manager manager, Phase phase) throws Exception {
        Trial.Hung here = another();
        RunnableSpec spec = RunnableSpec.builder(phase.name().toLowerCase(Locale.ROOT)).signalsReadiness(true)
                .drains(phase == Phase.DRAINING).cost(Cost.of(CostDimension.WATCHES, 2))
                .group(Group.values()[phase.ordinal() % Group.values().length])
                .stop(StopOptions.drain(Duration.ofHours(1))).build();
        RunnableHandle unit = manager.add(Task.of(spec, context -> run(context, phase, here)));
        if (phase == Phase.STARTING) {
            Trial.await(here.entered);
            return;
        }
        unit.ready().await();
        if (phase == Phase.RUNG) {
            Quotas.of(manager).set(unit.name(), Limits.of(CostDimension.WATCHES, 1));
            Trial.await(here.entered);
        } else if (phase == Phase.PAUSE) {
            unit.pause();
            Trial.await(here.entered);
        }
    }

    private static void run(RunnableContext context, Phase phase, Trial.Hung here) throws Exception {
        switch (phase) {
            case STARTING -> here.run(context);
            case SIGNAL -> context.stopping().onSet(here::hang);
            case FORK -> context.fork("fork", here::hang);
            case REQUEST -> context.inFlight("request", "PUT things/a", true);
            case RELEASE -> context.own("thing", "stuck", here::hang);
            case RUNG -> context.rungs(Map.of(Rung.DEGRADED, Cost.of(CostDimension.WATCHES, 1)),
                    rung -> here.run(context));
            case PAUSE -> context.pausable(new Suspension() {

                @Override
                public void begin() {
                    here.run(context);
                }

                @Override
                public void end() {
                }
            });
            case SCOPE -> context.add("child", here).ready().await();
            default -> {
            }
        }
        context.ready();
        if (phase == Phase.RUNNING) {
            here.run(context);
        }
        context.awaitStop();
        if (phase == Phase.DRAINING) {
            here.run(context);
        }
    }
}
