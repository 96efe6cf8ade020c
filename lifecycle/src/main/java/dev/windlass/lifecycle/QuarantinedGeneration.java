package dev.windlass.lifecycle;

import java.time.Instant;
import java.util.List;

/**
 * A generation that did not end within its budget, as long as anything of it is left: also when it has been succeeded, and when
 * its name has been removed or belongs to another unit.
 *
 * @param unit full name
 * @param generation which generation of the name
 * @param since when it was quarantined
 * @param leftovers what is left of it now: threads with their stacks, requests, resources, the keys that it keeps from others
 * @param threads where its threads stand now
 */
public record QuarantinedGeneration(String unit, long generation, Instant since, List<Leftover> leftovers,
        List<ThreadPosition> threads) {

    /** Copies its lists. */
    public QuarantinedGeneration {
        leftovers = List.copyOf(leftovers);
        threads = List.copyOf(threads);
    }

    /** Name and generation: {@code cluster/south#2}. */
    public String id() {
        return unit + "#" + generation;
    }
}
