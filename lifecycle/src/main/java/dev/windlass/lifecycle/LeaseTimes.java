package dev.windlass.lifecycle;

import java.time.Duration;

/**
 * The times of an election by lease. Immutable.
 *
 * @param lease how long the others leave a holder alone that they do not see renewing
 * @param renewDeadline after how long without success a holder gives up, counted from the sending of its last renewal that succeeded
 * @param retryPeriod how often a holder renews, and a candidate looks
 * @param margin how much earlier than its lease ends a holder's fence closes: for clocks that run at different speeds, and for
 *     what is on its way then. A wall clock that has jumped by more than half of it, seen from the monotonic one, counts as loss
 */
public record LeaseTimes(Duration lease, Duration renewDeadline, Duration retryPeriod, Duration margin) {

    /** By which part of itself a candidate's wait is lengthened at most, so that candidates do not come all at once. */
    static final double JITTER = 1.2;

    private static final LeaseTimes DEFAULTS = of(Duration.ofSeconds(15), Duration.ofSeconds(10),
            Duration.ofSeconds(2));

    /** @throws IllegalArgumentException when they do not leave room for each other */
    public LeaseTimes {
        if (!retryPeriod.isPositive() || !margin.isPositive()) {
            throw new IllegalArgumentException(
                    "an election with the retry period %s and the margin %s: both must be positive"
                            .formatted(retryPeriod, margin));
        }
        if (renewDeadline.toNanos() <= retryPeriod.toNanos() * JITTER) {
            throw new IllegalArgumentException(
                    "an election with the renew deadline %s: it must be longer than %s times the retry period, %s"
                            .formatted(renewDeadline, JITTER, retryPeriod));
        }
        if (lease.minus(margin).compareTo(renewDeadline) < 0 || lease.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(
                    "an election with the lease duration %s: it must be at least the renew deadline, %s, and the margin, %s, and at most 365 days"
                            .formatted(lease, renewDeadline, margin));
        }
    }

    /** Lease 15 s, renew deadline 10 s, retry period 2 s, margin 2.5 s. */
    public static LeaseTimes defaults() {
        return DEFAULTS;
    }

    /**
     * Times with half of the difference between lease and renew deadline as margin.
     *
     * @throws IllegalArgumentException when they do not leave room for each other
     */
    public static LeaseTimes of(Duration lease, Duration renewDeadline, Duration retryPeriod) {
        return new LeaseTimes(lease, renewDeadline, retryPeriod, lease.minus(renewDeadline).dividedBy(2));
    }
}
