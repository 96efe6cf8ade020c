package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.status.ApiException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out who asks: by client certificate, or by bearer token. Thread-safe. */
public final class Authenticator {
    private static final String BEARER = "bearer";

    private final Map<String, User> tokens;
    private final ClientCertificates certificates;
    private final boolean anonymous;

    /**
     * @param tokens
     *            users by the bearer token that they show
     * @param anonymous
     *            whether whoever shows nothing is {@link User#ANONYMOUS} rather than refused
     */
    public Authenticator(Map<String, User> tokens, ClientCertificates certificates, boolean anonymous) {
        this.tokens = Map.copyOf(tokens);
        this.certificates = certificates;
        this.anonymous = anonymous;
    }

    /**
     * The user who sent a request.
     *
     * @param authorization
     *            the header, null when there is none
     * @param chain
     *            the client's certificates, its own first
     * @throws ApiException
     *             401 when nobody is known by what is shown
     */
    public User authenticate(@Nullable String authorization, List<X509Certificate> chain) {
        User byCertificate = chain.isEmpty() ? null : certificates.userOf(chain.getFirst());
        if (byCertificate != null) {
            return byCertificate.authenticated();
        }
        String token = bearer(authorization);
        if (!token.isEmpty()) {
            User byToken = tokens.get(token);
            if (byToken != null) {
                return byToken.authenticated();
            }
        } else if (anonymous && chain.isEmpty()) {
            return User.ANONYMOUS;
        }
        throw ApiException.unauthorized();
    }

    /** What is shown as a bearer token; empty when it is something else. */
    private static String bearer(@Nullable String authorization) {
        String[] parts = authorization == null ? new String[0] : authorization.strip().split(" ", 3);
        return parts.length >= 2 && parts[0].equalsIgnoreCase(BEARER) ? parts[1] : "";
    }
}
