package dev.windlass.server;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
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

    private static final int DEFAULT_PORT = 80;

    private final String address;
    private final Set<String> hosts;
    private final byte[] token;

    /** @param bound where the server listens, under a name or address of the loopback interface */
    AccessGuard(URI bound, String token, Handler next) {
        super(next);
        this.address = bound.getAuthority();
        this.hosts = hosts(bound);
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

    private static Set<String> hosts(URI bound) {
        Set<String> hosts = new HashSet<>();
        for (String name : List.of("127.0.0.1", "localhost", "[::1]", bound.getHost().toLowerCase(Locale.ROOT))) {
            hosts.add(name + ":" + bound.getPort());
            if (bound.getPort() == DEFAULT_PORT) { // which clients do not name
                hosts.add(name);
            }
        }
        return Set.copyOf(hosts);
    }

    private boolean isOwn(String origin) {
        return origin.startsWith("http://") && hosts.contains(origin.substring("http://".length()));
    }

    private boolean forbidden(Response response, Callback callback, String header, @Nullable String value) {
        return Reply.error(response, callback, new ApiError(403, "Forbidden",
                "%s \"%s\" is not this server: address it as %s".formatted(header, value, address)));
    }
}
