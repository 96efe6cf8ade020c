package dev.windlass.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Complete answers. */
final class Reply {
    private Reply() {
    }

    static boolean text(Response response, Callback callback, int status, String body) {
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        return bytes(response, callback, status, "text/plain; charset=utf-8", body.getBytes(StandardCharsets.UTF_8));
    }

    static boolean json(Response response, Callback callback, int status, Object body) {
        return bytes(response, callback, status, "application/json", Json.bytes(body));
    }

    static boolean error(Response response, Callback callback, ApiError error) {
        return json(response, callback, error.code(), error.body());
    }

    static boolean bytes(Response response, Callback callback, int status, String type, byte[] body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
