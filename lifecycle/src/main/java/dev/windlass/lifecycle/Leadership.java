package dev.windlass.lifecycle;

/** Where a unit may run when several processes run the same program. Declared by {@link RunnableSpec#leadership()}. */
public enum Leadership {
    /**
     * Only in the process that leads: it waits, {@code PENDING}, until its manager is elected, and what it does is fenced by the
     * lease. In a manager without an {@link Elector} it runs at once, as if that had been elected.
     */
    LEADER,
    /** In every process. The default outside of {@link Group#LEADER_ELECTED}. */
    ALWAYS,
    /** In one process for each shard. Not possible yet: {@link RunnableSpec.Builder#build()} refuses it. */
    SHARDED
}
