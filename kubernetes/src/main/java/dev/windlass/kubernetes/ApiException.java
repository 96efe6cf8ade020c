package dev.windlass.kubernetes;

import org.jspecify.annotations.Nullable;

/**
 * A request to a cluster failed. The message names cluster, verb, resource, object, reason and remedy.
 */
public class ApiException extends RuntimeException {

    private final String cluster;
    private final int code;
    private final String reason;
    private final boolean outcomeUnknown;
    private final int retryAfterSeconds;
    private final boolean kindMissing;
    private final boolean versionTooNew;

    ApiException(ApiCall call, int code, String reason, String detail, int retryAfterSeconds, boolean kindMissing,
            boolean versionTooNew) {
        super(call + ": " + detail + remedy(code, call));
        this.cluster = call.cluster();
        this.code = code;
        this.reason = reason;
        this.outcomeUnknown = false;
        this.retryAfterSeconds = retryAfterSeconds;
        this.kindMissing = kindMissing;
        this.versionTooNew = versionTooNew;
    }

    ApiException(ApiCall call, Throwable cause, boolean outcomeUnknown) {
        super(call + ": no answer: " + Failures.describe(cause)
                + (outcomeUnknown
                        ? "; it may have been carried out: read the object before doing it again"
                        : remedy(0, call)),
                cause);
        this.cluster = call.cluster();
        this.code = 0;
        this.reason = "NoAnswer";
        this.outcomeUnknown = outcomeUnknown;
        this.retryAfterSeconds = 0;
        this.kindMissing = false;
        this.versionTooNew = false;
    }

    private static String remedy(int code, ApiCall call) {
        return switch (code) {
            case 0 -> "; check that the server of cluster " + call.cluster() + " runs and can be reached from here";
            case 401 -> "; check the credentials of cluster " + call.cluster() + " in its kubeconfig";
            case 403 -> "; grant the verb by a Role or ClusterRole bound to this user";
            case 429, 503, 504 -> "; the server is overloaded or starting: try again later";
            default -> "";
        };
    }

    /** The cluster that was asked. */
    public String cluster() {
        return cluster;
    }

    /** The HTTP status, 0 when there was no answer. */
    public int code() {
        return code;
    }

    /** The reason that the server gave, such as {@code NotFound} or {@code Conflict}; {@code NoAnswer} when there was none. */
    public String reason() {
        return reason;
    }

    /** No such object, or no such kind. */
    public boolean isNotFound() {
        return code == 404;
    }

    /** The server does not know the kind at all: it is not installed. */
    public boolean isKindMissing() {
        return kindMissing;
    }

    /** A resource version was asked for that the server has not reached. */
    boolean isVersionTooNew() {
        return versionTooNew;
    }

    /** The object was changed by somebody else, or a field belongs to somebody else. */
    public boolean isConflict() {
        return code == 409 && !isAlreadyExists();
    }

    /** An object of that name exists. */
    public boolean isAlreadyExists() {
        return code == 409 && reason.equals("AlreadyExists");
    }

    /** The user may not do that. */
    public boolean isForbidden() {
        return code == 403;
    }

    /** The credentials were refused. */
    public boolean isUnauthorized() {
        return code == 401;
    }

    /** A write was sent and not answered: it may have been carried out. */
    public boolean outcomeUnknown() {
        return outcomeUnknown;
    }

    /** How long the server asks to wait before trying again, in seconds; 0 when it does not say. */
    public int retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** What is asked of whom, for messages: {@code get configmaps web/settings on cluster north}. */
    record ApiCall(String cluster, String verb, String resource, @Nullable String namespace, @Nullable String name) {

        @Override
        public String toString() {
            String object = name == null || name.isEmpty() ? "" : " " + name;
            String where = namespace == null || namespace.isEmpty() ? "" : " in namespace " + namespace;
            return verb + " " + resource + object + where + " on cluster " + cluster;
        }
    }
}
