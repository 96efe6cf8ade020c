package dev.windlass.lifecycle;

/**
 * Where a thread of a unit stood at one moment. Strings only.
 *
 * @param name its name: {@code id} for the one that runs the unit's code, {@code id/name} for one that it forked
 * @param virtual whether it is a virtual thread
 * @param state what it was doing
 * @param stack its stack, one frame a line
 */
public record ThreadPosition(String name, boolean virtual, Thread.State state, String stack) {

    static ThreadPosition of(Thread thread) {
        return new ThreadPosition(thread.getName(), thread.isVirtual(), thread.getState(), UnitThreads.stack(thread));
    }
}
