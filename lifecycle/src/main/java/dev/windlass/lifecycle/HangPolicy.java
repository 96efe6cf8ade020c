package dev.windlass.lifecycle;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What follows when a unit has been quarantined and does not end. A JVM cannot kill a thread: either it is kept, or the whole
 * process goes. Immutable.
 *
 * @param exitAfter how long after the quarantine the process is ended if anything of the generation is left; null for never
 */
public record HangPolicy(@Nullable Duration exitAfter) {

    private static final Duration LONGEST = Duration.ofDays(365);
    private static final HangPolicy KEEP = new HangPolicy(null);

    /** @throws IllegalArgumentException when the duration is negative, or longer than 365 days */
    public HangPolicy {
        if (exitAfter != null && (exitAfter.isNegative() || exitAfter.compareTo(LONGEST) > 0)) {
            throw new IllegalArgumentException("a process cannot be ended %s after a quarantine: use 0 s to 365 days"
                    .formatted(exitAfter));
        }
    }

    /** The threads are kept until they end by themselves, and stay visible. The default. */
    public static HangPolicy keep() {
        return KEEP;
    }

    /**
     * The process is ended, with exit code 70, when anything of the generation is left after this long: also when the name has
     * been given to another unit by then, and when the manager has stopped. How it is ended is up to the manager, see {@link
     * Manager.Builder#processExit}.
     *
     * @throws IllegalArgumentException when the duration is negative, or longer than 365 days
     */
    public static HangPolicy exitProcess(Duration after) {
        return new HangPolicy(after);
    }
}
