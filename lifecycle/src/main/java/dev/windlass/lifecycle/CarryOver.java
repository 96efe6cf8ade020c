package dev.windlass.lifecycle;

import java.util.List;

/**
 * Work that a stopped unit leaves to its next generation. Kept by the name until the next start has taken it, or until a
 * remove reports it as discarded. Implementations are immutable.
 */
public interface CarryOver {

    /** How many items of pending work it holds. */
    long count();

    /** The names of at most {@code max} of them, for a report. */
    List<String> sample(int max);
}
