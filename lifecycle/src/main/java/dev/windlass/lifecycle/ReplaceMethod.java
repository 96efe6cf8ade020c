package dev.windlass.lifecycle;

/** How a generation follows another one in a replace. */
public enum ReplaceMethod {
    /** The next one got warm beside the one that ran, and took its work over. */
    WARM,
    /** The one that ran was stopped first, or none did. */
    COLD
}
