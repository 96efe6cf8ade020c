package dev.windlass.benchmarks.suite;

import java.time.Duration;
import java.time.Instant;

/** Tells the one who waits what is done at the moment, and how long it has taken so far. */
record Progress(Instant began) {

    Duration elapsed() {
        return Duration.between(began, Instant.now());
    }

    void say(String line) {
        Duration elapsed = elapsed();
        System.err.println("benchmarks %02d:%02d %s".formatted(elapsed.toMinutes(), elapsed.toSecondsPart(), line));
    }
}
