package dev.windlass.lifecycle;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Rule 4 and rule 1 among threads: a name is taken by one unit at a time, free at once after its removal, and its generations
 * rise.
 */
@Param(name = "name", gen = IntGen.class, conf = "1:2")
public class RegistryLincheckTest {

    private final Manager manager = Manager.create();
    /** What each thread has added and not removed: no thread touches another's. */
    private final @Nullable RunnableHandle[] added = new RunnableHandle[8];

    @Operation
    public String add(@Param(name = "name") int name, @Param(gen = ThreadIdGen.class) int thread) {
        if (added[thread] != null) {
            return "busy";
        }
        try {
            added[thread] = manager.add("unit-" + name, context -> {
            });
            return added[thread].toString();
        } catch (NameTakenException e) {
            return "taken";
        }
    }

    @Operation
    public String stop(@Param(gen = ThreadIdGen.class) int thread) throws InterruptedException {
        RunnableHandle mine = added[thread];
        if (mine == null) {
            return "none";
        }
        mine.stop().await();
        return mine.toString();
    }

    @Operation
    public String start(@Param(gen = ThreadIdGen.class) int thread) {
        RunnableHandle mine = added[thread];
        if (mine == null) {
            return "none";
        }
        mine.start();
        return mine.toString();
    }

    @Operation
    public String remove(@Param(gen = ThreadIdGen.class) int thread) throws InterruptedException {
        RunnableHandle mine = added[thread];
        if (mine == null) {
            return "none";
        }
        added[thread] = null;
        mine.remove().await();
        return mine.toString();
    }

    @Operation
    public String find(@Param(name = "name") int name) {
        return manager.find("unit-" + name).map(RunnableHandle::name).orElse("none");
    }

    @Test
    void addStopStartAndRemoveFromManyThreadsAreLinearizable() {
        new StressOptions().iterations(10).invocationsPerIteration(300).threads(3).actorsPerThread(3)
                .check(getClass());
    }
}
