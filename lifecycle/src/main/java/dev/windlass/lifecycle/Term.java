package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One time of leading, and the fence of all that is done in it. A generation of a leader unit belongs to the term in which it was
 * started, so that one which outlives its term stays fenced in the next.
 *
 * <p>The fence closes by itself, at a monotonic deadline that only {@link #renewed} moves, or when the wall clock has jumped since
 * then: nobody has to have run for that. It never opens again.
 *
 * <p>What passes is entered before it is checked, and taken off when it ends while the fence is open: so what is entered in a term
 * that is over is all that had passed and had not ended by then. Thread-safe.
 */
final class Term {

    /** Both clocks, read one after the other: the wall's between two readings of the monotonic one, since a thread may be held up there. */
    private record Clocks(long before, Instant wall, long after) {

        static Clocks read(TimeSource time) {
            return new Clocks(time.nanos(), time.now(), time.nanos());
        }

        /** How far the wall clock has gone ahead of the monotonic one since then, or fallen behind: the least that is possible. */
        long driftSince(Clocks then) {
            long wallNanos = Duration.between(then.wall, wall).toNanos();
            long least = wallNanos - (after - then.before);
            long most = wallNanos - (before - then.after);
            return least > 0 ? least : Math.min(most, 0);
        }
    }

    /** Until when a renewal is good, and what the clocks said when it was noted. */
    private record Proof(Clocks clocks, long deadline) {
    }

    /** Something that has passed the fence. */
    final class Passage {

        private final String what;
        private final boolean write;

        private Passage(String what, boolean write) {
            this.what = what;
            this.write = write;
        }

        /** Asks again: what has waited since it was entered must not go on when the fence has closed meanwhile. */
        void check() {
            String over = overNow();
            if (over != null) {
                passed.remove(this); // it went no further
                refused.accept(write, Term.this);
                throw new FencedException(what + " is refused: the leadership has ended (" + over + ")");
            }
        }

        void ended() {
            if (overNow() == null) {
                passed.remove(this);
            }
        }
    }

    private final TimeSource time;
    private final long validNanos;
    private final long jump;
    private final BiConsumer<Term, String> onExpiry;
    private final BiConsumer<Boolean, Term> refused;
    private final Set<Passage> passed = ConcurrentHashMap.newKeySet();
    private volatile Proof proof;
    private volatile @Nullable String over;

    /**
     * @param onExpiry told, more than once perhaps and by anybody, when somebody finds that the fence has closed by itself
     * @param refused told of each dispatch ({@code false}) and write ({@code true}) that was refused
     */
    Term(TimeSource time, LeaseTimes times, long sentNanos, BiConsumer<Term, String> onExpiry,
            BiConsumer<Boolean, Term> refused) {
        this.time = time;
        this.validNanos = times.lease().minus(times.margin()).toNanos();
        this.jump = times.margin().toNanos() / 2;
        this.onExpiry = onExpiry;
        this.refused = refused;
        this.proof = proof(sentNanos);
    }

    private Proof proof(long sentNanos) {
        return new Proof(Clocks.read(time), sentNanos + validNanos);
    }

    /** Moves the deadline, unless the fence has closed already: a term that has ended does not come back. */
    void renewed(long sentNanos) {
        if (overNow() == null) {
            Proof next = proof(sentNanos);
            if (next.deadline - proof.deadline > 0) {
                proof = next;
            }
        }
    }

    /** How long the fence stays open if nothing renews it; at most nothing when it has closed. */
    long nanosLeft() {
        return over != null ? 0 : proof.deadline - time.nanos();
    }

    boolean isOpen() {
        return overNow() == null;
    }

    /** Why it is over; null while it is not. */
    @Nullable
    String over() {
        return over;
    }

    /** Why the fence is closed, looked at now; null while it is open. */
    private @Nullable String overNow() {
        String ended = over;
        if (ended != null) {
            return ended;
        }
        Proof last = proof;
        Clocks now = Clocks.read(time);
        String expired = null;
        if (now.after - last.deadline >= 0) {
            expired = "it was not renewed in time";
        } else {
            long drift = now.driftSince(last.clocks);
            if (Math.abs(drift) > jump) {
                expired = "the wall clock jumped by %s against the monotonic one: one of them cannot be relied on"
                        .formatted(Duration.ofNanos(drift));
            }
        }
        if (expired != null) {
            onExpiry.accept(this, expired);
        }
        return expired;
    }

    /** Ends it; returns whether it had not ended before. */
    synchronized boolean end(String why) {
        if (over != null) {
            return false;
        }
        over = why;
        return true;
    }

    /**
     * Lets a dispatch or a write pass.
     *
     * @throws FencedException when the fence is closed
     */
    Passage pass(String what, boolean write) {
        Passage passage = new Passage(what, write);
        passed.add(passage);
        passage.check();
        return passage;
    }

    /** Of a term that is over: the dispatches that had passed and had not ended. */
    List<String> passedDispatches() {
        return passed.stream().filter(passage -> !passage.write).map(passage -> passage.what).sorted().toList();
    }

    /** Of a term that is over: the writes that had passed and had not been answered. */
    List<String> passedWrites() {
        return passed.stream().filter(passage -> passage.write).map(passage -> passage.what).sorted().toList();
    }
}
