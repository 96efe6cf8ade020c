package dev.windlass.lifecycle;

/**
 * One thing that a manager runs: a plain task, a controller, a cluster connection, a server, a scope of others. The unit is
 * a description: the manager asks it for a new instance at each start, so that the same object never runs twice.
 *
 * @param <H> the face that the handle of such a unit shows
 */
public interface Unit<H extends RunnableHandle> {

    /** Name, group, dependencies, stop budget. Asked once, when the unit is added. */
    RunnableSpec spec();

    /** Makes what runs next. Called on the thread that will run it, once for each generation. */
    ManagedRunnable newInstance();

    /** The typed face of the handle. Called once, when the unit is added. */
    H handle(RunnableHandle base);
}
