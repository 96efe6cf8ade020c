package dev.windlass.kubernetes;

import java.time.Duration;
import java.util.random.RandomGenerator;

/** Doubling delays with jitter: each is between the nominal delay and half as much again, never above the maximum. For one thread. */
final class Backoff {

    private final Duration first;
    private final Duration max;
    private final RandomGenerator random;
    private Duration nominal;

    Backoff(Duration first, Duration max, RandomGenerator random) {
        this.first = first;
        this.max = max;
        this.random = random;
        this.nominal = first;
    }

    Duration next() {
        Duration jittered = nominal.plusNanos((long) (nominal.toNanos() * 0.5 * random.nextDouble()));
        Duration doubled = nominal.multipliedBy(2);
        nominal = doubled.compareTo(max) < 0 ? doubled : max;
        return jittered.compareTo(max) < 0 ? jittered : max;
    }

    void reset() {
        nominal = first;
    }
}
