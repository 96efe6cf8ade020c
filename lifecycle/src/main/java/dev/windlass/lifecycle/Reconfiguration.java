package dev.windlass.lifecycle;

/** How a running unit takes on a changed specification, or changed settings of its own. */
@FunctionalInterface
public interface Reconfiguration {

    /**
     * Takes it on; called on a thread of the unit, one call at a time.
     *
     * @param spec what is to be
     * @param unit the same with the settings of the unit's own kind; makes the next generations
     * @throws Exception when it cannot be taken on; the change is taken back then, and nothing may have changed
     */
    void apply(RunnableSpec spec, Unit<?> unit) throws Exception;
}
