package dev.windlass.server;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who addresses this server by a name of the loopback interface and brings its token.
 *
 * <p>Host and origin come first: a page in the user's browser can reach loopback through a name that it made resolve there.
 */
final class AccessGuard extends Handler.Wrapper {
    private static final String SCHEME = "bearer ";

    private final Set<String> hosts;
    private final byte[] token;

    AccessGuard(int port, String token, Handler next) {
        super(next);
        this.hosts = Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port);
        this.token = token.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String host = request.getHeaders().get(HttpHeader.HOST);
        if (host == null || !hosts.contains(host.toLowerCase(Locale.ROOT))) {
            return forbidden(response, callback, "Host", host);
        }
        String origin = request.getHeaders().get(HttpHeader.ORIGIN);
        if (origin != null && !isOwn(origin.toLowerCase(Locale.ROOT))) {
            return forbidden(response, callback, "Origin", origin);
        }
        String authorization = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME) || !MessageDigest
                .isEqual(token, authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.UTF_8))) {
            response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
            return Reply.error(response, callback, new ApiError(401, "Unauthorized",
                    (authorization == null ? "no token" : "a wrong token")
                            + " was sent: send \"Authorization: Bearer TOKEN\" with the content of the token file"));
        }
        return super.handle(request, response, callback);
    }

    private boolean isOwn(String origin) {
        return origin.startsWith("http://") && hosts.contains(origin.substring("http://".length()));
    }

    private static boolean forbidden(Response response, Callback callback, String header, @Nullable String value) {
        return Reply.error(response, callback, new ApiError(403, "Forbidden",
                "%s \"%s\" is not this server: address it as 127.0.0.1 or localhost with its port".formatted(header,
                        value)));
    }
}
