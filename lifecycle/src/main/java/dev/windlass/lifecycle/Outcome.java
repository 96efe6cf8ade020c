package dev.windlass.lifecycle;

/** How an {@link Operation} ended. */
public sealed interface Outcome<T> {

    /** It completed with a value. */
    record Done<T>(T value) implements Outcome<T> {
    }

    /** It failed. */
    record Failed<T>(LifecycleException error) implements Outcome<T> {
    }
}
