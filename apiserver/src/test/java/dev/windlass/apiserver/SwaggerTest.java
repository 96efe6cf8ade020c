package dev.windlass.apiserver;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The OpenAPI v2 document, in both of its forms. */
class SwaggerTest {
    private static final String PATH = "/openapi/v2";
    private static final String PROTOBUF = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    private static final String DEFINITION = """
            {"metadata":{"name":"bikes.shop.example.com"},"spec":{"group":"shop.example.com","scope":"Namespaced",
             "names":{"plural":"bikes","kind":"Bike","singular":"bike"},"versions":[{"name":"v1","served":true,
             "storage":true,"selectableFields":[{"jsonPath":".spec.gears"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":{"type":"object",
              "required":["gears","note"],"properties":{"gears":{"type":"integer","default":3,"minimum":1},
              "note":{"type":"string","nullable":true},
              "any":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}}}}}]}}
            """;

    private final ApiServer server = ApiServer.builder().start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    @Test
    void definesBuiltInKindsWithWhatMergingNeeds() {
        JsonNode document = wire.get(PATH).body();
        assertThat(document.path("swagger").asString()).isEqualTo("2.0");
        JsonNode definitions = document.path("definitions");
        JsonNode containers = definitions.path("io.k8s.api.core.v1.PodSpec").path("properties").path("containers");
        assertThat(containers.toString()).isEqualTo(
                "{\"type\":\"array\",\"items\":{\"$ref\":\"#/definitions/io.k8s.api.core.v1.Container\"},"
                        + "\"x-kubernetes-list-map-keys\":[\"name\"],\"x-kubernetes-list-type\":\"map\","
                        + "\"x-kubernetes-patch-merge-key\":\"name\",\"x-kubernetes-patch-strategy\":\"merge\"}");
        assertThat(definitions.path("io.k8s.api.apps.v1.DeploymentList").path("x-kubernetes-group-version-kind")
                .toString()).isEqualTo("[{\"group\":\"apps\",\"kind\":\"DeploymentList\",\"version\":\"v1\"}]");
        assertThat(definitions.path("io.k8s.api.core.v1.PodSpec").path("required").toString())
                .isEqualTo("[\"containers\"]");
    }

    @Test
    void refersToNothingThatItDoesNotDefine() {
        JsonNode document = wire.get(PATH).body();
        List<String> missing = new ArrayList<>();
        document.findValues("$ref").stream().filter(JsonNode::isString).forEach(reference -> {
            if (document.at(reference.stringValue().substring(1)).isMissingNode()) {
                missing.add(reference.stringValue());
            }
        });
        assertThat(missing).isEmpty();
    }

    @Test
    void tellsWhatCanBeAskedOfAResource() {
        JsonNode patch = wire.get(PATH).body().path("paths")
                .path("/apis/apps/v1/namespaces/{namespace}/deployments/{name}").path("patch");
        assertThat(patch.path("operationId").asString()).isEqualTo("patchAppsV1NamespacedDeployment");
        assertThat(patch.path("x-kubernetes-action").asString()).isEqualTo("patch");
        assertThat(patch.path("parameters").findValuesAsString("name")).contains("dryRun", "force");
        assertThat(patch.path("consumes").toString()).contains("application/strategic-merge-patch+json");
    }

    @Test
    void tellsOfWhatIsLedOnAndOfWhatIsDiscovered() {
        JsonNode paths = wire.get(PATH).body().path("paths");
        JsonNode exec = paths.path("/api/v1/namespaces/{namespace}/pods/{name}/exec");
        assertThat(exec.path("post").path("operationId").asString("")).isEqualTo("connectCoreV1PostNamespacedPodExec");
        assertThat(exec.path("parameters").valueStream().map(each -> each.path("name").asString("")))
                .containsExactly("command", "container", "name", "namespace", "stderr", "stdin", "stdout", "tty");
        assertThat(paths.path("/apis/rbac.authorization.k8s.io/").path("get").path("operationId").asString(""))
                .isEqualTo("getRbacAuthorizationAPIGroup");
        assertThat(paths.path("/apis/apps/v1/").path("get").path("operationId").asString(""))
                .isEqualTo("getAppsV1APIResources");
        assertThat(wire.get("/openapi/v3").raw().body()).contains("openapi/v3/apis/apps?hash=",
                "openapi/v3/version?hash=");
        assertThat(wire.get("/openapi/v3/apis/apps").body().path("paths").propertyNames())
                .containsExactly("/apis/apps/");
    }

