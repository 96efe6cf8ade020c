package dev.windlass.kubernetes;

/**
 * What is left of an object that someone knew: its identity.
 *
 * @param key namespace and name
 * @param uid the uid it had
 * @param resourceVersion the version that was known
 */
public record KnownObject(ObjectKey key, String uid, String resourceVersion) {
}
