package dev.windlass.controller;

import dev.windlass.kubernetes.Observed;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which changes a controller hears of. Must not block. What is not overridden lets everything through.
 *
 * @param <T> the Java class of the object that changed
 */
public interface Predicate<T extends HasMetadata> {

    /** An object that was not known before. */
    default boolean added(Observed<T> now) {
        return true;
    }

    /** A new version of an object. */
    default boolean updated(Observed<T> old, Observed<T> now) {
        return true;
    }

    /** An object is gone. */
    default boolean deleted(Observed<T> last) {
        return true;
    }

    /** Everything. */
    static <T extends HasMetadata> Predicate<T> all() {
        return new Predicate<>() {
        };
    }

    /** Objects that pass a test; of an update the new version is tested. */
    static <T extends HasMetadata> Predicate<T> of(java.util.function.Predicate<? super T> test) {
        return new Predicate<>() {
            @Override
            public boolean added(Observed<T> now) {
                return test.test(now.object());
            }

            @Override
            public boolean updated(Observed<T> old, Observed<T> now) {
                return test.test(now.object());
            }

            @Override
            public boolean deleted(Observed<T> last) {
                return test.test(last.object());
            }
        };
    }

    /** Of updates only those of the specification: where the server counts generations, status and metadata do not count. */
    static <T extends HasMetadata> Predicate<T> generationChanged() {
        return updates((old, now) -> !Objects.equals(old.metadata().getGeneration(), now.metadata().getGeneration()));
    }

    /** Of updates only those that change labels. */
    static <T extends HasMetadata> Predicate<T> labelsChanged() {
        return updates((old, now) -> !orEmpty(old.metadata().getLabels()).equals(orEmpty(now.metadata().getLabels())));
    }

    /** Of updates only those that change annotations. */
    static <T extends HasMetadata> Predicate<T> annotationsChanged() {
        return updates((old,
                now) -> !orEmpty(old.metadata().getAnnotations()).equals(orEmpty(now.metadata().getAnnotations())));
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> map) {
        return map == null ? Map.of() : map;
    }

    private static <T extends HasMetadata> Predicate<T> updates(
            java.util.function.BiPredicate<Observed<T>, Observed<T>> test) {
        return new Predicate<>() {
            @Override
            public boolean updated(Observed<T> old, Observed<T> now) {
                return test.test(old, now);
            }
        };
    }

    /** What passes both. */
    default Predicate<T> and(Predicate<T> other) {
        return new Combined<>(this, other, true);
    }

    /** What passes either. */
    default Predicate<T> or(Predicate<T> other) {
        return new Combined<>(this, other, false);
    }

    /** What does not pass. */
    default Predicate<T> negate() {
        Predicate<T> self = this;
        return new Predicate<>() {
            @Override
            public boolean added(Observed<T> now) {
                return !self.added(now);
            }

            @Override
            public boolean updated(Observed<T> old, Observed<T> now) {
                return !self.updated(old, now);
            }

            @Override
            public boolean deleted(Observed<T> last) {
                return !self.deleted(last);
            }
        };
    }
}
