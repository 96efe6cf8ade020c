package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link LeaseLock} says. The moments are by the clock of whoever wrote them: for people, nothing is timed by them.
 *
 * @param holder who holds it; empty when it was given up
 * @param duration how long the others leave the holder alone after they have seen the record change
 * @param acquired when the holder became that; null when it does not say
 * @param renewed when the holder confirmed it last; null when it does not say
 * @param transitions how often it has gone from one to another
 */
public record LeaseRecord(String holder, Duration duration, @Nullable Instant acquired, @Nullable Instant renewed,
        int transitions) {
}
