package dev.windlass.lifecycle;

import java.util.concurrent.locks.LockSupport;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Test;

/**
 * One handle among threads, against a model: a start that is asked for comes before a stop that is asked for after it, a stop tells
 * the generation that it has ended, and after a removal there is nothing to stop. A start is not awaited, since one that a stop
 * overtakes fails, for which a model without overlaps has no explanation; two stops at once are told of the same end.
 */
public class HandleLincheckTest {

    /** How long an end takes, so that others find it under way. */
    private static final long END_NANOS = 200_000;

    private final Manager manager = Manager.builder().time(new VirtualTime()).build();
    private final RunnableHandle unit;

    public HandleLincheckTest() {
        manager.start();
        unit = manager.add("handle", context -> { // nobody ends it: a name of its own
            context.awaitStop();
            LockSupport.parkNanos(END_NANOS);
        });
    }

    @Operation
    public void start() {
        unit.start();
    }

    @Operation
    public String stop() throws InterruptedException {
        try {
            return "#" + unit.stop().await().generation();
        } catch (UnknownUnitException e) {
            return "removed";
        }
    }

    @Operation(runOnce = true) // what comes after it says little
    public String remove() throws InterruptedException {
        try {
            unit.remove().await();
        } catch (UnknownUnitException e) {
            // another removal was quicker
        }
        return "gone";
    }

    /** The same one after the other. */
    public static final class Model {

        private boolean running = true;
        private boolean removed;
        private int generation = 1;

        public void start() {
            if (!running && !removed) {
                running = true;
                generation++;
            }
        }

        public String stop() {
            running = false;
            return removed ? "removed" : "#" + generation;
        }

        public String remove() {
            removed = true;
            return "gone";
        }
    }

    @Test
    void startStopAndRemoveOfOneHandleAreLinearizable() {
        new StressOptions().iterations(30).invocationsPerIteration(150).threads(3).actorsPerThread(3).actorsBefore(0)
                .actorsAfter(0).sequentialSpecification(Model.class).check(getClass());
    }
}
