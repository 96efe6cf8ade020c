package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What is served beside resources: discovery and OpenAPI, what clients keep of them, health, and paths that lead nowhere. */
@Timeout(120)
class DiscoveryTest {
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final ApiServer server = ApiServer.builder().name("discovery").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private Wire.Answer read(String tag) {
        return wire.send(wire.request("/apis").header("Accept", AGGREGATED).header("If-None-Match", tag).build());
    }

    @Test
    void theAggregatedDocumentIsSentOnlyToThoseWhoHaveAnotherOne() {
        Wire.Answer first = read("\"none\"");
        String tag = first.raw().headers().firstValue("ETag").orElseThrow();
        assertThat(first.code()).isEqualTo(200);
        assertThat(tag).matches("\"[0-9A-F]{128}\"");
        Wire.Answer second = read(tag);
        assertThat(second.code()).isEqualTo(304);
        assertThat(second.raw().body()).isEmpty();
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                "{\"metadata\":{\"name\":\"things.example.com\"},\"spec\":{\"group\":\"example.com\",\"scope\":\"Cluster\",\"names\":{\"plural\":\"things\",\"kind\":\"Thing\"},\"versions\":[{\"name\":\"v1\",\"served\":true,\"storage\":true,\"schema\":{\"openAPIV3Schema\":{\"type\":\"object\"}}}]}}");
        assertThat(read(tag).code()).isEqualTo(200);
    }

    @Test
    void anOpenApiDocumentTellsWhatIsSentAndWhatItCanBe() {
        JsonNode core = wire.get("/openapi/v3/api/v1").body();
        JsonNode create = core.path("paths").path("/api/v1/namespaces/{namespace}/pods").path("post");
        JsonNode pod = create.path("requestBody").path("content").path("*/*").path("schema");
        assertThat(pod.path("$ref").stringValue("")).endsWith("/io.k8s.api.core.v1.Pod");
        JsonNode schemas = core.path("components").path("schemas");
        JsonNode spec = schemas.path("io.k8s.api.core.v1.PodSpec").path("properties");
        assertThat(spec.path("restartPolicy").path("enum")).map(JsonNode::stringValue)
                .containsExactly("Always", "Never", "OnFailure");
        JsonNode port = schemas.path("io.k8s.api.core.v1.ContainerPort").path("properties").path("protocol");
        assertThat(port.path("default").stringValue("")).isEqualTo("TCP");
    }

    @Test
    void anAnswerCarriesTheAuditIdOfItsRequest() {
        String first = wire.get("/version").raw().headers().firstValue("Audit-Id").orElseThrow();
        assertThat(first).matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(wire.get("/nothing").raw().headers().firstValue("Audit-Id")).isPresent().get().isNotEqualTo(first);
        assertThat(wire.send(wire.request("/api/v1/pods").header("Audit-ID", "mine").build()).raw().headers()
                .allValues("Audit-Id")).containsExactly("mine");
    }

    @Test
    void aRefusalInPlainTextIsNothingElse() {
        assertThat(wire.get("/nothing").raw().headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(wire.get("/api/v1/pods/a").raw().headers().firstValue("X-Content-Type-Options")).isEmpty();
    }

    @Test
    void anOpenApiDocumentOfWhichTheHashIsKnownMayBeKept() {
        String document = "/openapi/v3/apis/apps/v1";
        JsonNode index = Json.parse(wire.get("/openapi/v3").raw().body()); // said to be text, as the real server says
        String url = Json.textOrEmpty(index, "paths", "apis/apps/v1", "serverRelativeURL");
        HttpHeaders kept = wire.get(url).raw().headers();
        assertThat(kept.firstValue("Cache-Control")).hasValue("public, immutable");
        assertThat(kept.firstValue("Expires")).isPresent();
        assertThat(kept.firstValue("ETag")).hasValue('"' + url.substring(url.indexOf('=') + 1) + '"');

        Wire.Answer former = wire.get(document + "?hash=00FF");
        assertThat(former.code()).isEqualTo(301);
        assertThat(former.raw().headers().firstValue("Location")).hasValue(url);
        assertThat(former.raw().body()).isEmpty();

        HttpHeaders asked = wire.get(document).raw().headers();
        assertThat(asked.firstValue("Cache-Control")).hasValue("no-cache, private");
        assertThat(asked.firstValue("ETag")).isEqualTo(kept.firstValue("ETag"));
    }

    @Test
    void whatIsServedIsToldInTheFormThatAClientAccepts() {
        Wire.Answer yaml = wire.send(wire.request("/apis/apps/v1").header("Accept", "application/yaml").build());
        JsonNode told = Json.parseYaml(yaml.raw().body().getBytes(StandardCharsets.UTF_8));
        assertThat(told.path("groupVersion").stringValue("")).isEqualTo("apps/v1");
        assertThat(yaml.raw().body()).doesNotStartWith("{");
        assertThat(wire.send(wire.request("/api").header("Accept", "text/html").build()).code()).isEqualTo(406);
        assertThat(wire.get("/").body().path("paths")).map(JsonNode::stringValue)
                .contains("/api/v1", "/apis/apps/v1", "/openapi/v3");
    }

    @Test
    void aPathThatLeadsNowhereIsNoReasonForAPageOfHtml() {
        for (String path : List.of("/api//v1", "/api/v1//namespaces", "/api/v1/../v1", "/api/v2")) {
            Wire.Answer answer = wire.get(path);
            assertThat(answer.code()).as(path).isEqualTo(404);
            assertThat(answer.message()).as(path).isEqualTo("the server could not find the requested resource");
        }
        assertThat(wire.get("/api/v1/namespaces/%2e%2e").message())
                .isEqualTo("Name parameter invalid: \"..\": may not be '..'");
    }

    @Test
    void healthIsToldCheckByCheck() {
        assertThat(wire.get("/readyz/informer-sync").raw().body()).isEqualTo("ok");
        assertThat(wire.get("/healthz/nothing").code()).isEqualTo(404);
        assertThat(wire.get("/livez?verbose&exclude=log&exclude=x").raw().body()).isEqualTo("""
                [+]ping ok
                [+]log excluded: ok
                [+]etcd ok
                warn: some health checks cannot be excluded: no matches for "x"
                livez check passed
                """);
    }
}
