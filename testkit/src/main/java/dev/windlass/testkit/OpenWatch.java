package dev.windlass.testkit;

/**
 * A watch that an API server has open at the moment, as the server itself tells it.
 *
 * @param user the user that the server authenticated
 * @param userAgent the client's {@code User-Agent}, or an empty string
 * @param path the request's path with its query, such as {@code /api/v1/configmaps?watch=true}
 */
public record OpenWatch(String user, String userAgent, String path) {
}
