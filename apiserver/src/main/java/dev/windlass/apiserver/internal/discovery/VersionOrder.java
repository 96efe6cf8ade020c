package dev.windlass.apiserver.internal.discovery;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The order that Kubernetes gives to versions: stable before beta before alpha, higher before lower, what is no such version at the end by name. */
public final class VersionOrder {
    private static final Pattern VERSION = Pattern.compile("v(\\d{1,18})(?:(alpha|beta)(\\d{1,18}))?");

    /** Preferred versions first. */
    public static final Comparator<String> NEWEST_FIRST = Comparator.comparingInt(VersionOrder::stability)
            .thenComparingLong(VersionOrder::major)
            .thenComparingLong(VersionOrder::minor).thenComparing(Comparator.naturalOrder());

    private VersionOrder() {
    }

    private static int stability(String version) {
        Matcher matcher = VERSION.matcher(version);
        if (!matcher.matches()) {
            return 3;
        }
        String stage = matcher.group(2);
        if (stage == null) {
            return 0;
        }
        return stage.equals("beta") ? 1 : 2;
    }

    private static long major(String version) {
        Matcher matcher = VERSION.matcher(version);
        return matcher.matches() ? -Long.parseLong(matcher.group(1)) : 0;
    }

    private static long minor(String version) {
        Matcher matcher = VERSION.matcher(version);
        return matcher.matches() && matcher.group(3) != null ? -Long.parseLong(matcher.group(3)) : 0;
    }
}
