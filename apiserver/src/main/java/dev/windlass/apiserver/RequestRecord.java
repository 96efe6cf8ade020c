package dev.windlass.apiserver;

/**
 * A request that was answered.
 *
 * @param verb
 *            get, list, watch, create, update, patch, delete, deletecollection; for what is no resource, the HTTP method in lower case
 * @param path
 *            with the query
 * @param user
 *            who asked; {@code system:anonymous} when the token was wrong
 * @param code
 *            HTTP status code
 */
public record RequestRecord(String verb, String path, String user, String userAgent, int code) {
}
