package dev.windlass.lifecycle;

import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What an {@link Elector} tells its manager, and asks it. Thread-safe. */
public interface Candidacy {

    /** The context of the unit that the elector runs in: what it acquires belongs here. */
    RunnableContext context();

    /** Whether the manager still wants to lead. Once it stops it does not, though what it holds is held until its leader units have ended. */
    boolean wanted();

    /** Where to draw jitter from. */
    Random random();

    /**
     * Who leads, as far as can be seen: also that it is this candidate.
     *
     * @param holder null when nobody does
     * @param since since when, by the holder's clock; null when it is not known
     */
    void observed(@Nullable String holder, @Nullable Instant since, int transitions);

    /** It cannot be seen who leads: shown, and changes nothing else. The next observation ends it. */
    void unreachable(String why);

    /**
     * This candidate leads from now on.
     *
     * @param sentNanos when the request that made it the holder was sent, by the context's clock
     */
    void elected(long sentNanos);

    /** The holder has been confirmed by a request that was sent then. Without effect when it does not lead any more. */
    void renewed(long sentNanos);

    /** This candidate does not lead any more. Without effect when it does not lead. */
    void lost(String why);

    /** Whether this candidate leads: it was elected, and its fence has not closed since. */
    boolean leads();

    /**
     * Ends the leadership of a candidate that was told to stop; its fence closes. Returns whether what it holds may be given up to
     * others now: not when it did not lead any more, nor when a leader unit hangs, which might go on acting.
     */
    boolean resign();
}
