package dev.windlass.apiserver.internal.podsecurity;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How much is forbidden, the least first. */
enum Level {
    PRIVILEGED, BASELINE, RESTRICTED;

    /** @return null when there is none of this name */
    static @Nullable Level named(String name) {
        for (Level level : values()) {
            if (level.toString().equals(name)) {
                return level;
            }
        }
        return null;
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
