package dev.windlass.apiserver;

import java.time.Duration;

/**
 * A fault that some requests run into: they wait, or get an error instead of the true answer, or both.
 *
 * <pre>{@code
 * Fault busy = server.faults().add(FaultRule.on("update", "deployments").answering(429).retryAfter(Duration.ofSeconds(1)).times(3));
 * }</pre>
 *
 * @param verb
 *            get, list, watch, create, update, patch, delete, deletecollection; {@code *} for all
 * @param resource
 *            plural, with a slash and the sub-resource where one is meant ({@code deployments/status}); {@code *} for all
 * @param delay
 *            how long a request waits first; zero for not at all
 * @param code
 *            HTTP status code of the answer; 0 lets the request through
 * @param retryAfter
 *            told with the answer, in whole seconds; zero for not at all
 * @param times
 *            how many requests it meets; -1 for all
 */
public record FaultRule(String verb, String resource, Duration delay, int code, Duration retryAfter, int times) {

    /** A fault for a verb on a resource; {@code *} stands for all. As it is, it does nothing but count. */
    public static FaultRule on(String verb, String resource) {
        return new FaultRule(verb, resource, Duration.ZERO, 0, Duration.ZERO, -1);
    }

    /** Requests wait this long before anything else happens. */
    public FaultRule delaying(Duration newDelay) {
        return new FaultRule(verb, resource, newDelay, code, retryAfter, times);
    }

    /**
     * Requests are answered with this code and the Status that Kubernetes has for it, and change nothing.
     *
     * @throws IllegalArgumentException
     *             when it is no error
     */
    public FaultRule answering(int newCode) {
        if (newCode < 400 || newCode > 599) {
            throw new IllegalArgumentException("code " + newCode + " is no error; use one from 400 to 599");
        }
        return new FaultRule(verb, resource, delay, newCode, retryAfter, times);
    }

    /** The answer says to come back after so long. */
    public FaultRule retryAfter(Duration newRetryAfter) {
        return new FaultRule(verb, resource, delay, code, newRetryAfter, times);
    }

    /** Only the next so many requests are met. */
    public FaultRule times(int newTimes) {
        return new FaultRule(verb, resource, delay, code, retryAfter, newTimes);
    }
}
