package dev.windlass.lifecycle;

/**
 * Takes part in an election for a manager: finds out who leads, and holds on to what proves it. Given to {@link
 * Manager.Builder#elector}; one for each manager. Implementations tell the {@link Candidacy} what they see; all that follows from
 * it, the fence included, is the manager's.
 *
 * <p>{@link LockElector} is the one that is there: over anything that can be written by one at a time.
 */
public interface Elector {

    /** Which election, for reports and as the label {@code name} of the meters: {@code default/websites}. */
    String election();

    /** Who stands in it: not the same in any two processes, or managers. */
    String identity();

    /** The times that the fence of a holder follows from. */
    LeaseTimes times();

    /**
     * Stands until the context's {@code stopping} is set, then gives up what it holds if {@link Candidacy#resign()} says that it
     * may, and returns. Runs on a thread of the unit {@code leader-election}; when it throws, what it held counts as lost, and it
     * runs again after a while.
     */
    void run(Candidacy candidacy) throws Exception;
}
