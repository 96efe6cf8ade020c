package dev.windlass.workqueue;

import java.time.Duration;
import java.util.List;

/**
 * How long a key that is retried has to wait. A description without state: each queue keeps its own.
 */
public sealed interface RateLimiter {

    /** The default: per key exponential from 5 ms to 1000 s. */
    static RateLimiter exponential() {
        return exponential(Duration.ofMillis(5), Duration.ofSeconds(1000));
    }

    /**
     * Per key: {@code base} after the first failure, doubled for each further one, never more than {@code max}.
     *
     * @throws IllegalArgumentException when {@code base} is not positive or longer than {@code max}
     */
    static RateLimiter exponential(Duration base, Duration max) {
        return new Exponential(base, max);
    }

    /**
     * Over all keys: {@code perSecond} retries per second, {@code burst} at once.
     *
     * @throws IllegalArgumentException when one of them is not positive
     */
    static RateLimiter tokenBucket(double perSecond, int burst) {
        return new TokenBucket(perSecond, burst);
    }

    /**
     * The longest wait that any of several asks for.
     *
     * @throws IllegalArgumentException when there are none
     */
    static RateLimiter maxOf(RateLimiter... limiters) {
        return new MaxOf(List.of(limiters));
    }

    /**
     * Reads one as people write it: {@code 5ms..1000s} for {@link #exponential(Duration, Duration)}, {@code 10/s:100} for {@link
     * #tokenBucket}, several joined by {@code +} for {@link #maxOf}. Durations are whole numbers with ms, s, m or h.
     *
     * @throws IllegalArgumentException when the text is none, or its numbers cannot be
     */
    static RateLimiter parse(String text) {
        return RateLimiterText.parse(text);
    }

    /** See {@link #exponential(Duration, Duration)}. */
    record Exponential(Duration base, Duration max) implements RateLimiter {
        /** Checks the bounds. */
        public Exponential {
            if (!base.isPositive() || base.compareTo(max) > 0) {
                throw new IllegalArgumentException(
                        "exponential back-off from " + base + " to " + max
                                + ": the first must be positive and not above the second");
            }
        }
    }

    /** See {@link #tokenBucket(double, int)}. */
    record TokenBucket(double perSecond, int burst) implements RateLimiter {
        /** Checks the bounds. */
        public TokenBucket {
            if (!(perSecond > 0) || burst < 1) {
                throw new IllegalArgumentException(
                        "token bucket of " + perSecond + " per second, burst " + burst + ": both must be positive");
            }
        }
    }

    /** See {@link #maxOf(RateLimiter...)}. */
    record MaxOf(List<RateLimiter> limiters) implements RateLimiter {
        /** Copies the list. */
        public MaxOf {
            limiters = List.copyOf(limiters);
            if (limiters.isEmpty()) {
                throw new IllegalArgumentException("the maximum of no rate limiter: name at least one");
            }
        }
    }
}
