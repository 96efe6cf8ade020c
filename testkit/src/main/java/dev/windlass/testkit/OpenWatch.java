package dev.windlass.testkit;

/**
 * A watch that a client has open.
 *
 * @param group empty for the core group
 * @param resource plural, as in the path
 * @param namespace empty for all
 * @param userAgent of the client; may be empty
 */
public record OpenWatch(String group, String version, String resource, String namespace, String userAgent) {
}
