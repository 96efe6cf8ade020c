package dev.windlass.apiserver.internal.podsecurity;

import org.jspecify.annotations.Nullable;

/** One of the things that a standard forbids. */
@FunctionalInterface
interface Check {

    /** @return null when nothing is wrong */
    @Nullable
    Violation of(Subject pod);

    /** Not asked of pods of Windows, which has none of it. */
    static Check unlessWindows(Check check) {
        return pod -> pod.ofWindows() ? null : check.of(pod);
    }

    /** Not asked of pods whose root is nobody outside. */
    static Check unlessOwnUsers(Check check) {
        return pod -> pod.hasUsersOfItsOwn() ? null : check.of(pod);
    }
}
