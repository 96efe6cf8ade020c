package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.status.ApiException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds out who asks: by client certificate, by bearer token, or by the token of a service account. Thread-safe. */
public final class Authenticator {
    private static final String BEARER = "bearer";

    private static final String INVALID = "invalid bearer token";

    private final Map<String, User> tokens;
    private final ServiceAccountTokens serviceAccounts;
    private final ClientCertificates certificates;
    private final boolean anonymous;

    /**
     * @param tokens
     *            users by the bearer token that they show
     * @param anonymous
     *            whether whoever shows nothing is {@link User#ANONYMOUS} rather than refused
     */
    public Authenticator(Map<String, User> tokens, ServiceAccountTokens serviceAccounts,
            ClientCertificates certificates, boolean anonymous) {
        this.serviceAccounts = serviceAccounts;
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
            User byToken = review(token, List.of()).user();
            if (byToken != null) {
                return byToken;
            }
        } else if (anonymous && chain.isEmpty()) {
            return User.ANONYMOUS;
        }
        throw ApiException.unauthorized();
    }

    /**
     * What a token was found to be.
     *
     * @param user
     *            null when it proves nothing
     * @param audiences
     *            for which it holds, of those that were asked for
     * @param error
     *            why it proves nothing, empty otherwise
     */
    public record Reviewed(@Nullable User user, List<String> audiences, String error) {
    }

    /**
     * Finds out whose token it is.
     *
     * @param audiences
     *            of which it must be for one; none for the server itself
     */
    public Reviewed review(String token, List<String> audiences) {
        List<String> wanted = audiences.isEmpty() ? List.of(serviceAccounts.issuer()) : audiences;
        User known = tokens.get(token);
        if (known != null) {
            return wanted.contains(serviceAccounts.issuer())
                    ? new Reviewed(known.authenticated(), List.of(serviceAccounts.issuer()), "")
                    : new Reviewed(null, List.of(), INVALID);
        }
        try {
            ServiceAccountTokens.Proof proof = serviceAccounts.verify(token, wanted);
            return proof == null
                    ? new Reviewed(null, List.of(), INVALID)
                    : new Reviewed(proof.user().authenticated(), proof.audiences(), "");
        } catch (ServiceAccountTokens.RefusedException e) {
            return new Reviewed(null, List.of(), "[" + INVALID + ", " + e.getMessage() + "]");
        }
    }

    /** What is shown as a bearer token; empty when it is something else. */
    private static String bearer(@Nullable String authorization) {
        String[] parts = authorization == null ? new String[0] : authorization.strip().split(" ", 3);
        return parts.length >= 2 && parts[0].equalsIgnoreCase(BEARER) ? parts[1] : "";
    }
}
