package dev.windlass.lifecycle;

import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Units inside another one are replaced together: it decides whether they stay. */
@Timeout(60)
class Rule16TogetherTest extends Replacing {

    private final AtomicReference<@Nullable RunnableContext> scope = new AtomicReference<>();
    private final CountDownLatch running = latch();

    @BeforeEach
    void runAScope() throws InterruptedException {
        manager.start();
        manager.add("scope", context -> {
            scope.set(context);
            running.countDown();
            context.awaitStop();
        });
        Trial.await(running);
    }

    private RunnableContext scope() {
        return Objects.requireNonNull(scope.get());
    }

    private static RunnableSpec named(String name, boolean warmsUp) {
        return RunnableSpec.builder(name).signalsReadiness(true).warmsUp(warmsUp).build();
    }

    private RunnableHandle added(String name) throws InterruptedException {
        RunnableHandle unit = scope().add(task(named(name, true)));
        unit.ready().await();
        next();
        return unit;
    }

    private Replacement replace(RunnableHandle unit, boolean warmsUp) {
        String name = unit.name().substring("scope/".length());
        return scope().replace(unit, task(named(name, warmsUp)), ReplaceOptions.defaults());
    }

    @Test
    void theyAreOnProbationUntilItIsDecidedThatTheyStay() throws Exception {
        Replacement warm = replace(added("a"), true);
        succeeded();
        Replacement cold = replace(added("b"), false);
        succeeded();
        assertThat(warm.probation().await(Trial.HANG)).isTrue();
        assertThat(cold.probation().await(Trial.HANG)).isTrue();
        assertThat(warm.over().isDone() || cold.over().isDone()).isFalse();
        warm.settle(true, "");
        cold.settle(true, "");
        assertThat(warm.over().await(Trial.HANG))
                .returns(ReplaceOutcome.REPLACED, ReplaceReport::outcome)
                .returns(ReplaceMethod.WARM, ReplaceReport::method);
        assertThat(cold.over().await(Trial.HANG))
                .returns(ReplaceOutcome.REPLACED, ReplaceReport::outcome)
                .returns(ReplaceMethod.COLD, ReplaceReport::method);
    }

    @Test
    void oneThatFailsIsOverAndTheOtherIsTakenBack() throws Exception {
        RunnableHandle stands = added("a");
        Replacement first = replace(stands, true);
        succeeded();
        RunnableHandle falls = added("b");
        Replacement second = replace(falls, true);
        Generation failing = succeeded();
        assertThat(first.probation().await(Trial.HANG)).isTrue();
        assertThat(second.probation().await(Trial.HANG)).isTrue();
        failing.ends.add(Optional.of(new IllegalStateException("no")));
        assertThat(second.over().await(Trial.HANG).outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        first.settle(false, "b did not stand the test");
        assertThat(first.over().await(Trial.HANG))
                .returns(ReplaceOutcome.ROLLED_BACK, ReplaceReport::outcome)
                .returns("b did not stand the test", ReplaceReport::message);
        assertThat(stands.generation()).isEqualTo(1);
        assertThat(falls.generation()).isEqualTo(1);
    }

    @Test
    void oneThatIsGivenUpBeforeItHasTakenOverWasNeverOnProbation() throws Exception {
        Replacement replacement = replace(added("a"), true);
        next();
        replacement.settle(false, "not today");
        assertThat(replacement.probation().await(Trial.HANG)).isFalse();
        assertThat(replacement.over().await(Trial.HANG))
                .returns(ReplaceOutcome.FAILED, ReplaceReport::outcome)
                .returns("not today", ReplaceReport::message);
    }

    @Test
    void aDecisionThatComesTooLateDecidesNothingElse() throws Exception {
        RunnableHandle unit = added("a");
        Replacement first = replace(unit, true);
        succeeded();
        first.settle(true, "");
        first.over().await(Trial.HANG);
        Replacement second = replace(unit, true);
        first.settle(false, "too late");
        succeeded();
        assertThat(second.probation().await(Trial.HANG)).isTrue();
        second.settle(true, "");
        assertThat(second.over().await(Trial.HANG).outcome()).isEqualTo(ReplaceOutcome.REPLACED);
    }

    @Test
    void onlyTheUnitAroundThemMayDecide() throws Exception {
        RunnableHandle outside = manager.add("outside", RunnableContext::awaitStop);
        Task next = Task.of("outside", RunnableContext::awaitStop);
        assertThatThrownBy(() -> scope().replace(outside, next, ReplaceOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside is not a unit inside scope");
        RunnableHandle inside = added("a");
        Task other = task(named("b", true));
        assertThatThrownBy(() -> scope().replace(inside, other, ReplaceOptions.defaults()))
                .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the name and the kind stay");
    }
}
