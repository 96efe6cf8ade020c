package dev.windlass.workqueue;

/**
 * How much a queue holds, taken at one instant.
 *
 * @param ready keys that can run now
 * @param delayed keys that become due later
 * @param blocked keys that are due and wait for the end of their current run
 * @param processing keys that were taken and not given back
 * @param finishedSinceShutDown runs that ended well since the shut-down began: what a drain has drained
 */
public record QueueSizes(int ready, int delayed, int blocked, int processing, long finishedSinceShutDown) {

    /** What is queued: ready, delayed and blocked. */
    public int queued() {
        return ready + delayed + blocked;
    }

    /** Whether the queue holds nothing at all. */
    public boolean empty() {
        return queued() + processing == 0;
    }
}
