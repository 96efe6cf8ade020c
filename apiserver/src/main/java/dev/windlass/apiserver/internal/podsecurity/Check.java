package dev.windlass.apiserver.internal.podsecurity;

import org.jspecify.annotations.Nullable;

/** One of the things that a standard forbids. */
@FunctionalInterface
interface Check {

    /** @return null when nothing is wrong */
    @Nullable
    Violation of(Subject pod);
}
