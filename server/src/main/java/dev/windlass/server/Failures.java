package dev.windlass.server;

import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What is answered to a request that no handler sees, since it cannot be read, or whose handler throws. Stateless. */
enum Failures implements Request.Handler {
    /** In the form in which the admin API says every error. */
    JSON {
        @Override
        boolean answer(Response response, Callback callback, int code, String sentence) {
            String reason = code == 500 ? "InternalError" : HttpStatus.getMessage(code).replaceAll("[^A-Za-z]", "");
            return Reply.error(response, callback, new ApiError(code, reason, sentence));
        }
    },
    /** One line. */
    TEXT {
        @Override
        boolean answer(Response response, Callback callback, int code, String sentence) {
            return Reply.text(response, callback, code, sentence + "\n");
        }
    };

    abstract boolean answer(Response response, Callback callback, int code, String sentence);

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int code = response.getStatus();
        Throwable thrown = request.getAttribute(ErrorHandler.ERROR_EXCEPTION) instanceof Throwable t ? t : null;
        return answer(response, callback, code, code >= 500
                ? "the request failed: " + (thrown == null ? HttpStatus.getMessage(code) : described(thrown))
                : "the request cannot be read: " + why(code, thrown));
    }

    private static String why(int code, @Nullable Throwable thrown) {
        String reason = thrown instanceof HttpException http ? http.getReason() : null;
        return reason == null ? HttpStatus.getMessage(code) : reason;
    }

    /** What was thrown, in words; its own words are user code, which may throw. */
    static String described(Throwable thrown) {
        try {
            return thrown.toString();
        } catch (Throwable e) {
            return thrown.getClass().getName() + ", whose message cannot be read: " + e.getClass().getName();
        }
    }

    /** Its message, or what it is when it has none. */
    static String message(Throwable thrown) {
        try {
            return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
        } catch (Throwable e) {
            return described(thrown);
        }
    }
}
