package dev.windlass.kubernetes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BooleanSupplier;

/**
 * How many lists of one cluster may be under way at once. First attempts go before retries, otherwise first come, first
 * served. A list that hangs holds up lists of its own cluster only. Thread-safe; the monitor guards all fields.
 */
final class ListPermits {

    /** So many lists keep a server and two processors busy. */
    static final int MOST = 8;

    /** A place in the line; equal to itself only. */
    private static final class Ticket {
    }

    private final Deque<Ticket> firstAttempts = new ArrayDeque<>();
    private final Deque<Ticket> retries = new ArrayDeque<>();
    private int free;

    ListPermits(int permits) {
        this.free = permits;
    }

    /** Waits for a permit; returns false, without one, when it has been given up. */
    synchronized boolean acquire(boolean firstAttempt, BooleanSupplier givenUp) throws InterruptedException {
        Ticket ticket = new Ticket();
        Deque<Ticket> line = firstAttempt ? firstAttempts : retries;
        line.add(ticket);
        try {
            while (!givenUp.getAsBoolean()) {
                if (free > 0 && next().equals(ticket)) {
                    free--;
                    return true;
                }
                wait();
            }
            return false;
        } finally {
            line.remove(ticket);
            notifyAll();
        }
    }

    private Ticket next() {
        Ticket first = firstAttempts.peek();
        return first != null ? first : retries.element();
    }

    synchronized void release() {
        free++;
        notifyAll();
    }

    /** Has everyone who waits look whether it has been given up. */
    synchronized void lookAgain() {
        notifyAll();
    }

    synchronized int waiting() {
        return firstAttempts.size() + retries.size();
    }
}
