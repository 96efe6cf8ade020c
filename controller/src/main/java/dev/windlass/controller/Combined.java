package dev.windlass.controller;

import dev.windlass.kubernetes.Observed;
import io.fabric8.kubernetes.api.model.HasMetadata;

/** Two predicates as one. */
record Combined<T extends HasMetadata>(Predicate<T> one, Predicate<T> other, boolean both) implements Predicate<T> {

    @Override
    public boolean added(Observed<T> now) {
        return both ? one.added(now) && other.added(now) : one.added(now) || other.added(now);
    }

    @Override
    public boolean updated(Observed<T> old, Observed<T> now) {
        return both
                ? one.updated(old, now) && other.updated(old, now)
                : one.updated(old, now) || other.updated(old, now);
    }

    @Override
    public boolean deleted(Observed<T> last) {
        return both ? one.deleted(last) && other.deleted(last) : one.deleted(last) || other.deleted(last);
    }
}
