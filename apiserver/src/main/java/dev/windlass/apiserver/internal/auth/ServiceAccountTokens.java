package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.store.Store;
import dev.windlass.apiserver.internal.store.Stored;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Signs and verifies the tokens of service accounts: JSON web tokens, with a key that is made when it is first needed. A token holds until it expires, or its
 * service account or the object that it is bound to is gone or made anew. Thread-safe.
 */
public final class ServiceAccountTokens {
    /** A token holds so much longer, and earlier, than it says. */
    private static final Duration LEEWAY = Duration.ofMinutes(1);
    private static final String ALGORITHM = "ES256";
    private static final String SIGNATURE = "SHA256withECDSAinP1363Format";
    private static final int COORDINATE_BYTES = 32;
    private static final String PRIVATE = "kubernetes.io";
    private static final String EXTRA = "authentication.kubernetes.io/";

    private final Store store;
    private final InstantSource clock;
    private final Supplier<String> issuer;
    private final Supplier<String> ids;
    private @Nullable Key key;

    private record Key(KeyPair pair, String id) {
    }

    /** What a token is bound to, beside its service account; {@code field} is its claim: pod, secret or node. */
    public record Bound(String field, String name, String uid) {
    }

    /** Whose token it is to be, and how long. */
    public record Wanted(String namespace, String name, String uid, List<String> audiences, Duration lifetime,
            List<Bound> bound) {
    }

    /** What a token proves: the user, and for which of the audiences that were asked for. */
    record Proof(User user, List<String> audiences) {
    }

    /** A token that this server has signed, and that does not hold. */
    static final class RefusedException extends Exception {
        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * @param issuer
     *            what the server calls itself in tokens
     * @param ids
     *            makes names for tokens that are used once
     */
    public ServiceAccountTokens(Store store, InstantSource clock, Supplier<String> issuer, Supplier<String> ids) {
        this.store = store;
        this.clock = clock;
        this.issuer = issuer;
        this.ids = ids;
    }

    /** Who signs the tokens, and the audience that they have when none is asked for. */
    public String issuer() {
        return issuer.get();
    }

    /** A signed token. */
    public String sign(Wanted wanted, Instant now) {
        ObjectNode claims = Json.object();
        wanted.audiences().forEach(claims.putArray("aud")::add);
        claims.put("exp", now.plus(wanted.lifetime()).getEpochSecond()).put("iat", now.getEpochSecond())
                .put("iss", issuer()).put("jti", ids.get());
        ObjectNode about = claims.putObject(PRIVATE).put("namespace", wanted.namespace());
        for (Bound bound : wanted.bound()) {
            about.putObject(bound.field()).put("name", bound.name()).put("uid", bound.uid());
        }
        about.putObject("serviceaccount").put("name", wanted.name()).put("uid", wanted.uid());
        claims.put("nbf", now.getEpochSecond()).put("sub",
                ServiceAccounts.userName(wanted.namespace(), wanted.name()));
        String head = encode(Json.bytes(Json.object().put("alg", ALGORITHM).put("kid", key().id())));
        String signed = head + "." + encode(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance(SIGNATURE);
            signature.initSign(key().pair().getPrivate());
            signature.update(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a token for service account " + wanted.namespace() + "/" + wanted.name()
                    + " could not be signed", e);
        }
    }

    /**
     * Finds out whose token it is.
     *
     * @param audiences
     *            of which the token must have one
     * @return null when it is no token of this server
     * @throws RefusedException
     *             when it is, and does not hold
     */
    @Nullable
    Proof verify(String token, List<String> audiences) throws RefusedException {
        String[] parts = token.split("\\.", -1);
        JsonNode claims = parts.length == 3 ? claims(parts[1]) : null;
        if (claims == null || !issuer().equals(Json.text(claims, "iss"))) {
            return null;
        }
        if (!isSigned(parts)) {
            throw new RefusedException("go-jose/go-jose: error in cryptographic primitive");
        }
        List<String> own = new ArrayList<>();
        claims.path("aud").forEach(audience -> own.add(audience.stringValue("")));
        List<String> shared = own.stream().filter(audiences::contains).toList();
        if (shared.isEmpty()) {
            throw new RefusedException("token audiences " + PolicyRule.quoted(own)
                    + " is invalid for the target audiences " + PolicyRule.quoted(audiences));
        }
        Instant now = clock.instant();
        if (now.minus(LEEWAY).isAfter(Instant.ofEpochSecond(Json.number(claims, 0, "exp")))) {
            throw new RefusedException("service account token has expired");
        }
        if (now.plus(LEEWAY).isBefore(Instant.ofEpochSecond(Json.number(claims, 0, "nbf")))) {
            throw new RefusedException("service account token is not valid yet");
        }
        return new Proof(user(claims), shared);
    }

