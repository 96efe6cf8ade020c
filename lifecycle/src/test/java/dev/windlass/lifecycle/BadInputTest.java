package dev.windlass.lifecycle;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Errors name the thing, the value and the remedy. */
@Timeout(60)
class BadInputTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a/", "/a", "a//b", "-a", "a-", ".", "a b", "ä", "a\n", "a/../b", "a#1"})
    void illegalNamesAreRefused(String name) {
        assertThatThrownBy(() -> RunnableSpec.named(name)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unit name \"" + name + "\"");
        assertThatThrownBy(() -> RunnableSpec.builder("unit").dependsOn(name))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void namesAreOfBoundedLengthAlsoInsideAScope() throws Exception {
        String longest = "x".repeat(253);
        assertThat(RunnableSpec.named(longest).name()).isEqualTo(longest);
        assertThatThrownBy(() -> RunnableSpec.named(longest + "x")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("254 characters: use 1 to 253");
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle scope = manager.add(Task.of(RunnableSpec.builder("scope").onFailure(FailurePolicy.ISOLATE)
                    .build(), context -> context.add(longest, RunnableContext::awaitStop)));
            Trial.until(scope, UnitState.FAILED);
            assertThat(scope.status().lastError()).contains("259 characters");
        }
    }

    @Test
    void legalNamesAreTaken() {
        for (String name : List.of("a", "A-1.b_c", "cluster/north/websites", "0")) {
            assertThat(RunnableSpec.named(name).name()).isEqualTo(name);
        }
    }

    @Test
    void budgetsThatMakeNoSenseAreRefused() {
        Duration negative = Duration.ofMillis(-1);
        assertThatThrownBy(() -> StopOptions.drain(negative)).isInstanceOf(IllegalArgumentException.class)
                .hasMessage("stop option budget is PT-0.001S: it must be between nothing and PT8760H");
        assertThatThrownBy(() -> new StopOptions(StopMode.DRAIN, Duration.ZERO, negative, Duration.ZERO, false))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("inFlight");
        assertThatThrownBy(() -> StopOptions.drain(ChronoUnit.FOREVER.getDuration()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Manager.builder().shutdownBudget(Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("shutdown budget is PT0S");
        assertThatThrownBy(() -> Manager.builder().operationDeadline(negative))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("operation deadline");
    }

    @Test
    void sharesOfABudgetAddUpToIt() {
        for (long nanos : new long[]{0, 1, 14, 15, 1_000_000_007, Duration.ofDays(365).toNanos()}) {
            StopOptions options = StopOptions.drain(Duration.ofNanos(nanos));
            assertThat(options.budget()).isEqualTo(Duration.ofNanos(nanos));
        }
        assertThat(StopOptions.drain(Duration.ofSeconds(30))).isEqualTo(StopOptions.defaults());
    }

    @Test
    void timesBeyondAllMeasureAreForEver() throws Exception {
        Duration forEver = ChronoUnit.FOREVER.getDuration();
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle sleeper = manager.add(Task.of(RunnableSpec.builder("sleeper")
                    .stop(StopOptions.drain(Duration.ofDays(365))).drains(true).build(), context -> {
                        context.schedule(forEver, () -> {
                        });
                        context.sleep(forEver);
                    }));
            sleeper.ready().await(forEver);
            assertThat(sleeper.stop().await(forEver).outcome()).isEqualTo(StopOutcome.STOPPED);
        }
    }

    @Test
    void aNameIsTakenOnce() {
        try (Manager manager = Manager.create()) {
            manager.add("unit", RunnableContext::awaitStop);
            assertThatThrownBy(() -> manager.add("unit", RunnableContext::awaitStop))
                    .isInstanceOf(NameTakenException.class)
                    .hasMessage("a unit named \"unit\" exists (Task, NEW): choose another name, or remove it first");
        }
    }

    @Test
    void aDependencyThatDoesNotExistIsAllowedAndWaitedFor() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle unit = manager.add(Task.of(RunnableSpec.builder("unit").dependsOn("cluster/nowhere").build(),
                    RunnableContext::awaitStop));
            Trial.until(unit, UnitState.PENDING);
            assertThat(unit.status().reason()).isEqualTo(Reason.WAITING);
            assertThat(unit.status().message()).contains("cluster/nowhere");
            manager.add("cluster/nowhere", RunnableContext::awaitStop);
            unit.ready().await(Trial.HANG);
        }
    }

    @Test
    void anAddAfterTheStopIsRefusedAndItsCodeNeverRuns() throws Exception {
        Manager manager = Manager.create();
        manager.start();
        manager.stop().await();
        assertThatThrownBy(() -> manager.add("unit", context -> {
            throw new AssertionError("it ran");
        })).isInstanceOf(StoppingException.class).hasMessageContaining("unit").hasMessageContaining("stop");
        assertThat(manager.find("unit")).isEmpty();
    }

    @Test
    void aQuotaBelowWhatSystemUnitsNeedIsRefusedAndChangesNothing() throws Exception {
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle system = manager.add(Task.of(RunnableSpec.builder("system").priority(PriorityClass.SYSTEM)
                    .cost(Cost.of(CostDimension.WATCHES, 5)).build(), RunnableContext::awaitStop));
            system.ready().await();
            Quotas quotas = Quotas.of(manager);
            quotas.set(Limits.of(CostDimension.WATCHES, 9)).await();
            assertThat(Trial.failure(quotas.set(Limits.of(CostDimension.WATCHES, 4))))
                    .isInstanceOf(RefusedException.class).hasMessageContaining("5").hasMessageContaining("4");
            assertThat(quotas.limits()).isEqualTo(Limits.of(CostDimension.WATCHES, 9));
            assertThat(system.state()).isEqualTo(UnitState.READY);
        }
    }

    @Test
    void anUnknownDimensionIsRefusedWithOneThatLooksLikeIt() {
        assertThatThrownBy(() -> Limits.parse("watchs=40")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"watchs\"").hasMessageContaining("watches");
        assertThatThrownBy(() -> Limits.parse("watches=-1")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("watches");
    }

    @Test
    void aQuotaFileWithATypoChangesNothingAndSaysWhere(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("limits"), "watches=40\nwatchs=1\n");
        try (Manager manager = Manager.create()) {
            manager.start();
            RunnableHandle limits = manager.add(LimitsFile.at(file));
            Trial.until(() -> limits.status().message().contains("watchs")
                    || String.valueOf(limits.status().lastError()).contains("watchs"));
            assertThat(Quotas.of(manager).limits()).isEqualTo(Limits.none());
            assertThat(manager.stopping()).isFalse();
        }
    }

    @Test
    void aManagerStartsOnce() {
        try (Manager manager = Manager.create()) {
            manager.start();
            assertThatThrownBy(manager::start).isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("a manager starts once");
        }
    }

    @Test
    void aHealthCheckIsNamedOnce() {
        try (Manager manager = Manager.create()) {
            manager.health().add("check", HealthKind.LIVENESS, () -> {
            });
            assertThatThrownBy(() -> manager.health().add("check", HealthKind.LIVENESS, () -> {
            })).isInstanceOf(NameTakenException.class).hasMessageContaining("a liveness check named \"check\"");
        }
    }
}
