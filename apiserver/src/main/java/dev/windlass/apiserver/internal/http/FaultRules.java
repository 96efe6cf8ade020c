package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.status.ApiException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The faults that requests run into, as they were scripted. Thread-safe. */
public final class FaultRules {
    private static final String ANY = "*";

    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final CountDownLatch closing = new CountDownLatch(1);

    /** One fault. A code of 0 lets the request pass after the delay; a limit below 0 is none. */
    public static final class Rule {
        private final String verb;
        private final String resource;
        private final Duration delay;
        private final int code;
        private final Duration retryAfter;
        private final AtomicInteger left;
        private final AtomicInteger hits = new AtomicInteger();

        public Rule(String verb, String resource, Duration delay, int code, Duration retryAfter, int limit) {
            this.verb = verb;
            this.resource = resource;
            this.delay = delay;
            this.code = code;
            this.retryAfter = retryAfter;
            this.left = new AtomicInteger(limit);
        }

        /** How many requests have run into it. */
        public int hits() {
            return hits.get();
        }

        private boolean takes(String askedVerb, String askedResource) {
            boolean fits = (verb.equals(ANY) || verb.equals(askedVerb))
                    && (resource.equals(ANY) || resource.equals(askedResource));
            if (!fits || left.getAndUpdate(count -> count > 0 ? count - 1 : count) == 0) {
                return false;
            }
            hits.incrementAndGet();
            return true;
        }
    }

    public void add(Rule rule) {
        rules.add(rule);
    }

    public void remove(Rule rule) {
        rules.remove(rule);
    }

    public void clear() {
        rules.clear();
    }

    /**
     * Lets a request run into the first fault that fits.
     *
     * @param resource
     *            plural, with a slash and the sub-resource when there is one
     * @throws ApiException
     *             the answer that was scripted
     */
    void meet(String verb, String resource) {
        for (Rule rule : rules) {
            if (rule.takes(verb, resource)) {
                delay(rule.delay);
                if (rule.code != 0) {
                    throw ApiException.scripted(rule.code, (int) rule.retryAfter.toSeconds());
                }
                return;
            }
        }
    }

    private void delay(Duration delay) {
        try {
            if (!delay.isZero() && closing.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
                throw ApiException.scripted(503, 0);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ApiException.scripted(503, 0);
        }
    }

    /** Lets go whoever waits. */
    public void close() {
        closing.countDown();
    }
}
