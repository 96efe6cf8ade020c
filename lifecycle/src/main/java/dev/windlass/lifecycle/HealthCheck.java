package dev.windlass.lifecycle;

/** Answers whether something is healthy. Thread-safe; does not block for long. */
@FunctionalInterface
public interface HealthCheck {

    /**
     * Returns when healthy.
     *
     * @throws Exception with a message that says why not
     */
    void check() throws Exception;
}