    @Test
    void definesACustomResourceAsLongAsItIsServed() {
        String name = "com.example.shop.v1.Bike";
        assertThat(wire.get(PATH).body().path("definitions").has(name)).isFalse();
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
        JsonNode document = wire.get(PATH).body();
        assertThat(document.path("definitions").path(name).path("properties").path("spec").toString())
                .isEqualTo("{\"type\":\"object\",\"required\":[\"gears\"],\"properties\":{"
                        + "\"gears\":{\"type\":\"integer\",\"minimum\":1},\"note\":{},"
                        + "\"any\":{\"x-kubernetes-preserve-unknown-fields\":true}}}");
        for (String each : List.of(name, name + "List")) {
            assertThat(document.path("definitions").path(each).path("x-kubernetes-selectable-fields").toString())
                    .isEqualTo("[{\"fieldPath\":\"spec.gears\"}]");
        }
        assertThat(document.path("paths").has("/apis/shop.example.com/v1/namespaces/{namespace}/bikes")).isTrue();
    }

    @Test
    void saysTheSameInProtobuf() throws IOException, InterruptedException {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
        HttpResponse<byte[]> answer = read(Map.of("Accept", PROTOBUF.replace("v2.v1", "v2@v1")));
        assertThat(answer.headers().firstValue("Content-Type")).contains(PROTOBUF);
        Map<String, byte[]> definitions = named(only(fields(answer.body()), 9));
        assertThat(definitions.keySet())
                .containsExactlyInAnyOrderElementsOf(wire.get(PATH).body().path("definitions").propertyNames());
        Map<Integer, List<byte[]>> bike = fields(definitions.getOrDefault("com.example.shop.v1.Bike", new byte[0]));
        assertThat(named(only(bike, 25))).containsOnlyKeys("apiVersion", "kind", "metadata", "spec");
        Map<Integer, List<byte[]>> extension = fields(bike.getOrDefault(31, List.of()).getFirst());
        assertThat(text(only(extension, 1))).isEqualTo("x-kubernetes-group-version-kind");
        assertThat(text(only(fields(only(extension, 2)), 2))).contains("shop.example.com");
    }

    @Test
    void isNotSentToWhoHasIt() throws IOException, InterruptedException {
        String tag = read(Map.of()).headers().firstValue("ETag").orElseThrow();
        assertThat(read(Map.of("If-None-Match", tag)).statusCode()).isEqualTo(304);
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", DEFINITION);
        assertThat(read(Map.of("If-None-Match", tag)).statusCode()).isEqualTo(200);
    }

    @Test
    void isNotSentInAFormThatItDoesNotHave() throws IOException, InterruptedException {
        assertThat(read(Map.of("Accept", "text/html")).statusCode()).isEqualTo(406);
        assertThat(read(Map.of("Accept", "text/html, application/*")).statusCode()).isEqualTo(200);
    }

    @Test
    void isCompressedForWhoCanReadThat() throws IOException, InterruptedException {
        HttpResponse<byte[]> answer = read(Map.of("Accept-Encoding", "gzip"));
        assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
    }

    private HttpResponse<byte[]> read(Map<String, String> headers) throws IOException, InterruptedException {
        String token = server.kubeconfig().replaceAll("(?s).*token: \"?([^\"\\s]+).*", "$1");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + PATH)).header("Authorization",
                "Bearer " + token);
        headers.forEach(request::header);
        try (HttpClient client = HttpClient.newBuilder().sslContext(Wire.trusting(server)).build()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        }
    }

    /** The fields of a message that have bytes, by their numbers. */
    private static Map<Integer, List<byte[]>> fields(byte[] message) {
        Map<Integer, List<byte[]>> fields = new TreeMap<>();
        ByteBuffer rest = ByteBuffer.wrap(message);
        while (rest.hasRemaining()) {
            int key = (int) varint(rest);
            switch (key & 7) {
                case 0 -> varint(rest);
                case 1 -> rest.getLong();
                case 2 -> {
                    byte[] value = new byte[(int) varint(rest)];
                    rest.get(value);
                    fields.computeIfAbsent(key >>> 3, _ -> new ArrayList<>()).add(value);
                }
                default -> throw new AssertionError("wire type " + (key & 7) + " at " + rest.position());
            }
        }
        return fields;
    }

    private static byte[] only(Map<Integer, List<byte[]>> fields, int number) {
        List<byte[]> values = fields.getOrDefault(number, List.of());
        assertThat(values).as("field %d", number).isNotEmpty();
        return values.getFirst();
    }

    private static long varint(ByteBuffer from) {
        long value = 0;
        for (int shift = 0;; shift += 7) {
            byte next = from.get();
            value |= (long) (next & 0x7F) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static Map<String, byte[]> named(byte[] message) {
        Map<String, byte[]> named = new TreeMap<>();
        for (byte[] pair : fields(message).getOrDefault(1, List.of())) {
            Map<Integer, List<byte[]>> fields = fields(pair);
            named.put(text(only(fields, 1)), only(fields, 2));
        }
        return named;
    }

    private static String text(byte[] utf8) {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
