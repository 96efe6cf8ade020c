package dev.windlass.leaky;

/** Lives outside the kit's own package, whose instances the kit does not count. */
public final class Leaked {
}
