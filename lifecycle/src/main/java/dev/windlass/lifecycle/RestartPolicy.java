package dev.windlass.lifecycle;

import java.time.Duration;

/**
 * Whether and when a unit that has ended by itself is started again. Immutable.
 *
 * <p>The first restart comes after {@code first}, each further one after twice the time, up to {@code most}, give or take the
 * jitter. Failures count as long as they follow each other: a generation that was {@code READY} for {@code resetAfter} without a
 * break, and a start that somebody asks for, begin anew. The failure that makes {@code attempts} in a row is the last: the unit
 * is {@code FAILED} then, with {@link Reason#CRASH_LOOP}, and its {@link FailurePolicy} says what follows.
 *
 * @param when after which ends
 * @param first delay before the first restart
 * @param most the longest delay
 * @param jitter by which part of itself a delay varies at most, from 0 to 1
 * @param resetAfter how long a generation must have been ready to count as a success
 * @param attempts how many failures in a row are given up on
 */
public record RestartPolicy(When when, Duration first, Duration most, double jitter, Duration resetAfter,
        int attempts) {

    /** After which ends a unit is started again. */
    public enum When {
        /** Never: the end is the end. */
        NEVER,
        /** When it has thrown. */
        ON_FAILURE,
        /** When it has thrown or returned, unless it was asked to stop. */
        ALWAYS
    }

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final RestartPolicy NEVER = with(When.NEVER);
    private static final RestartPolicy ON_FAILURE = with(When.ON_FAILURE);
    private static final RestartPolicy ALWAYS = with(When.ALWAYS);

    /** @throws IllegalArgumentException when a duration, the jitter or the number of attempts makes no sense */
    public RestartPolicy {
        requireSensible("first", first);
        requireSensible("most", most);
        requireSensible("resetAfter", resetAfter);
        if (most.compareTo(first) < 0) {
            throw new IllegalArgumentException("the longest restart delay, %s, is shorter than the first, %s"
                    .formatted(most, first));
        }
        if (!(jitter >= 0 && jitter <= 1)) {
            throw new IllegalArgumentException("the jitter is " + jitter + ": it must be between 0 and 1");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException(
                    "restarts are given up after " + attempts + " failures: it must be 1 or more");
        }
    }

    private static RestartPolicy with(When when) {
        return new RestartPolicy(when, Duration.ofSeconds(1), Duration.ofSeconds(30), 0.2, Duration.ofMinutes(10), 5);
    }

    /** No restart. The default at the root. */
    public static RestartPolicy never() {
        return NEVER;
    }

    /** After failures: 1 s to 30 s, jitter 20 %, given up after 5 in a row, begun anew after 10 min. The default in a scope. */
    public static RestartPolicy onFailure() {
        return ON_FAILURE;
    }

    /** After failures as in {@link #onFailure()}, and after a return, which counts as no failure and is followed by the first delay. */
    public static RestartPolicy always() {
        return ALWAYS;
    }

    /**
     * The same with other delays.
     *
     * @throws IllegalArgumentException when one is negative or longer than 365 days, or the longest is shorter than the first
     */
    public RestartPolicy withDelays(Duration newFirst, Duration newMost) {
        return new RestartPolicy(when, newFirst, newMost, jitter, resetAfter, attempts);
    }

    /** The same with another jitter. */
    public RestartPolicy withJitter(double newJitter) {
        return new RestartPolicy(when, first, most, newJitter, resetAfter, attempts);
    }

    /** The same, where another time in {@code READY} makes a generation a success. */
    public RestartPolicy withResetAfter(Duration newResetAfter) {
        return new RestartPolicy(when, first, most, jitter, newResetAfter, attempts);
    }

    /** The same with another number of failures in a row that is given up on. */
    public RestartPolicy withAttempts(int newAttempts) {
        return new RestartPolicy(when, first, most, jitter, resetAfter, newAttempts);
    }

    /** The delay in nanoseconds after so many failures in a row, from 1, without jitter. */
    long delay(int failures) {
        long delay = SystemTime.nanos(first);
        long longest = SystemTime.nanos(most);
        for (int i = 1; i < failures && delay < longest; i++) {
            delay *= 2;
        }
        return Math.min(delay, longest);
    }

    private static void requireSensible(String what, Duration value) {
        if (value.isNegative() || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("restart policy: %s is %s: it must be between nothing and %s"
                    .formatted(what, value, LONGEST));
        }
    }
}
