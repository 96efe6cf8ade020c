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

    /**
     * The typed face of the handle of a unit that takes the place of another one of its name: in a replace, or because the scope declares
     * it again. What was told to the one before through its handle, and is to outlive it, is taken along here. By default the same as
     * the face of a new one.
     *
     * @param before the face until then
     */
    default H handle(RunnableHandle base, RunnableHandle before) {
        return handle(base);
    }
}
