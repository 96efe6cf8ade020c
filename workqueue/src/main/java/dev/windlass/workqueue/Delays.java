package dev.windlass.workqueue;

import dev.windlass.workqueue.RateLimiter.Exponential;
import dev.windlass.workqueue.RateLimiter.MaxOf;
import dev.windlass.workqueue.RateLimiter.TokenBucket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A rate limiter with its state. Guarded by the lock of the queue. */
sealed interface Delays {

    /** A wait of more than a century would wrap around the monotonic clock. */
    long LONGEST_NANOS = 3_153_600_000_000_000_000L;

    /** How many nanoseconds a key must wait that has failed so many times in a row, at least once. */
    long next(int failures, long now);

    static Delays of(RateLimiter limiter) {
        return switch (limiter) {
            case Exponential doubling -> new Doubling(nanos(doubling.base()), nanos(doubling.max()));
            case TokenBucket bucket -> new Bucket(bucket.perSecond(), bucket.burst());
            case MaxOf several -> new Longest(several.limiters().stream().map(Delays::of).toList());
        };
    }

    /** In nanoseconds: nothing for what is not positive, and a century at most. */
    static long nanos(Duration wait) {
        if (!wait.isPositive()) {
            return 0;
        }
        return wait.toSeconds() > TimeUnit.NANOSECONDS.toSeconds(LONGEST_NANOS) ? LONGEST_NANOS : wait.toNanos();
    }

    record Doubling(long base, long max) implements Delays {
        @Override
        public long next(int failures, long now) {
            int doublings = failures - 1;
            return doublings >= Long.numberOfLeadingZeros(base) - 1 ? max : Math.min(max, base << doublings);
        }
    }

    record Longest(List<Delays> all) implements Delays {
        @Override
        public long next(int failures, long now) {
            long longest = 0;
            for (Delays one : all) {
                longest = Math.max(longest, one.next(failures, now));
            }
            return longest;
        }
    }

    /** Tokens may go below zero: each retry books the next free one and waits for it. */
    final class Bucket implements Delays {
        private final double perNano;
        private final int burst;
        private double tokens;
        private long last;
        private boolean started;

        Bucket(double perSecond, int burst) {
            this.perNano = perSecond / 1e9;
            this.burst = burst;
            this.tokens = burst;
        }

        @Override
        public long next(int failures, long now) {
            if (started) {
                tokens = Math.min(burst, tokens + Math.max(0, now - last) * perNano);
            }
            started = true;
            last = now;
            tokens--;
            return tokens >= 0 ? 0 : Math.min(LONGEST_NANOS, (long) Math.ceil(-tokens / perNano));
        }
    }
}
