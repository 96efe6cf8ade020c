package dev.windlass.lifecycle;

/** Brings a unit to another rung. See {@link RunnableContext#rungs}. */
@FunctionalInterface
public interface RungChange {

    /**
     * Goes to a rung, down or up: one of those offered, or {@link Rung#FULL}. Called on a thread of the unit, one call at a time.
     * Returns when the unit costs no more than that rung does.
     *
     * @throws Exception when it cannot: the unit is stopped instead, and starts again when there is room for all of it. One that runs
     *     on because others depend on it that may not be stopped is asked for {@link Rung#FULL} again, once in each cool-down
     */
    void to(Rung rung) throws Exception;
}
