package dev.windlass.apiserver.internal.kind;

/** What an {@code apiVersion} says. Immutable. */
public record GroupVersion(String group, String version) {

    /** The group is "" when none is told. */
    public static GroupVersion of(String apiVersion) {
        int slash = apiVersion.indexOf('/');
        return new GroupVersion(apiVersion.substring(0, Math.max(slash, 0)), apiVersion.substring(slash + 1));
    }
}
