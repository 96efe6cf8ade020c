package dev.windlass.apiserver.internal.status;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A refused request: everything that its Status body says. */
public final class ApiException extends RuntimeException {
    private static final String BUSY = "Too many requests, please try again later.";

    private final int code;
    private final String reason;
    private final @Nullable ObjectNode details;
    private final @Nullable String continueToken;
    private final transient List<String> warnings = new ArrayList<>();

    private ApiException(int code, String reason, String message, @Nullable ObjectNode details,
            @Nullable String continueToken) {
        super(message, null, false, false);
        this.code = code;
        this.reason = reason;
        this.details = details;
        this.continueToken = continueToken;
    }

    public int code() {
        return code;
    }

    public String reason() {
        return reason;
    }

    public int retryAfterSeconds() {
        return (int) Json.number(details, 0, "retryAfterSeconds");
    }

    /** What the client is to be warned of, though it is refused. */
    public List<String> warnings() {
        return warnings;
    }

    /** Puts warnings before those that there are, and answers itself. */
    public ApiException warning(List<String> first) {
        warnings.addAll(0, first);
        return this;
    }

    /** The Status object that the client is sent. */
    public ObjectNode status() {
        ObjectNode status = Json.object();
        status.put("kind", "Status").put("apiVersion", "v1");
        ObjectNode metadata = status.putObject("metadata");
        if (continueToken != null) {
            metadata.put("continue", continueToken);
        }
        status.put("status", "Failure").put("message", getMessage());
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (details != null) {
            status.set("details", details);
        }
        return status.put("code", code);
    }

    private static ObjectNode details(String name, String group, String kind) {
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        if (!kind.isEmpty()) {
            details.put("kind", kind);
        }
        return details;
    }

    private static String qualified(String resource, String group) {
        return group.isEmpty() ? resource : resource + "." + group;
    }

    public static ApiException of(int code, String reason, String message) {
        return new ApiException(code, reason, message, null, null);
    }

    /**
     * A refusal in somebody else's words.
     *
     * @param details
     *            null for none
     */
    public static ApiException told(int code, String reason, String message, @Nullable ObjectNode details) {
        return new ApiException(code, reason, message, details, null);
    }

    public static ApiException notFound(String group, String resource, String name) {
        return new ApiException(404, "NotFound",
                qualified(resource, group) + " " + GoText.quoted(name) + " not found",
                details(name, group, resource), null);
    }

    /** What a path below a known group and version answers when it leads nowhere. */
    public static ApiException noSuchResource() {
        return new ApiException(404, "NotFound", "the server could not find the requested resource", Json.object(),
                null);
    }

    public static ApiException methodNotAllowed() {
        return new ApiException(405, "MethodNotAllowed",
                "the server does not allow this method on the requested resource", Json.object(), null);
    }

    /**
     * What a verb answers that there is not.
     *
     * @param group
     *            empty for the core one
     */
    public static ApiException notSupported(String group, String resource, String verb) {
        return new ApiException(405, "MethodNotAllowed", verb + " is not supported on resources of kind "
                + GoText.quoted(qualified(resource, group)), details("", group, resource), null);
    }

    /** @param going whether what is there is being deleted */
    public static ApiException alreadyExists(String group, String resource, String name, boolean going) {
        return new ApiException(409, "AlreadyExists", exists(group, resource, name, going),
                details(name, group, resource), null);
    }

    /**
     * The name is taken of an object that has a {@code generateName}, for which it tells that none was found.
     *
     * @param going
     *            whether what is there is being deleted
     */
    public static ApiException noFreeName(String group, String resource, String name, boolean going) {
        ObjectNode details = details(name, group, resource);
        details.put("retryAfterSeconds", 1);
        return new ApiException(409, "AlreadyExists", exists(group, resource, name, going)
                + ", the server was not able to generate a unique name for the object", details, null);
    }

    private static String exists(String group, String resource, String name, boolean going) {
        return (going ? "object is being deleted: " : "") + qualified(resource, group) + " " + GoText.quoted(name)
                + " already exists";
    }

    public static ApiException conflict(String group, String resource, String name, String why) {
        return new ApiException(409, "Conflict",
                "Operation cannot be fulfilled on " + qualified(resource, group) + " " + GoText.quoted(name) + ": "
                        + why,
                details(name, group, resource), null);
    }

