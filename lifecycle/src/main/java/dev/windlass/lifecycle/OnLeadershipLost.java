package dev.windlass.lifecycle;

/** What a manager does when it loses the leadership that it had. Its leader units are cancelled in either case, at once. */
public enum OnLeadershipLost {
    /** Stops everything; {@link Manager#run()} throws {@link LeadershipLostException}. The default. */
    STOP_MANAGER,
    /** Stops the leader units only, and stays a candidate: they start again, with the work that they left, when it is elected again. */
    STEP_DOWN
}
