package dev.windlass.cli.demo;

import java.util.function.Consumer;

/** Tells the steps of a tour: numbered lines for what has held, and figures of this run between them. */
final class Steps {
    private final Consumer<String> out;
    private int number;

    Steps(Consumer<String> out) {
        this.out = out;
    }

    void held(String what) {
        number++;
        out.accept(number + ". " + what);
    }

    /** A figure of this run. */
    void figure(String what) {
        out.accept("   " + what);
    }

    static void check(boolean condition, String what) {
        if (!condition) {
            throw new IllegalStateException("does not hold: " + what);
        }
    }
}
