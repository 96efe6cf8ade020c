package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The form that objects of built-in kinds have when they come back, and what is said of what cannot be read. */
class FormsTest extends SharedServer {
    private static final String NAMESPACED = "/api/v1/namespaces/default/";
    private static final String MAPS = NAMESPACED + "configmaps";

    FormsTest() {
        super("forms");
    }

    @Test
    void structsAreThereAndEmptyListsAreNot() {
        JsonNode service = wire.post(NAMESPACED + "services",
                "{\"metadata\":{\"name\":\"s\",\"labels\":{}},\"spec\":{\"ports\":[{\"port\":80}],\"externalIPs\":[]}}")
                .body();
        assertThat(service.path("status")).hasToString("{\"loadBalancer\":{}}");
        assertThat(service.path("metadata").has("labels")).isFalse();
        assertThat(service.path("spec").has("externalIPs")).isFalse();
        assertThat(service.path("spec").path("ports").get(0).path("targetPort").intValue()).isEqualTo(80);
        JsonNode role = wire.post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
                "{\"metadata\":{\"name\":\"r\"},\"rules\":[]}").body();
        assertThat(role.has("rules")).isTrue();
        assertThat(role.path("rules").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"1000,1k", "1500,1500", "0.1,100m", "1024Mi,1Gi", "1.5Gi,1536Mi", "1000Ki,1000Ki", "100e3,100e3", "0,0",
            "12e6,12e6", "1000m,1", "0.5Gi,512Mi", "900Mi,900Mi", "1.5,1500m", "1e3,1e3"})
    void anAmountHasOneForm(String given, String shown) {
        Wire.Answer answer = wire.post(NAMESPACED + "resourcequotas?dryRun=All",
                "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":{\"requests.cpu\":\"" + given + "\"}}}");
        assertThat(answer.text("spec", "hard", "requests.cpu")).isEqualTo(shown);
    }

    @Test
    void timesAreToldInSecondsOrMicrosecondsOfUtc() {
        JsonNode lease = wire.post("/apis/coordination.k8s.io/v1/namespaces/default/leases",
                "{\"metadata\":{\"name\":\"l\"},\"spec\":{\"renewTime\":\"2020-01-01T02:00:00.123000+02:00\"}}").body();
        assertThat(Json.textOrEmpty(lease, "spec", "renewTime")).isEqualTo("2020-01-01T00:00:00.123000Z");
        Wire.Answer refused = wire.post("/apis/coordination.k8s.io/v1/namespaces/default/leases",
                "{\"metadata\":{\"name\":\"l2\"},\"spec\":{\"renewTime\":\"yesterday\"}}");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message())
                .endsWith("parsing time \"yesterday\" as \"2006-01-02T15:04:05.000000Z07:00\": cannot parse"
                        + " \"yesterday\" as \"2006\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a|0", "YQ==x|4", "YQ=|3", "Y?==|1", "YWJj|-1"})
    void bytesMustBeBase64(String text, int at) {
        Wire.Answer answer = wire.post(NAMESPACED + "secrets?dryRun=All",
                "{\"metadata\":{\"name\":\"s\"},\"data\":{\"k\":\"" + text + "\"}}");
        if (at < 0) {
            assertThat(answer.code()).isEqualTo(201);
        } else {
            assertThat(answer.code()).isEqualTo(400);
            assertThat(answer.message()).contains("illegal base64 data at input byte " + at);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {"{|unexpected end of JSON input ({)",
            "{\"a\":1,}|invalid character '}' looking for beginning of object key string ({\"a\":1,})",
            "{\"a\" 1}|invalid character '1' after object key ({\"a\" 1})",
            "{\"a\":tru}|invalid character '}' in literal true (expecting 'e') ({\"a\":tru})",
            "{} x|invalid character 'x' after top-level value ({} x)",
            "[1]|json: cannot unmarshal array into Go value of type struct { APIVersion string"
                    + " \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" } (5b315d)"})
    void whatIsNoJsonIsToldInGoWords(String body, String said) {
        Wire.Answer refused = wire.post(MAPS, body);
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message()).isEqualTo(
                "the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: "
                        + said);
    }

    @Test
    void aFieldThatComesTwiceIsToldOrRefused() {
        String twice = "{\"metadata\":{\"name\":\"twice\",\"name\":\"twice\"},\"data\":{\"a\":\"1\",\"a\":\"2\"}}";
        Wire.Answer refused = wire.post(MAPS + "?fieldValidation=Strict", twice);
        assertThat(refused.message()).endsWith(
                "strict decoding error: duplicate field \"metadata.name\", duplicate field \"data.a\"");
        Wire.Answer warned = wire.post(MAPS + "?dryRun=All", twice);
        assertThat(warned.raw().headers().allValues("Warning")).containsExactly(
                "299 - \"duplicate field \\\"metadata.name\\\"\"", "299 - \"duplicate field \\\"data.a\\\"\"");
    }

    @Test
    void wrongParametersOfAWriteAreToldTogether() {
        Wire.Answer refused = wire.post(MAPS + "?dryRun=Some&fieldValidation=None", Wire.configMap("never"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).isEqualTo(
                "CreateOptions.meta.k8s.io \"\" is invalid: [dryRun: Unsupported value: [\"Some\"]: supported values: \"All\","
                        + " fieldValidation: Unsupported value: \"None\": supported values: \"\", \"Ignore\", \"Strict\","
                        + " \"Warn\"]");
        assertThat(wire.get(MAPS + "/never").code()).isEqualTo(404);
    }

    @Test
    void aDryRunHasNoVersionAndLeavesNothing() {
        Wire.Answer made = wire.post(MAPS + "?dryRun=All", Wire.configMap("dry"));
        assertThat(made.code()).isEqualTo(201);
        assertThat(made.body().path("metadata").has("resourceVersion")).isFalse();
        assertThat(wire.get(MAPS + "/dry").code()).isEqualTo(404);
    }

    @Test
    void aMethodInTheWrongPlaceIsRefused() {
        assertThat(wire.put(MAPS, Wire.configMap("x")).code()).isEqualTo(405);
        assertThat(wire.post(MAPS + "/x", Wire.configMap("x")).code()).isEqualTo(405);
    }

    @Test
    void aPatchThatMakesAValueOfTheWrongTypeTellsTheWholeObject() {
        wire.post(NAMESPACED + "services", "{\"metadata\":{\"name\":\"typed\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
        Wire.Answer refused = wire.merge(NAMESPACED + "services/typed", "{\"spec\":{\"sessionAffinity\":7}}");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).startsWith(" \"\" is invalid: patch: Invalid value: \"{")
                .endsWith("json: cannot unmarshal number into Go struct field ServiceSpec.spec.sessionAffinity of type"
                        + " v1.ServiceAffinity");
    }

    @Test
    void nothingButAnObjectsSpecIsManagedByWhoCreatedIt() {
        JsonNode made = wire.post("/apis/apps/v1/namespaces/default/deployments?fieldManager=me",
                """
                        {"metadata":{"name":"managed"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":
                        {"a":"b"}},"spec":{"containers":[{"name":"c","image":"i:1"}]}}}}""")
                .body();
        JsonNode fields = made.path("metadata").path("managedFields").get(0).path("fieldsV1");
        assertThat(fields.path("f:spec").has(".")).isFalse();
        JsonNode pod = fields.path("f:spec").path("f:template").path("f:spec");
        assertThat(pod.path("f:containers").has(".")).isFalse();
        assertThat(pod.path("f:containers").path("k:{\"name\":\"c\"}").has(".")).isTrue();
    }
}
