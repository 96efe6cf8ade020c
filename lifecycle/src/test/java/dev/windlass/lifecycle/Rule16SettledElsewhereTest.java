package dev.windlass.lifecycle;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Whether the next generation stays can be decided from outside, where units are replaced together. */
@Timeout(60)
class Rule16SettledElsewhereTest extends Replacing {

    /** A unit that is replaced together with others, elsewhere decided. */
    private static final class Settled extends RunnableHandle {

        Settled(RunnableHandle base) {
            super(base);
        }

        Operation<ReplaceReport> replaceBy(Unit<Settled> next) {
            return replaceWith(next, ReplaceOptions.defaults().withProbation(ReplaceOptions.LONGEST));
        }

        void settle(boolean stays) {
            settleReplace(stays, "the others did not stand the test");
        }
    }

    private Unit<Settled> settled(boolean warmsUp) {
        RunnableSpec described = spec().warmsUp(warmsUp).build();
        return new Unit<>() {

            @Override
            public RunnableSpec spec() {
                return described;
            }

            @Override
            public ManagedRunnable newInstance() {
                return context -> new Generation(context).run();
            }

            @Override
            public Settled handle(RunnableHandle base) {
                return new Settled(base);
            }
        };
    }

    private Settled runningSettled() throws InterruptedException {
        manager.start();
        Settled unit = manager.add(settled(true));
        unit.ready().await();
        return unit;
    }

    @Test
    void oneThatIsSettledFromElsewhereStaysAtOnce() throws Exception {
        Settled unit = runningSettled();
        next();
        Operation<ReplaceReport> replace = unit.replaceBy(settled(true));
        succeeded();
        Trial.until(() -> String.valueOf(unit.status().replacing()).contains("until that is decided elsewhere"));
        unit.settle(true);
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
        unit.settle(false); // too late, and nothing happens
        assertThat(unit.generation()).isEqualTo(2);
    }

    @Test
    void oneThatIsSettledBeforeItsTurnHasNoProbation() throws Exception {
        Settled unit = runningSettled();
        next();
        Operation<ReplaceReport> replace = unit.replaceBy(settled(true));
        Generation next = next();
        unit.settle(true);
        next.warm.countDown();
        assertThat(replace.await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
    }

    @Test
    void oneThatIsTakenBackFromElsewhereGivesTheWorkBack() throws Exception {
        Settled unit = runningSettled();
        Generation first = next();
        Operation<ReplaceReport> replace = unit.replaceBy(settled(true));
        succeeded();
        unit.settle(false);
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("the others did not stand the test");
        first.keys.add("a");
        Trial.until(() -> done.contains("a by #1"));
    }

    @Test
    void oneThatIsTakenBackWhileItGetsWarmDisturbsNobody() throws Exception {
        Settled unit = runningSettled();
        next();
        Operation<ReplaceReport> replace = unit.replaceBy(settled(true));
        next();
        unit.settle(false);
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.FAILED);
        assertThat(report.message()).contains("the others did not stand the test");
        assertThat(unit.status().id()).isEqualTo("unit#1");
    }

    @Test
    void aColdOneIsSettledFromElsewhereToo() throws Exception {
        Settled unit = runningSettled();
        next();
        Operation<ReplaceReport> replace = unit.replaceBy(settled(false));
        succeeded();
        unit.settle(false);
        ReplaceReport report = replace.await();
        assertThat(report.outcome()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("the others did not stand the test");
        next().warm.countDown();
        Trial.until(() -> unit.generation() == 3 && unit.state() == UnitState.READY);
        Operation<ReplaceReport> again = unit.replaceBy(settled(false));
        Generation last = next();
        unit.settle(true);
        last.warm.countDown();
        assertThat(again.await().outcome()).isEqualTo(ReplaceOutcome.REPLACED);
    }
}
