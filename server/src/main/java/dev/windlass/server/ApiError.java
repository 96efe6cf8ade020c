package dev.windlass.server;

import dev.windlass.lifecycle.DeadlineException;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.NameTakenException;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.StoppingException;
import dev.windlass.lifecycle.UnitFailedException;
import dev.windlass.lifecycle.UnknownUnitException;

/** A request that cannot be answered as asked: status code, a word for programs, a sentence for people. */
final class ApiError extends RuntimeException {
    /** How it looks in JSON. */
    record Body(int code, String reason, String message) {
    }

    private final int code;
    private final String reason;
    private final String sentence;

    ApiError(int code, String reason, String sentence) {
        super(sentence);
        this.code = code;
        this.reason = reason;
        this.sentence = sentence;
    }

    static ApiError badRequest(String sentence) {
        return new ApiError(400, "BadRequest", sentence);
    }

    static ApiError notFound(String sentence) {
        return new ApiError(404, "NotFound", sentence);
    }

    static ApiError deadline(String sentence) {
        return new ApiError(504, "DeadlineExceeded", sentence);
    }

    static ApiError of(LifecycleException e) {
        String sentence = e.getMessage() == null ? e.toString() : e.getMessage();
        return switch (e) {
            case UnknownUnitException _ -> notFound(sentence);
            case DeadlineException _ -> deadline(sentence);
            case RefusedException _ -> new ApiError(409, "Refused", sentence);
            case NameTakenException _ -> new ApiError(409, "NameTaken", sentence);
            case StoppingException _ -> new ApiError(409, "Stopping", sentence);
            case PreemptedException _ -> new ApiError(409, "Preempted", sentence);
            case UnitFailedException _ -> new ApiError(409, "UnitFailed", sentence);
            // A room above has refusals of its own.
            default -> e.getClass() == LifecycleException.class
                    ? new ApiError(500, "InternalError", sentence)
                    : new ApiError(409, e.getClass().getSimpleName().replaceFirst("Exception$", ""), sentence);
        };
    }

    int code() {
        return code;
    }

    Body body() {
        return new Body(code, reason, sentence);
    }
}
