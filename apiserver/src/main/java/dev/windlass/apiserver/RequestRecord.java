package dev.windlass.apiserver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A request that was answered.
 *
 * @param verb
 *            get, list, watch, create, update, patch, delete, deletecollection; for what is no resource, the HTTP method in lower case
 * @param path
 *            with the query
 * @param user
 *            who asked; {@code system:anonymous} when nobody was known by what was shown
 * @param groups
 *            of the user
 * @param impersonatedUser
 *            whom the user acted as; empty when as nobody else
 * @param code
 *            HTTP status code
 * @param group
 *            of the resource, as the path has it; empty for the core group
 * @param resource
 *            plural, as the path has it; empty for what is no resource
 * @param subresource
 *            empty for the object itself
 * @param namespace
 *            empty for the whole cluster
 * @param name
 *            empty for collections
 * @param dryRun
 *            whether nothing was to be stored
 * @param time
 *            when it came, by the server's clock
 * @param duration
 *            until its answer was ready to be sent; for a watch, until it began
 */
public record RequestRecord(String verb, String path, String user, List<String> groups, String impersonatedUser,
        String userAgent, int code, String group, String resource, String subresource, String namespace, String name,
        boolean dryRun, Instant time, Duration duration) {
}
