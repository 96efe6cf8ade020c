package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.rest.Target;
import org.jspecify.annotations.Nullable;

/**
 * Which requests a fault is for; {@code *} stands for all.
 *
 * @param verb
 *            as RBAC calls it
 * @param resource
 *            {@code plural}, {@code plural.group}, either with a slash and a sub-resource; empty for whatever is no resource, or a path from its slash on
 * @param user
 *            the name
 * @param probability
 *            of each request that fits to be met
 * @param times
 *            how many are met; -1 for all
 */
public record FaultScope(String verb, String resource, String user, double probability, int times) {
    public static final String ANY = "*";

    /** Whether a request fits, apart from probability and count. */
    boolean covers(String askedVerb, @Nullable Target target, String path, String askedUser) {
        return (verb.equals(ANY) || verb.equals(askedVerb)) && (user.equals(ANY) || user.equals(askedUser))
                && (resource.equals(ANY) || (target == null ? coversPath(path) : coversTarget(target)));
    }

    private boolean coversPath(String path) {
        return resource.isEmpty() || resource.equals(path);
    }

    private boolean coversTarget(Target target) {
        String subresource = target.subresource().isEmpty() ? "" : "/" + target.subresource();
        String plural = target.type().plural();
        return resource.equals(plural + subresource)
                || resource.equals(plural + "." + target.type().group() + subresource);
    }
}
