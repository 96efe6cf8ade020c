package dev.windlass.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a unit is replaced. Immutable.
 *
 * @param warmUp how long the next generation may take to be warm, or where nothing runs beside it, ready; 2 minutes by default
 * @param probation for how long its health decides whether it stays; 30 s by default, zero for none, 365 days at most
 * @param retire how the generation that goes is stopped, at least as hard as {@link StopMode#HANDOFF}; null for the stop options of
 *     its specification
 * @param cascade whether units that depend on this one are stopped first when it must stop before the next generation starts; they
 *     come back with it. Otherwise such a replace is refused while there are any, which is the default
 */
public record ReplaceOptions(Duration warmUp, Duration probation, @Nullable StopOptions retire, boolean cascade) {

    /**
     * The longest that each may be. A probation of that length is one that is meant to be settled from elsewhere, see {@link
     * RunnableHandle#settleReplace}.
     */
    public static final Duration LONGEST = Duration.ofDays(365);

    private static final ReplaceOptions DEFAULTS = new ReplaceOptions(Duration.ofMinutes(2), Duration.ofSeconds(30),
            null, false);

    /** @throws IllegalArgumentException when a duration is negative or longer than 365 days, or {@code warmUp} is zero */
    public ReplaceOptions {
        requireSensible("warmUp", warmUp);
        requireSensible("probation", probation);
        if (warmUp.isZero()) {
            throw new IllegalArgumentException(
                    "replace option warmUp is zero: give the next generation time to get warm");
        }
    }

    /** Two minutes to get warm, thirty seconds of probation. */
    public static ReplaceOptions defaults() {
        return DEFAULTS;
    }

    /** The same options with another time to get warm. */
    public ReplaceOptions withWarmUp(Duration value) {
        return new ReplaceOptions(value, probation, retire, cascade);
    }

    /** The same options with another probation. */
    public ReplaceOptions withProbation(Duration value) {
        return new ReplaceOptions(warmUp, value, retire, cascade);
    }

    /** The same options with another stop of the generation that goes. */
    public ReplaceOptions withRetire(StopOptions value) {
        return new ReplaceOptions(warmUp, probation, value, cascade);
    }

    /** The same options, stopping dependents first where the unit must stop. */
    public ReplaceOptions withCascade() {
        return new ReplaceOptions(warmUp, probation, retire, true);
    }

    /** How a generation with this specification is stopped when it goes: at least as hard as {@link StopMode#HANDOFF}. */
    public StopOptions stopOf(RunnableSpec spec) {
        StopOptions stop = (retire == null ? spec.stop() : retire).atLeastHandoff();
        return cascade ? stop.withCascade() : stop;
    }

    private static void requireSensible(String what, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "replace option %s is %s: it must be between nothing and %s".formatted(what, value, LONGEST));
        }
    }
}
