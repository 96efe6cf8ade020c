package dev.windlass.lifecycle;

/**
 * How a running unit is held back for a while, and let go on. Called on threads of the unit, one call at a time, in turn, and not any
 * more once its stop was asked for: a stop ends what is held back like anything else. What it throws fails the operation that
 * asked for it, not the unit.
 */
public interface Suspension {

    /** Holds back; returns when nothing new is begun. What has begun goes on, and is not awaited. */
    void begin() throws Exception;

    /** Lets go on. */
    void end() throws Exception;
}
