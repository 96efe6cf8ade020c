package dev.windlass.controller;

import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.CarryOver;
import dev.windlass.workqueue.CarriedWork;
import dev.windlass.workqueue.QueuedItem;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a stopped engagement leaves to its next generation: the keys that were queued, which count as work, and what each of
 * its handlers knew, which does not: it only lets the next generation tell what was deleted and what is unchanged.
 *
 * @param work keys with due times and failures
 * @param known by the id of the watch
 * @param selection the objects that were reconciled, without their class, which may not outlive the generation; null when there is
 *     nothing
 * @param aside keys that it was handed by one with another selection, and was not asked for itself
 */
record EngagementCarryOver(CarriedWork<ObjectKey> work, Map<String, KnownObjects> known,
        @Nullable WatchSpec<?> selection, List<QueuedItem<ObjectKey>> aside) implements CarryOver {

    /** Per watch; beyond that, what was known is dropped, and the next start treats every object as new. */
    static final int MOST_KNOWN = 500_000;

    static final EngagementCarryOver NOTHING = new EngagementCarryOver(new CarriedWork<>(List.of()), Map.of(),
            null, List.of());

    EngagementCarryOver {
        known = Map.copyOf(known);
        aside = List.copyOf(aside);
    }

    /** What an engagement has left, or nothing. */
    static EngagementCarryOver in(Optional<CarryOver> left) {
        return left.filter(EngagementCarryOver.class::isInstance).map(EngagementCarryOver.class::cast).orElse(NOTHING);
    }

    KnownObjects known(String watch) {
        return known.getOrDefault(watch, KnownObjects.none());
    }

    /** Whether an object was there that was reconciled. */
    Predicate<ObjectKey> saw() {
        Set<ObjectKey> keys = new HashSet<>();
        if (selection != null) {
            known(Watch.primaryId(selection)).forEach(object -> keys.add(object.key()));
        }
        return keys::contains;
    }

    @Override
    public long count() {
        return work.count() + aside.size();
    }

    @Override
    public List<String> sample(int max) {
        return Stream.concat(work.items().stream(), aside.stream()).limit(max).map(item -> item.key().toString())
                .toList();
    }
}
