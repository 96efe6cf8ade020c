/**
 * Keyed work queue: each key is queued once, processed by one worker at a time, and never lost by a stop.
 *
 * <p>{@link dev.windlass.workqueue.WorkQueue} is the entry point.
 */
@NullMarked
package dev.windlass.workqueue;

import org.jspecify.annotations.NullMarked;
