package dev.windlass.lifecycle;

import java.time.Duration;

/**
 * How to stop a unit: what to do with pending work, and how long each phase may take.
 *
 * <p>The budget is a total, shared out over three phases: drain, in flight, release. A unit that declares no work to drain
 * skips the first one, and its share of the time with it. Defaults: 30 s, of which drain 20 s, in flight 8 s, release 2 s.
 *
 * @param mode what to do with pending work
 * @param drain share in which queued work is finished
 * @param inFlight share in which work in flight may end by itself; then it is cancelled
 * @param release share in which threads must end and resources be released; then the unit is quarantined
 * @param cascade whether units that depend on this one are stopped first; otherwise the stop is refused when there are any
 */
public record StopOptions(StopMode mode, Duration drain, Duration inFlight, Duration release, boolean cascade) {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final StopOptions DEFAULTS = new StopOptions(StopMode.DRAIN, Duration.ofSeconds(20),
            Duration.ofSeconds(8), Duration.ofSeconds(2), false);

    /** @throws IllegalArgumentException when a share is negative, or longer than 365 days */
    public StopOptions {
        requireSensible("drain", drain);
        requireSensible("inFlight", inFlight);
        requireSensible("release", release);
    }

    /** Drain with 30 s in total. */
    public static StopOptions defaults() {
        return DEFAULTS;
    }

    /** Drain with the given total, shared out in the proportions of the default. */
    public static StopOptions drain(Duration total) {
        return DEFAULTS.withBudget(total);
    }

    /** Dispatch nothing more, await what is in flight, keep the rest as carry-over. */
    public static StopOptions handoff() {
        return DEFAULTS.withMode(StopMode.HANDOFF);
    }

    /** Cancel what is in flight at once, keep all of it as carry-over. */
    public static StopOptions abort() {
        return DEFAULTS.withMode(StopMode.ABORT);
    }

    /** The total of the three shares. */
    public Duration budget() {
        return drain.plus(inFlight).plus(release);
    }

    /** The same options with another mode. */
    public StopOptions withMode(StopMode newMode) {
        return new StopOptions(newMode, drain, inFlight, release, cascade);
    }

    /** The same options, finishing nothing that is queued. */
    StopOptions atLeastHandoff() {
        return mode == StopMode.ABORT ? this : withMode(StopMode.HANDOFF);
    }

    /** The same options, stopping dependents first. */
    public StopOptions withCascade() {
        return new StopOptions(mode, drain, inFlight, release, true);
    }

    /**
     * The same options with another total: two thirds drain, four fifteenths in flight, one fifteenth release.
     *
     * @throws IllegalArgumentException when {@code total} is negative, or longer than 365 days
     */
    public StopOptions withBudget(Duration total) {
        requireSensible("budget", total);
        // Each stop of a part of something comes by here; a Duration multiplies and divides by decimals of any size.
        long nanos = total.toNanos();
        Duration newDrain = Duration.ofNanos(nanos * 10 / 15);
        Duration newInFlight = Duration.ofNanos(nanos * 4 / 15);
        return new StopOptions(mode, newDrain, newInFlight, total.minus(newDrain).minus(newInFlight), cascade);
    }

    /** The same options, with this total if that is less than theirs. */
    StopOptions within(Duration total) {
        return budget().compareTo(total) <= 0 ? this : withBudget(total);
    }

    private static void requireSensible(String what, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "stop option %s is %s: it must be between nothing and %s".formatted(what, value, LONGEST));
        }
    }
}
