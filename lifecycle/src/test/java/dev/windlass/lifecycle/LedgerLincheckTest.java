package dev.windlass.lifecycle;

import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Rule 6: what is acquired while the ledger is being closed is either refused or among what is released, once. */
@Param(name = "resource", gen = IntGen.class, conf = "0:1")
public class LedgerLincheckTest {

    private final AutoCloseable[] resources = {() -> {
    }, () -> {
    }};
    private final Ledger ledger = new Ledger(() -> {
    });
    /** The open request of each thread: no thread touches another's. */
    private final @Nullable InFlight[] open = new InFlight[8];

    @Operation
    public boolean add(@Param(name = "resource") int resource) {
        return ledger.add("resource", "r" + resource, resources[resource]);
    }

    @Operation
    public boolean take(@Param(name = "resource") int resource) {
        return ledger.take(resources[resource]);
    }

    @Operation
    public String close() {
        return ledger.close().stream().map(entry -> entry.name).toList().toString();
    }

    @Operation
    public boolean request(@Param(gen = ThreadIdGen.class) int thread) {
        InFlight request = ledger.request("request", "of " + thread, true);
        open[thread] = request;
        return request != null;
    }

    @Operation
    public void unanswered(@Param(gen = ThreadIdGen.class) int thread) {
        InFlight request = open[thread];
        if (request != null) {
            request.unanswered();
        }
    }

    @Operation
    public String unknownOutcomes() {
        return ledger.unknownOutcomes().toString();
    }

    @Test
    void everyInterleavingOfFewStepsIsLinearizable() {
        new ModelCheckingOptions().iterations(4).invocationsPerIteration(150).threads(2).actorsPerThread(3)
                .check(getClass());
    }
}