    public static ApiException modified(String group, String resource, String name) {
        return conflict(group, resource, name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    /** A conflict between appliers. */
    public static ApiException applyConflict(List<FieldError> causes, String message) {
        ObjectNode details = Json.object();
        putCauses(details, causes);
        return new ApiException(409, "Conflict", message, details, null);
    }

    /** What is said twice is told once in the message, and twice in the causes. */
    public static ApiException invalid(String group, String kind, String name, List<FieldError> errors) {
        List<String> distinct = errors.stream().map(FieldError::message).distinct().toList();
        ObjectNode details = details(name, group, kind);
        putCauses(details, errors);
        String what = distinct.size() == 1
                ? distinct.getFirst()
                : distinct.stream().collect(Collectors.joining(", ", "[", "]"));
        return new ApiException(422, "Invalid",
                qualified(kind, group) + " " + GoText.quoted(name) + " is invalid: " + what, details, null);
    }

    private static void putCauses(ObjectNode details, List<FieldError> errors) {
        ArrayNode causes = details.putArray("causes");
        for (FieldError error : errors) {
            ObjectNode cause = causes.addObject().put("reason", error.reason());
            if (!error.body().isEmpty()) {
                cause.put("message", error.body());
            }
            if (!error.field().isEmpty()) {
                cause.put("field", error.field());
            }
        }
    }

    /** A patch that could be read but not be done. */
    public static ApiException unprocessable() {
        return new ApiException(422, "Invalid", "the server rejected our request due to an error in our request",
                Json.object(), null);
    }

    public static ApiException badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    public static ApiException unauthorized() {
        return of(401, "Unauthorized", "Unauthorized");
    }

    public static ApiException forbidden(String group, String resource, String name, String why,
            List<FieldError> causes) {
        ObjectNode details = details(name, group, resource);
        if (!causes.isEmpty()) {
            putCauses(details, causes);
        }
        String what = qualified(resource, group) + (name.isEmpty() ? "" : " " + GoText.quoted(name));
        return new ApiException(403, "Forbidden",
                (resource.isEmpty() && group.isEmpty() ? "forbidden: " : what + " is forbidden: ") + why, details,
                null);
    }

    public static ApiException notAcceptable(List<String> accepted) {
        return of(406, "NotAcceptable", "only the following media types are accepted: " + String.join(", ", accepted));
    }

    /** Nothing that a path can give is what the client takes. */
    public static ApiException noRepresentation(List<String> available) {
        return new ApiException(406, "NotAcceptable",
                "406: Not Acceptable\n\nAvailable representations: " + String.join(", ", available), Json.object(),
                null);
    }

    public static ApiException unsupportedMediaType(List<String> accepted) {
        return of(415, "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: "
                        + String.join(", ", accepted));
    }

    /** A patch of a built-in kind that is none of the known ones. */
    public static ApiException unsupportedPatch() {
        return new ApiException(415, "UnsupportedMediaType", "415: Unsupported Media Type", Json.object(), null);
    }

    public static ApiException expired(String message) {
        return of(410, "Expired", message);
    }

    /** The rest of a list can no longer be told as it was; the token leads to the rest as it is. */
    public static ApiException expiredList(String continueToken) {
        return new ApiException(410, "Expired",
                """
                        The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, \
                        or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an \
                        inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in \
                        the list.""",
                null, continueToken);
    }

    public static ApiException tooLargeVersion(long wanted, long current, boolean again) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("reason", "ResourceVersionTooLarge").put("message",
                "Too large resource version");
        if (again) {
            details.put("retryAfterSeconds", 1);
        }
        return new ApiException(504, "Timeout",
                "Timeout: Too large resource version: " + wanted + ", current: " + current, details, null);
    }

    /** The server has too much to do. It says so before it knows in which form the client wants to hear it: in plain text. */
    public static ApiException tooManyRequests() {
        return of(429, "TooManyRequests", BUSY).retryAfter(1);
    }

    /** An eviction that a disruption budget does not allow now. */
    public static ApiException disruptionBudget(String why) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("reason", "DisruptionBudget").put("message", why);
        return new ApiException(429, "TooManyRequests",
                "Cannot evict pod as it would violate the pod's disruption budget.", details, null);
    }

    public static ApiException timeout(String message) {
        return new ApiException(504, "Timeout", "Timeout: " + message, Json.object(), null);
    }

    /**
     * The same, and when to come back.
     *
     * @param seconds 0 leaves it as it is
     */
    public ApiException retryAfter(int seconds) {
        if (seconds <= 0) {
            return this;
        }
        ObjectNode more = details == null ? Json.object() : details.deepCopy();
        more.put("retryAfterSeconds", seconds);
        return new ApiException(code, reason, String.valueOf(getMessage()), more, continueToken);
    }

    /** Whether the body is the message and nothing else. */
    public boolean isPlainText() {
        return BUSY.equals(getMessage());
    }

    public static ApiException internal(String message) {
        ObjectNode details = Json.object();
        details.putArray("causes").addObject().put("message", message);
        return new ApiException(500, "InternalError", "Internal error occurred: " + message, details, null);
    }
}
