package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Tokens of service accounts, and the reviews that tell who somebody is and what they may do. */
class TokensTest {
    private static final String ACCOUNTS = "/api/v1/namespaces/default/serviceaccounts";
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String AUTHENTICATION = "/apis/authentication.k8s.io/v1";
    private static final String AUTHORIZATION = "/apis/authorization.k8s.io/v1";
    private static final String RBAC = "/apis/rbac.authorization.k8s.io/v1";

    private volatile Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private final ApiServer server = ApiServer.builder().rbac(true).clock(() -> now).user("alice").start();
    private final Wire admin = new Wire(server);

    @BeforeEach
    void createAccount() {
        admin.post(ACCOUNTS, "{\"metadata\":{\"name\":\"bot\"}}");
    }

    @AfterEach
    void close() {
        try (server; admin) {
            // closes both, whatever the other does
        }
    }

    private String token(String spec) {
        Answer answer = admin.post(ACCOUNTS + "/bot/token", "{\"spec\":" + spec + "}");
        assertThat(answer.code()).withFailMessage(() -> answer.raw().body()).isEqualTo(201);
        return answer.text("status", "token");
    }

    private JsonNode review(String token) {
        return admin.post(AUTHENTICATION + "/tokenreviews", "{\"spec\":{\"token\":\"" + token + "\"}}").body()
                .path("status");
    }

    private void bindView() {
        assertThat(admin.post(RBAC + "/namespaces/default/rolebindings", """
                {"metadata": {"name": "view"},
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
                 "subjects": [{"kind": "ServiceAccount", "name": "bot", "namespace": "default"}]}""").code())
                .isEqualTo(201);
    }

    @Test
    void aTokenMakesItsBearerTheServiceAccountUntilItExpires() {
        Wire bot = admin.as(token("{\"expirationSeconds\":600}"));
        assertThat(bot.get(MAPS).message()).contains("User \"system:serviceaccount:default:bot\" cannot list");
        bindView();
        assertThat(bot.get(MAPS).code()).isEqualTo(200);
        assertThat(bot.post(AUTHENTICATION + "/selfsubjectreviews", "{}").body().at("/status/userInfo/groups")
                .toString()).isEqualTo(
                        "[\"system:serviceaccounts\",\"system:serviceaccounts:default\",\"system:authenticated\"]");

        now = now.plus(Duration.ofMinutes(12));
        assertThat(bot.get(MAPS).code()).isEqualTo(401);
        assertThat(review(token("{}")).path("authenticated").booleanValue()).isTrue();
    }

    @Test
    void aTokenEndsWithItsServiceAccount() {
        bindView();
        String token = token("{}");
        assertThat(admin.as(token).get(MAPS).code()).isEqualTo(200);

        admin.delete(ACCOUNTS + "/bot");
        assertThat(admin.as(token).get(MAPS).code()).isEqualTo(401);
        createAccount();
        assertThat(admin.as(token).get(MAPS).code()).isEqualTo(401);
        assertThat(review(token).path("error").stringValue())
                .startsWith("[invalid bearer token, service account UID (");
    }

    @Test
    void aTokenEndsWithWhatItIsBoundTo() {
        admin.post("/api/v1/namespaces/default/secrets", "{\"metadata\":{\"name\":\"tie\"}}");
        String token = token("{\"boundObjectRef\":{\"kind\":\"Secret\",\"apiVersion\":\"v1\",\"name\":\"tie\"}}");
        assertThat(review(token).path("authenticated").booleanValue()).isTrue();

        admin.delete("/api/v1/namespaces/default/secrets/tie");
        assertThat(review(token).path("error").stringValue())
                .isEqualTo("[invalid bearer token, service account token has been invalidated]");
    }

    @Test
    void aTokenForOthersIsNoneHere() {
        String token = token("{\"audiences\":[\"vault\",\"registry\"]}");

        assertThat(admin.as(token).get(MAPS).code()).isEqualTo(401);
        assertThat(review(token).path("error").stringValue()).isEqualTo("[invalid bearer token, token audiences"
                + " [\"vault\" \"registry\"] is invalid for the target audiences [\"" + server.url() + "\"]]");
        assertThat(admin.post(AUTHENTICATION + "/tokenreviews",
                "{\"spec\":{\"token\":\"" + token + "\",\"audiences\":[\"vault\",\"other\"]}}").body()
                .at("/status/audiences").toString()).isEqualTo("[\"vault\"]");
    }

    @Test
    void aTokenThatWasChangedIsNone() {
        String[] parts = token("{}").split("\\.", -1);
        String claims = new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8)
                .replace(":default:bot", ":default:root").replace("\"bot\"", "\"root\"");
        String forged = parts[0] + "."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + "."
                + parts[2];

