package dev.windlass.apiserver.internal.store;

import org.jspecify.annotations.Nullable;

/**
 * One committed change. {@code before} is null for a creation; {@code deleted} says that {@code now} is the last state, at the version of its deletion.
 */
public record Change(long version, @Nullable Stored before, Stored now, boolean deleted) {
}
