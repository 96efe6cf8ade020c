package dev.windlass.kubernetes;

/**
 * A change to an object.
 *
 * @param type how the body is to be read
 * @param body the patch, JSON
 */
public record Patch(Type type, String body) {

    /** A JSON merge patch (RFC 7396). */
    public static Patch merge(String json) {
        return new Patch(Type.MERGE, json);
    }

    /** A JSON patch (RFC 6902). */
    public static Patch json(String json) {
        return new Patch(Type.JSON, json);
    }

    /** A strategic merge patch; only for kinds that are built in. */
    public static Patch strategic(String json) {
        return new Patch(Type.STRATEGIC, json);
    }

    /** The formats. */
    public enum Type {
        /** RFC 7396. */
        MERGE("application/merge-patch+json"),
        /** RFC 6902. */
        JSON("application/json-patch+json"),
        /** Kubernetes' own. */
        STRATEGIC("application/strategic-merge-patch+json");

        private final String mediaType;

        Type(String mediaType) {
            this.mediaType = mediaType;
        }

        String mediaType() {
            return mediaType;
        }
    }
}
