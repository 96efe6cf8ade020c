package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * How a generation hands its work to a successor that is warm, and takes it back. Both methods are called on a thread of the unit,
 * one after the other, never while the generation is being stopped by somebody else. What they throw, and a call that takes longer
 * than the in-flight and release shares of the unit's stop options, ends the replace, not the manager.
 */
public interface Handover {

    /**
     * Stops dispatch at once, awaits what is in flight, and returns all pending work, or null when there is none. What comes in
     * afterwards is kept for {@link #thaw}; it is nobody's work when the generation is retired, since the successor sees it too.
     * When it throws, nothing must be missing: {@code thaw(null)} follows.
     */
    @Nullable
    CarryOver freeze() throws Exception;

    /**
     * The successor has not stood the test: takes the work back, which is what the successor left when it was stopped, and goes
     * on. From then on what the generation leaves contains that work; when it ends already, so that nobody would leave it, this must
     * throw. When it throws, the generation is restarted, and the next one finds the work as its {@link
     * RunnableContext#carryOver()}.
     */
    void thaw(@Nullable CarryOver back) throws Exception;
}
