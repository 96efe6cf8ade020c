package dev.windlass.lifecycle;

/**
 * What a stopping unit has been asked, with deadlines on the clock of {@link TimeSource#nanos()}.
 *
 * @param mode what to do with pending work
 * @param reason why it stops
 * @param drainDeadline when draining must end
 * @param inFlightDeadline when work in flight is cancelled: {@link RunnableContext#cancelled()} is set then
 * @param deadline when the whole stop must have ended
 */
public record StopRequest(StopMode mode, Reason reason, long drainDeadline, long inFlightDeadline, long deadline) {
}
