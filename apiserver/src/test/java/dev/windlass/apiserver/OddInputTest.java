package dev.windlass.apiserver;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What nobody sends who means well, and what some send by mistake: an answer, no 500, and the server goes on. */
@Timeout(60)
class OddInputTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private final ApiServer server = ApiServer.builder().name("odd").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        try (server; wire) {
            // closes both, whatever the other does
        }
    }

    private static String pod(String name, String more, String limits) {
        return """
                {"metadata":{"name":"%s"},"spec":{%s"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":%s}}}]}}"""
                .formatted(name, more, limits);
    }

    private void define(String versions) {
        Wire.Answer made = wire.post(DEFINITIONS, """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
                 "names":{"plural":"things","kind":"Thing"},"versions":[%s]}}""".formatted(versions));
        assertThat(made.code()).withFailMessage(() -> made.raw().body()).isEqualTo(201);
    }

    private static String version(String name, boolean served, boolean storage, String spec, String more) {
        return """
                {"name":"%s","served":%s,"storage":%s,%s"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":%s}}}}"""
                .formatted(name, served, storage, more, spec);
    }

    @Test
    void anAmountThatCannotBeWrittenOutIsNone() {
        for (String amount : new String[]{"\"1e999999999\"", "\"1e99999999999\"", "\"1e-999999999\""}) {
            assertThat(wire.post(PODS, pod("big", "", amount)).code()).as(amount).isEqualTo(400);
        }
    }

    @Test
    void aNumberThatFitsNoIntegerIsRefused() {
        for (String surge : new String[]{"99999999999999999999", "4294967296"}) {
            Wire.Answer answer = wire.post("/apis/apps/v1/namespaces/default/deployments",
                    """
                            {"metadata":{"name":"d"},"spec":{"strategy":{"rollingUpdate":{"maxSurge":%s}},"selector":{"matchLabels":{"a":"b"}},
                             "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}"""
                            .formatted(surge));
            assertThat(answer.code()).as(surge).isEqualTo(400);
        }
    }

    @Test
    void aVeryLongNameIsToldToBeTooLong() {
        Wire.Answer answer = wire.post(MAPS, "{\"metadata\":{\"name\":\"" + "a.".repeat(20_000) + "a\"}}");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("must be no more than 253 characters");
    }

    @Test
    void aPatternTakesNoLongerForWhatDoesNotMatch() {
        define(version("v1", true, true, "{\"type\":\"string\",\"pattern\":\"^(a+)+$\"}", ""));
        Wire.Answer answer = wire.post("/apis/example.com/v1/namespaces/default/things",
                "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"},\"spec\":\""
                        + "a".repeat(60) + "!\"}");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("should match '^(a+)+$'");
    }

    @Test
    void aColumnOfWholeNumbersShowsWhatIsNone() {
        define(version("v1", true, true, "{\"type\":\"number\"}",
                "\"additionalPrinterColumns\":[{\"name\":\"N\",\"type\":\"integer\",\"jsonPath\":\".spec\"}],"));
        assertThat(wire.post("/apis/example.com/v1/namespaces/default/things",
                "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"},\"spec\":1.5}")
                .code()).isEqualTo(201);
        Wire.Answer table = wire.get("/apis/example.com/v1/namespaces/default/things",
                "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(table.body().at("/rows/0/cells/1").intValue()).isEqualTo(1);
    }

    @Test
    void aDefinitionWithAnEndlessVersionIsServedAndGoes() {
        define(version("v99999999999999999999", true, false, "{\"type\":\"string\"}", "") + ","
                + version("v1", true, true, "{\"type\":\"string\"}", ""));
        assertThat(wire.get("/apis/example.com").body().at("/preferredVersion/version").stringValue()).isEqualTo("v1");
        wire.delete(DEFINITIONS + "/things.example.com");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(
                () -> assertThat(wire.get(DEFINITIONS + "/things.example.com").code()).isEqualTo(404));
    }

    @Test
    void aDefinitionOfWhichNoVersionIsServedGoesWithItsObjects() {
        String schema = "{\"type\":\"string\"}";
        define(version("v1", true, true, schema, ""));
        assertThat(wire.post("/apis/example.com/v1/namespaces/default/things",
                "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\"},\"spec\":\"s\"}")
                .code()).isEqualTo(201);
        assertThat(wire.merge(DEFINITIONS + "/things.example.com",
                "{\"spec\":{\"versions\":[" + version("v1", false, true, schema, "") + "]}}").code()).isEqualTo(200);
        wire.delete(DEFINITIONS + "/things.example.com");
        await().atMost(Duration.ofSeconds(30)).untilAsserted(
                () -> assertThat(wire.get(DEFINITIONS + "/things.example.com").code()).isEqualTo(404));
    }

    @Test
    void aPatchThatDoublesAnObjectAgainAndAgainIsRefused() {
        wire.post(MAPS, Wire.configMap("doubled", "a", "1"));
        StringBuilder patch = new StringBuilder("[");
        for (int i = 0; i < 40; i++) {
            patch.append(i == 0 ? "" : ",")
                    .append("{\"op\":\"copy\",\"from\":\"/data\",\"path\":\"/data/x" + i + "\"}");
        }
        Wire.Answer answer = wire.patch(MAPS + "/doubled", "application/json-patch+json", patch.append(']').toString());
        assertThat(answer.code()).isEqualTo(422);
    }

    @Test
    void aGraceOfAnEternityIsLong() {
        assertThat(wire.post(PODS, pod("bound", "\"nodeName\":\"n\",", "\"1\"")).code()).isEqualTo(201);
        assertThat(wire.delete(PODS + "/bound?gracePeriodSeconds=9223372036854775807").code()).isEqualTo(200);
        assertThat(wire.delete(PODS + "/bound?gracePeriodSeconds=0").code()).isEqualTo(200);
    }

    @Test
    void aBindingPutsNoLabelsIntoAPodThatAreNone() {
        wire.post(PODS, pod("free", "", "\"1\""));
        Wire.Answer answer = wire.post(PODS + "/free/binding",
                """
                        {"apiVersion":"v1","kind":"Binding","metadata":{"name":"free","labels":{"a":{"b":1}}},"target":{"name":"n"}}""");
        assertThat(answer.code()).isEqualTo(400);
        assertThat(wire.get(PODS + "/free").text("spec", "nodeName")).isEmpty();
    }

    @Test
    void aTokenOfAnotherServerIsNotGoneOnWith() {
        String token = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(
                "{\"v\":\"meta.k8s.io/v1\",\"rv\":1000000000000000,\"start\":\"a\\u0000\"}"
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(wire.get(MAPS + "?limit=1&continue=" + token).code()).isBetween(400, 504).isNotEqualTo(500);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "v1|Pod|Pod in version \"v1\" cannot be handled as a Deployment: converting (v1.Pod) to (apps.Deployment): unknown conversion",
            "apps/v1|DeploymentList|DeploymentList in version \"v1\" cannot be handled as a Deployment: converting (v1.DeploymentList) to (apps.Deployment): unknown conversion",
            "apps/v1beta1|Deployment|the API version in the data (apps/v1beta1) does not match the expected API version (apps/v1)",
            "apps/v9|Deployment|Deployment in version \"v9\" cannot be handled as a Deployment: no kind \"Deployment\" is registered for version \"apps/v9\" in scheme \"pkg/runtime/scheme.go:111\"",
            "apiextensions.k8s.io/v1|CustomResourceDefinition|CustomResourceDefinition in version \"v1\" cannot be handled as a Deployment: no kind \"CustomResourceDefinition\" is registered for version \"apiextensions.k8s.io/v1\" in scheme \"pkg/runtime/scheme.go:111\""})
    void anObjectOfAnotherKindIsToldAsThat(String apiVersion, String kind, String problem) {
        Wire.Answer answer = wire.post("/apis/apps/v1/namespaces/default/deployments",
                "{\"apiVersion\":\"" + apiVersion + "\",\"kind\":\"" + kind + "\",\"metadata\":{\"name\":\"a\"}}");
        assertThat(answer.code()).isEqualTo(400);
        assertThat(answer.message()).isEqualTo(problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'min':{'cpu':'2'},'defaultRequest':{'cpu':'1'}|defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1",
            "'max':{'cpu':'3'},'default':{'cpu':'4'},'defaultRequest':{'cpu':'1'}|default[cpu]: Invalid value: \"3\": default value 4 is greater than max value 3",
            "'maxLimitRequestRatio':{'cpu':'500m'}|maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is less than 1",
            "'min':{'cpu':'100m'},'max':{'cpu':'1'},'maxLimitRequestRatio':{'cpu':'11'}|maxLimitRequestRatio[cpu]: Invalid value: \"11\": ratio 11 is greater than max/min = 10.000000",
            "'default':{'a.b/c':'2'},'defaultRequest':{'a.b/c':'1'}|defaultRequest[a.b/c]: Invalid value: \"1\": default value 2 must equal to defaultRequest value 1 in a.b/c",
            "'maxLimitRequestRatio':{'pods':'1'}|maxLimitRequestRatio[pods]: Invalid value: \"pods\": must be a standard resource for containers"})
    void limitsThatContradictEachOtherAreRefused(String limits, String problem) {
        wire.assertRefused("/api/v1/namespaces/default/limitranges",
                "'spec':{'limits':[{'type':'Container'," + limits + "}]}",
                "spec.limits[0]." + problem);
    }

    @Test
    void aNamespaceKeepsItsOwnFinalizerBesideOthers() {
        assertThat(wire.post("/api/v1/namespaces?dryRun=All",
                "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"finalizers\":[\"a.b/c\"]}}").body().at("/spec/finalizers")
                .toString()).isEqualTo("[\"a.b/c\",\"kubernetes\"]");
        wire.assertRefused("/api/v1/namespaces", "'spec':{'finalizers':['odd']}",
                "spec.finalizers: Invalid value: \"odd\": name"
                        + " is neither a standard finalizer name nor is it fully qualified");
    }

    @Test
    void aGenerationThatIsNotCountedIsTheOneThatWasSentFirst() {
        String maps = "/api/v1/namespaces/default/configmaps";
        assertThat(wire.post(maps, "{\"metadata\":{\"name\":\"counted\",\"generation\":7}}").body()
                .at("/metadata/generation").intValue()).isEqualTo(7);
        assertThat(wire.merge(maps + "/counted", "{\"metadata\":{\"generation\":9}}").body()
                .at("/metadata/generation").intValue()).isEqualTo(7);
    }

    @Test
    void whatIsShownIsInTheOrderOfItsStruct() {
        wire.assertRefused("/apis/apps/v1/namespaces/default/replicasets",
                "'spec':{'selector':{'matchExpressions':[{'values':['v'],'operator':'Odd','key':'k'}],'matchLabels':{'a':'b'}},"
                        + "'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'image':'x','name':'c'}]}}}",
                "[spec.selector.matchExpressions[0].operator: Invalid value: \"Odd\": not a valid selector operator, spec.selector:"
                        + " Invalid value: {\"matchLabels\":{\"a\":\"b\"},\"matchExpressions\":[{\"key\":\"k\",\"operator\":\"Odd\","
                        + "\"values\":[\"v\"]}]}: invalid label selector]");
    }

    /** A label with a space that does not break, say, of which a reader would not see what is wrong. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"a\\u00a0b|a\\u00a0b", "a\\u200bb|a\\u200bb", "a\\u0001b|a\\x01b",
            "a\\tb|a\\tb",
            "a\\\"b|a\\\"b", "\u00e9|\u00e9"})
    void whatDoesNotPrintIsToldByItsNumber(String sent, String told) {
        Wire.Answer answer = wire.post(MAPS, """
                {"metadata":{"name":"m","labels":{"a":"%s"}}}""".formatted(sent));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("metadata.labels: Invalid value: \"" + told + "\": a valid label");
    }

    @Test
    void whoManagesFieldsHasANameThatPrints() {
        Wire.Answer answer = wire.post(MAPS + "?fieldManager=%C3%A9%E2%80%8Bx", """
                {"metadata":{"name":"m"}}""");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).endsWith("invalid character U+200B (at position 2)");
    }

    @Test
    void labelsAreShownByTheirKeys() {
        Wire.Answer answer = wire.post("/apis/apps/v1/namespaces/default/deployments", """
                {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"x":"y"}},"template":{"metadata":
                 {"labels":{"z":"1","a":"2"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        assertThat(answer.message()).contains("Invalid value: {\"a\":\"2\",\"z\":\"1\"}: `selector` does not match");
    }

    @Test
    void theStatusOfADefinitionHasNoFields() {
        define(version("v1", true, true, "{\"type\":\"object\"}", "\"subresources\":{\"status\":{\"x\":1}},"));
        assertThat(wire.get(DEFINITIONS + "/things.example.com").body().path("spec").path("versions").path(0)
                .path("subresources").toString()).isEqualTo("{\"status\":{}}");
    }
}