    private User user(JsonNode claims) throws RefusedException {
        JsonNode about = claims.path(PRIVATE);
        String namespace = Json.textOrEmpty(about, "namespace");
        String name = Json.textOrEmpty(about, "serviceaccount", "name");
        String uid = Json.textOrEmpty(about, "serviceaccount", "uid");
        String actual = uidOf("/serviceaccounts", namespace, name);
        if (actual == null) {
            throw new RefusedException("serviceaccounts \"" + name + "\" not found");
        }
        if (!actual.equals(uid)) {
            throw new RefusedException("service account UID (" + actual + ") does not match claim (" + uid + ")");
        }
        Map<String, List<String>> extra = new TreeMap<>();
        extra.put(EXTRA + "credential-id", List.of("JTI=" + Json.textOrEmpty(claims, "jti")));
        boolean ofPod = about.has("pod");
        for (String field : List.of("pod", "secret", "node")) {
            if (!about.has(field)) {
                continue;
            }
            String boundName = Json.textOrEmpty(about, field, "name");
            String boundUid = Json.textOrEmpty(about, field, "uid");
            boolean onlyTold = field.equals("node") && ofPod;
            if (!onlyTold
                    && !boundUid.equals(uidOf("/" + field + "s", field.equals("node") ? "" : namespace, boundName))) {
                throw new RefusedException("service account token has been invalidated");
            }
            if (!field.equals("secret")) {
                extra.put(EXTRA + field + "-name", List.of(boundName));
                if (!boundUid.isEmpty()) {
                    extra.put(EXTRA + field + "-uid", List.of(boundUid));
                }
            }
        }
        return new User(ServiceAccounts.userName(namespace, name), uid, ServiceAccounts.groups(namespace), extra);
    }

    private @Nullable String uidOf(String storageId, String namespace, String name) {
        Stored stored = store.shelf(storageId).get(Stored.key(namespace, name));
        return stored == null ? null : Json.textOrEmpty(ShelfView.json(stored), "metadata", "uid");
    }

    private boolean isSigned(String[] parts) {
        try {
            Signature signature = Signature.getInstance(SIGNATURE);
            signature.initVerify(key().pair().getPublic());
            signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
            return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
        } catch (GeneralSecurityException | IllegalArgumentException _) {
            return false; // what is no signature signs nothing
        }
    }

    private static @Nullable JsonNode claims(String part) {
        try {
            return Json.parse(Base64.getUrlDecoder().decode(part));
        } catch (IllegalArgumentException | JacksonException _) {
            return null; // somebody else's token may look as it likes
        }
    }

    /** The public key, as a set of JSON web keys. */
    public ObjectNode keys() {
        ObjectNode keys = Json.object();
        ECPublicKey shown = (ECPublicKey) key().pair().getPublic();
        keys.putArray("keys").addObject().put("use", "sig").put("kty", "EC").put("kid", key().id()).put("crv", "P-256")
                .put("alg", ALGORITHM).put("x", encode(coordinate(shown.getW().getAffineX())))
                .put("y", encode(coordinate(shown.getW().getAffineY())));
        return keys;
    }

    /** How others find the public key, as OpenID Connect has it. */
    public ObjectNode configuration() {
        ObjectNode configuration = Json.object().put("issuer", issuer()).put("jwks_uri", issuer() + "/openid/v1/jwks");
        configuration.putArray("response_types_supported").add("id_token");
        configuration.putArray("subject_types_supported").add("public");
        configuration.putArray("id_token_signing_alg_values_supported").add(ALGORITHM);
        return configuration;
    }

    private static byte[] coordinate(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[COORDINATE_BYTES];
        int length = Math.min(bytes.length, COORDINATE_BYTES);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE_BYTES - length, length);
        return fixed;
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private synchronized Key key() {
        Key made = key;
        if (made == null) {
            try {
                KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
                generator.initialize(new ECGenParameterSpec("secp256r1"));
                KeyPair pair = generator.generateKeyPair();
                made = new Key(pair,
                        encode(MessageDigest.getInstance("SHA-256").digest(pair.getPublic().getEncoded())));
                key = made;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("no key could be made for the tokens of service accounts", e);
            }
        }
        return made;
    }
}
