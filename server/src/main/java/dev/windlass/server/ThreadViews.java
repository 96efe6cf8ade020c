package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.QuarantinedGeneration;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.ThreadPosition;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the threads of a unit stand, as the admin API says it: the component names are the JSON fields. */
final class ThreadViews {
    private ThreadViews() {
    }

    /** @param generations those that have threads, and the current one; oldest first */
    record Dump(String unit, List<Generation> generations) {
        /** Also of a unit that has been removed, as long as something of it hangs. */
        static Dump of(Manager manager, String name, @Nullable RunnableHandle unit) {
            List<QuarantinedGeneration> hung = manager.quarantined().stream()
                    .filter(generation -> generation.unit().equals(name)).toList();
            List<Generation> generations = new ArrayList<>();
            hung.forEach(each -> generations.add(new Generation(each.generation(),
                    each.since().truncatedTo(ChronoUnit.MILLIS), Position.of(each.threads()))));
            if (unit != null && hung.stream().noneMatch(each -> each.generation() == unit.generation())) {
                generations.add(new Generation(unit.generation(), null, Position.of(unit.threads())));
            }
            return new Dump(name, generations);
        }
    }

    /** @param quarantinedSince null for one that is not in quarantine */
    record Generation(long generation, @Nullable Instant quarantinedSince, List<Position> threads) {
    }

    /** @param stack one frame a line */
    record Position(String name, boolean virtual, Thread.State state, String stack) {
        static List<Position> of(List<ThreadPosition> threads) {
            return threads.stream().map(thread -> new Position(thread.name(), thread.virtual(), thread.state(),
                    thread.stack())).toList();
        }
    }
}
