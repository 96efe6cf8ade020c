package dev.windlass.apiserver.internal.podsecurity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is forbidden: a level, as a version of Kubernetes had it.
 *
 * @param minor
 *            of that version, {@link #LATEST} for whatever is the newest
 */
record Standard(Level level, long minor) {
    static final long LATEST = Long.MAX_VALUE;
    static final Standard NOTHING = new Standard(Level.PRIVILEGED, LATEST);

    private static final Pattern VERSION = Pattern.compile("v1\\.(0|[1-9][0-9]*)");

    /** @return null when it is none */
    static @Nullable Long minor(String version) {
        if (version.equals("latest")) {
            return LATEST;
        }
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return null;
        }
        try {
            return Long.valueOf(matcher.group(1));
        } catch (NumberFormatException _) {
            return null;
        }
    }

    @Override
    public String toString() {
        return level + ":" + (minor == LATEST ? "latest" : "v1." + minor);
    }
}
