package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.ContinueToken;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.status.ApiException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Errors that somebody has asked for instead of the true answer, in the shape that the real server gives them. */
final class ScriptedAnswers {
    private static final String SCRIPTED = "scripted fault";

    private ScriptedAnswers() {
    }

    /** @throws ApiException always, except where the answer is no error of the protocol: a watch is told on its stream that its version is gone */
    static void refuse(FaultEffect.Answer answer, @Nullable Target target, Call call) {
        if (answer.code() == 410 && target != null && target.verb().equals("watch")) {
            return;
        }
        throw error(answer.code(), target, call).retryAfter(answer.retryAfterSeconds());
    }

    private static ApiException error(int code, @Nullable Target target, Call call) {
        return switch (code) {
            case 400 -> ApiException.badRequest(SCRIPTED);
            case 401 -> ApiException.unauthorized();
            case 403 -> Authorizer.forbidden(call.user(), RequestInfo.of(call.method(), call.path(), call.query()), "");
            case 404 -> target == null || target.name().isEmpty()
                    ? ApiException.noSuchResource()
                    : ApiException.notFound(target.type().group(), target.type().plural(), target.name());
            case 409 -> conflict(target, call);
            case 410 -> ApiException.expired("The resourceVersion for the provided list is too old.");
            case 429 -> target != null && target.subresource().equals("eviction")
                    ? ApiException.disruptionBudget(SCRIPTED)
                    : ApiException.tooManyRequests();
            case 500 -> ApiException.internal(SCRIPTED);
            case 503 -> unavailable();
            case 504 -> ApiException.timeout("request did not complete within the allotted timeout");
            default -> ApiException.of(code, "", SCRIPTED);
        };
    }

    static ApiException unavailable() {
        return ApiException.of(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    }

    private static ApiException conflict(@Nullable Target target, Call call) {
        if (target == null) {
            return ApiException.of(409, "Conflict", SCRIPTED);
        }
        ResourceType type = target.type();
        return target.verb().equals("create") && target.subresource().isEmpty()
                ? ApiException.alreadyExists(type.group(), type.plural(), nameIn(call.body()), false)
                : ApiException.modified(type.group(), type.plural(), target.name());
    }

    private static String nameIn(byte[] body) {
        try {
            return Json.textOrEmpty(Json.parse(body), "metadata", "name");
        } catch (JacksonException _) {
            return ""; // the body is not looked at otherwise, so it is no matter what it is
        }
    }

    /** Whether a list goes on from a token that can expire. */
    static boolean canExpire(Call call) {
        String token = call.parameterOrEmpty("continue");
        return !token.isEmpty() && ContinueToken.parse(token).canExpire();
    }

    static ApiException expiredToken(Call call) {
        return ContinueToken.parse(call.parameterOrEmpty("continue")).expired();
    }
}
