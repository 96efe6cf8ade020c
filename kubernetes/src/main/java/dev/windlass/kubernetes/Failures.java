package dev.windlass.kubernetes;

import dev.windlass.kubernetes.ApiException.ApiCall;
import dev.windlass.lifecycle.RevokedException;
import io.fabric8.kubernetes.api.model.Status;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.ObjectMapper;

/** Puts failures into words. */
final class Failures {

    private static final int MAX_DETAIL = 400;

    private Failures() {
    }

    /** The innermost cause that says something. */
    static String describe(Throwable failure) {
        Throwable at = failure;
        while (at.getCause() != null && !speaksForItself(at)) {
            at = at.getCause();
        }
        String message = at.getMessage();
        return switch (at) {
            case UnknownHostException unknown -> "unknown host " + message;
            case ConnectException refused -> message == null ? "connection refused" : message;
            case SSLException tls -> "TLS: " + message;
            // Their messages are the path alone.
            case NoSuchFileException missing -> "file " + message + " does not exist";
            case AccessDeniedException denied -> "no permission to read " + message;
            case ClosedChannelException closed -> "the server closed the connection";
            default -> message == null || message.isBlank() ? at.getClass().getSimpleName() : message;
        };
    }

    private static boolean speaksForItself(Throwable failure) {
        return failure instanceof ConnectException || failure instanceof UnknownHostException;
    }

    /** The failure of an asynchronous request, for the thread that waited for it. */
    static IOException unwrap(ExecutionException failure) {
        Throwable cause = failure.getCause();
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof RevokedException revoked) {
            throw revoked;
        }
        return cause instanceof IOException io ? io : new IOException(cause == null ? failure : cause);
    }

    /** What an answer that is not a success means. */
    static ApiException of(ApiCall call, int code, byte[] body, @Nullable String retryAfter, ObjectMapper mapper) {
        Status status = status(body, mapper);
        String reason = status == null || status.getReason() == null ? "" : status.getReason();
        String detail;
        if (status != null && status.getMessage() != null) {
            detail = code + (reason.isEmpty() ? "" : " " + reason) + ": " + status.getMessage();
        } else {
            String text = new String(body, StandardCharsets.UTF_8).strip();
            detail = code + (text.isEmpty() ? "" : ": " + text.substring(0, Math.min(text.length(), MAX_DETAIL)));
        }
        boolean kindMissing = code == 404 && isMissingKind(status);
        if (kindMissing) {
            detail = "404: " + call.resource()
                    + " are not served: the kind is not installed; install its CustomResourceDefinition";
        }
        int seconds = seconds(retryAfter);
        if (seconds == 0 && status != null && status.getDetails() != null
                && status.getDetails().getRetryAfterSeconds() != null) {
            seconds = status.getDetails().getRetryAfterSeconds();
        }
        return new ApiException(call, code, reason, detail, seconds, kindMissing,
                hasCause(status, "ResourceVersionTooLarge"));
    }

    private static boolean hasCause(@Nullable Status status, String reason) {
        return status != null && status.getDetails() != null && status.getDetails().getCauses().stream()
                .anyMatch(cause -> reason.equals(cause.getReason()));
    }

    /** The server answers a path that it does not serve without naming an object. */
    private static boolean isMissingKind(@Nullable Status status) {
        return status == null || status.getDetails() == null || status.getDetails().getName() == null;
    }

    private static @Nullable Status status(byte[] body, ObjectMapper mapper) {
        if (body.length == 0 || body[0] != '{') {
            return null;
        }
        try {
            return mapper.readValue(body, Status.class);
        } catch (JacksonException e) {
            // Not a Status: the text itself is shown.
            return null;
        }
    }

    private static int seconds(@Nullable String retryAfter) {
        if (retryAfter == null) {
            return 0;
        }
        try {
            return Math.max(0, Integer.parseInt(retryAfter.strip()));
        } catch (NumberFormatException e) {
            // The other form, a date, is not sent by API servers.
            return 0;
        }
    }
}
