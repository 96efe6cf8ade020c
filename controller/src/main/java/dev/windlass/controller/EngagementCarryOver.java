package dev.windlass.controller;

import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.lifecycle.CarryOver;
import dev.windlass.workqueue.CarriedWork;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a stopped engagement leaves to its next generation: the keys that were queued, which count as work, and what each of
 * its handlers knew, which does not: it only lets the next generation tell what was deleted and what is unchanged.
 *
 * @param work keys with due times and failures
 * @param known by the id of the watch
 */
record EngagementCarryOver(CarriedWork<ObjectKey> work, Map<String, KnownObjects> known) implements CarryOver {

    /** Per watch; beyond that, what was known is dropped, and the next start treats every object as new. */
    static final int MOST_KNOWN = 500_000;

    static final EngagementCarryOver NOTHING = new EngagementCarryOver(new CarriedWork<>(List.of()), Map.of());

    EngagementCarryOver {
        known = Map.copyOf(known);
    }

    /** What an engagement has left, or nothing. */
    static EngagementCarryOver in(Optional<CarryOver> left) {
        return left.filter(EngagementCarryOver.class::isInstance).map(EngagementCarryOver.class::cast).orElse(NOTHING);
    }

    KnownObjects known(String watch) {
        return known.getOrDefault(watch, KnownObjects.none());
    }

    @Override
    public long count() {
        return work.count();
    }

    @Override
    public List<String> sample(int max) {
        return work.sample(max);
    }
}
