package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

/** What secrets must have, and what is told of certificates and keys in them. */
class SecretsTest extends SharedServer {
    private static final String SECRETS = "/api/v1/namespaces/default/secrets";
    private static final String JSON = "data[.dockerconfigjson]: Invalid value: \"<secret contents redacted>\": ";
    private static final String NO_CERTIFICATE = "tls: failed to find any PEM data in certificate input";
    private static final int MEBIBYTE = 1 << 20;

    private final ClientCertificate pair = server.clientCertificate("somebody");

    SecretsTest() {
        super("secrets");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "service-account-token|`'a':'YQ=='`|metadata.annotations[kubernetes.io/service-account.name]: Required value",
            "basic-auth|`'user':'YQ=='`|[data[username]: Required value, data[password]: Required value]",
            "ssh-auth|`'ssh-privatekey':''`|data[ssh-privatekey]: Required value",
            "dockercfg|`'.dockerconfigjson':'e30='`|data[.dockercfg]: Required value",
            "dockerconfigjson|`'.dockercfg':'e30='`|data[.dockerconfigjson]: Required value",
            "dockerconfigjson|`'.dockerconfigjson':''`|" + JSON + "unexpected end of JSON input",
            "dockerconfigjson|`'.dockerconfigjson':'W10='`|" + JSON
                    + "json: cannot unmarshal array into Go value of type map[string]interface {}",
            "tls|`'tls.key':''`|data[tls.crt]: Required value",
            "tls|`'a':''`|[data[tls.crt]: Required value, data[tls.key]: Required value]"})
    void whatATypeMustHaveIsMissed(String type, String data, String problem) {
        wire.assertRefused(SECRETS, "'type':'kubernetes.io/" + type + "','data':{" + data + "}", problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"basic-auth|`'password':''`",
            "ssh-auth|`'ssh-privatekey':'YQ=='`", "dockercfg|`'.dockercfg':'bnVsbA=='`",
            "dockerconfigjson|`'.dockerconfigjson':'e30='`"})
    void whatATypeMustHaveIsEnough(String type, String data) {
        assertThat(wire.post(SECRETS + "?dryRun=All", ("{'metadata':{'name':'enough'},'type':'kubernetes.io/" + type
                + "','data':{" + data + "}}").replace('\'', '"')).code()).isEqualTo(201);
    }

    @Test
    void itHoldsAMebibyte() {
        assertThat(wire.post(SECRETS + "?dryRun=All", large(MEBIBYTE)).code()).isEqualTo(201);
        assertThat(wire.post(SECRETS, large(MEBIBYTE + 1)).message())
                .endsWith("is invalid: data: Too long: may not be more than 1048576 bytes");
    }

    private static String large(int size) {
        return Json.string(secret("large", "Opaque", "a".repeat(size - 1), "b"));
    }

    @Test
    void nothingIsNoBytesAndBitsBeyondTheLastByteAreNone() {
        assertThat(wire.post(SECRETS, "{\"metadata\":{\"name\":\"odd\"},\"data\":{\"a\":null,\"b\":\"YR==\"}}")
                .body().path("data")).isEqualTo(Json.parse("{\"a\":\"\",\"b\":\"YQ==\"}"));
    }

    @Test
    void itsTypeIsToldBeforeWhatIsMissing() {
        wire.post(SECRETS, "{\"metadata\":{\"name\":\"typed\"},\"immutable\":true}");
        assertThat(wire.merge(SECRETS + "/typed",
                "{\"type\":\"kubernetes.io/ssh-auth\",\"immutable\":null,\"data\":{\"..\":\"\"}}").message())
                .endsWith("is invalid: [type: Invalid value: \"kubernetes.io/ssh-auth\": field is immutable, immutable:"
                        + " Forbidden: field is immutable when `immutable` is set, data: Forbidden: field is immutable"
                        + " when `immutable` is set, data[..]: Invalid value: \"..\": must not be '..',"
                        + " data[ssh-privatekey]: Required value]");
    }

    @ParameterizedTest
    @MethodSource
    void certificatesAndKeysThatDoNotServeAreTold(String certificate, String key, String problem) {
        Wire.Answer answer = wire.post(SECRETS + "?dryRun=All",
                Json.string(secret("pair", "kubernetes.io/tls", certificate, key)));
        assertThat(answer.code()).isEqualTo(201);
        assertThat(warnings(answer)).isEqualTo(problem.isEmpty() ? List.of() : List.of(warning(problem)));
    }

    Stream<Arguments> certificatesAndKeysThatDoNotServeAreTold()
            throws GeneralSecurityException {
        String certificate = pair.certificatePem();
        String key = pair.keyPem();
        String other = server.clientCertificate("other").keyPem();
        String none = "tls: failed to find any PEM data in key input";
        String skipped = " after skipping PEM blocks of the following types: [";
        return Stream.of(argumentSet("a pair", certificate, key, ""),
                argumentSet("lines of Windows", certificate.replace("\n", "\r\n"), key, ""),
                argumentSet("nothing", "", "", NO_CERTIFICATE), argumentSet("no PEM", "a", key, NO_CERTIFICATE),
                argumentSet("no lines", certificate.replace("\n", ""), key, NO_CERTIFICATE),
                argumentSet("indented", certificate.replace("\n", "\n "), key, NO_CERTIFICATE),
                argumentSet("no padding", certificate.replace("=", "").replace("-\n", "A-\n"), key, NO_CERTIFICATE),
                argumentSet("no key", certificate, "", none), argumentSet("no PEM of a key", certificate, "a", none),
                argumentSet("switched", key, certificate,
                        "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM"
                                + " inputs may have been switched"),
                argumentSet("certificate twice", certificate, certificate,
                        "tls: found a certificate rather than a key in the PEM for the private key"),
                argumentSet("other blocks", pem("A B", new byte[0]) + pem("C", new byte[0]), key,
                        "tls: failed to find \"CERTIFICATE\" PEM block in certificate input" + skipped + "A B C]"),
                argumentSet("other blocks for a key", certificate, pem("XPRIVATE KEY", new byte[0]),
                        "tls: failed to find PEM block with type ending in \"PRIVATE KEY\" in key input" + skipped
                                + "XPRIVATE KEY]"),
                argumentSet("others before the key", certificate, pem("EC PARAMETERS", new byte[0]) + key, ""),
                argumentSet("garbage", pem("CERTIFICATE", new byte[]{1}), key, "x509: malformed certificate"),
                argumentSet("an empty certificate", pem("CERTIFICATE", new byte[]{0x30, 0}), key,
                        "x509: malformed tbs certificate"),
                argumentSet("garbage for a key", certificate, pem("RSA PRIVATE KEY", new byte[]{1}),
                        "tls: failed to parse private key"),
                argumentSet("another key", certificate, other, "tls: private key does not match public key"),
                argumentSet("another curve", certificate, made("EC", 384),
                        "tls: private key does not match public key"),
                argumentSet("another algorithm", certificate, made("RSA", 1024),
                        "tls: private key type does not match public key type"),
                argumentSet("a key for agreement", certificate, made("X25519", 255),
                        "tls: found unknown private key type in PKCS#8 wrapping"));
    }

    @Test
    void everyWayOfWritingTells() {
        String path = SECRETS + "/written";
        ObjectNode secret = secret("written", "kubernetes.io/tls", "a", "b");
        List<String> told = List.of(warning(NO_CERTIFICATE));
        assertThat(warnings(wire.post(SECRETS, Json.string(secret)))).isEqualTo(told);
        assertThat(warnings(wire.put(path, secret))).as("a change that is none").isEqualTo(told);
        assertThat(warnings(wire.merge(path, "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}"))).isEqualTo(told);
        assertThat(warnings(wire.merge(path, "{\"data\":{\"tls.crt\":null}}"))).as("refused").isEmpty();
        secret.put("apiVersion", "v1").put("kind", "Secret");
        assertThat(warnings(wire.apply(path + "?force=true", "me", Json.string(secret)))).isEqualTo(told);
        assertThat(warnings(wire.merge(path, Json.string(secret("written", "kubernetes.io/tls", pair.certificatePem(),
                pair.keyPem()))))).isEmpty();
    }

    private static String warning(String text) {
        return "299 - \"" + text.replace("\"", "\\\"") + "\"";
    }

    private static List<String> warnings(Wire.Answer answer) {
        return answer.raw().headers().allValues("Warning");
    }

    private static ObjectNode secret(String name, String type, String certificate, String key) {
        ObjectNode secret = Json.object().put("type", type);
        secret.putObject("metadata").put("name", name);
        secret.putObject("data").put("tls.crt", base64(certificate.getBytes(StandardCharsets.US_ASCII))).put("tls.key",
                base64(key.getBytes(StandardCharsets.US_ASCII)));
        return secret;
    }

    private static String made(String algorithm, int size) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(size);
        return pem("PRIVATE KEY", generator.generateKeyPair().getPrivate().getEncoded());
    }

    private static String pem(String type, byte[] content) {
        return "-----BEGIN " + type + "-----\n" + base64(content) + "\n-----END " + type + "-----\n";
    }

    private static String base64(byte[] content) {
        return Base64.getEncoder().encodeToString(content);
    }
}
