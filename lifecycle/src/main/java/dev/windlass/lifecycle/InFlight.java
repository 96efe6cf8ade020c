package dev.windlass.lifecycle;

/**
 * A request that was sent and awaits its answer, in the ledger of the unit that sent it. A stop awaits it. A write that is
 * still open when the stop gives up is reported as of unknown outcome. The first of the two calls counts.
 */
public interface InFlight extends AutoCloseable {

    /**
     * Asks for the last time, right before the bytes of a request that has waited since it was entered go out, whether it may.
     *
     * @throws FencedException when the leadership under which the unit was started has ended; nothing must be sent then
     */
    default void sending() {
    }

    /** The answer has arrived, or it is certain that the request was never sent. */
    @Override
    void close();

    /** The answer will never arrive. A write goes into the stop report as of unknown outcome. */
    void unanswered();
}