        assertThat(admin.as(forged).get(MAPS).code()).isEqualTo(401);
        for (String junk : new String[]{"a.b.c", "..", parts[0] + "." + parts[1] + ".!", parts[0] + "." + parts[1]
                + "."}) {
            assertThat(admin.as(junk).get(MAPS).code()).as(junk).isEqualTo(401);
        }
    }

    @Test
    void othersCanVerifyATokenWithThePublishedKey() throws Exception {
        JsonNode configuration = admin.get("/.well-known/openid-configuration").body();
        assertThat(configuration.path("jwks_uri").stringValue()).isEqualTo(server.url() + "/openid/v1/jwks");
        JsonNode key = Json.parse(admin.get("/openid/v1/jwks").raw().body()).path("keys").get(0);
        String token = token("{}");
        String[] parts = token.split("\\.", -1);
        JsonNode head = Json.parse(Base64.getUrlDecoder().decode(parts[0]));
        JsonNode claims = Json.parse(Base64.getUrlDecoder().decode(parts[1]));
        assertThat(head.path("kid")).isEqualTo(key.path("kid"));
        assertThat(claims.path("iss")).isEqualTo(configuration.path("issuer"));
        assertThat(claims.path("exp").longValue() - claims.path("iat").longValue()).isEqualTo(3600);

        AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
        curve.init(new ECGenParameterSpec("secp256r1"));
        Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
        signature.initVerify(KeyFactory.getInstance("EC").generatePublic(new ECPublicKeySpec(
                new ECPoint(number(key.path("x")), number(key.path("y"))),
                curve.getParameterSpec(ECParameterSpec.class))));
        signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
        assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }

    @Test
    void whatVerifiersReadMayBeKeptForAnHour() {
        for (String path : List.of("/.well-known/openid-configuration", "/openid/v1/jwks", "/openid/v1/jwks/")) {
            assertThat(admin.get(path).raw().headers().firstValue("Cache-Control")).as(path)
                    .hasValue("public, max-age=3600");
            assertThat(admin.as("none").get(path).raw().headers().firstValue("Cache-Control")).as("refused " + path)
                    .hasValue("no-cache, private");
        }
    }

    private static BigInteger number(JsonNode coordinate) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(coordinate.stringValue()));
    }

    @Test
    void aTokenRequestThatCannotBeIsRefused() {
        String path = ACCOUNTS + "/bot/token";
        assertThat(admin.post(path, "{\"spec\":{\"expirationSeconds\":60}}").message()).isEqualTo(
                "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 60: may not"
                        + " specify a duration less than 10 minutes");
        assertThat(admin.post(ACCOUNTS + "/none/token", "{}").message())
                .isEqualTo("serviceaccounts \"none\" not found");
        assertThat(admin.post(path, "{\"kind\":\"Foo\",\"apiVersion\":\"v1\"}").code()).isEqualTo(400);
        assertThat(admin.get(path).code()).isEqualTo(405);
        assertThat(admin.as(server.token("alice")).post(path, "{}").code()).isEqualTo(403);
    }

    @Test
    void accessReviewsTellWhatADecisionWouldBe() {
        bindView();
        Wire bot = admin.as(token("{}"));
        String ask = "{\"spec\":{\"resourceAttributes\":{\"namespace\":\"%s\",\"verb\":\"get\",\"resource\":\"pods\"}}}";
        Answer allowed = bot.post(AUTHORIZATION + "/selfsubjectaccessreviews", ask.formatted("default"));
        assertThat(allowed.code()).isEqualTo(201);
        assertThat(allowed.body().path("status").toString()).isEqualTo("""
                {"allowed":true,"reason":"RBAC: allowed by RoleBinding \\"view/default\\" of ClusterRole \\"view\\" to\
                 ServiceAccount \\"bot/default\\""}""");
        assertThat(bot.post(AUTHORIZATION + "/selfsubjectaccessreviews", ask.formatted("")).body().path("status")
                .toString()).isEqualTo("{\"allowed\":false}");
        assertThat(bot.post(AUTHORIZATION + "/subjectaccessreviews", "{}").code()).isEqualTo(403);
        assertThat(admin.post(AUTHORIZATION + "/subjectaccessreviews", """
                {"spec": {"user": "x", "groups": ["system:masters"], "nonResourceAttributes": {"path": "/x"}}}""")
                .body().at("/status/allowed").booleanValue()).isTrue();
        assertThat(admin.post(AUTHORIZATION + "/namespaces/default/localsubjectaccessreviews", """
                {"spec": {"user": "system:serviceaccount:default:bot",
                          "resourceAttributes": {"namespace": "default", "verb": "list", "resource": "secrets"}}}""")
                .body().at("/status/allowed").booleanValue()).isFalse();
        assertThat(bot.post(AUTHORIZATION + "/selfsubjectrulesreviews", "{\"spec\":{\"namespace\":\"default\"}}").body()
                .at("/status/resourceRules").size()).isGreaterThan(10);
    }

    @Test
    void withoutRbacEverythingIsAllowed() {
        try (ApiServer plain = ApiServer.builder().start(); Wire wire = new Wire(plain)) {
            assertThat(wire.post(AUTHORIZATION + "/selfsubjectaccessreviews",
                    "{\"spec\":{\"resourceAttributes\":{\"verb\":\"get\",\"resource\":\"pods\"}}}").body()
                    .at("/status/allowed").booleanValue()).isTrue();
            assertThat(wire.post(AUTHORIZATION + "/selfsubjectrulesreviews", "{\"spec\":{\"namespace\":\"a\"}}").body()
                    .at("/status/resourceRules/0/verbs/0").stringValue()).isEqualTo("*");
        }
    }
}
