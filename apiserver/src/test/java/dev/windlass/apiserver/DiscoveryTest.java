package dev.windlass.apiserver;

import java.net.http.HttpHeaders;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What clients keep of the discovery, and when they must read it again. */
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
    void anOpenApiDocumentOfWhichTheHashIsKnownMayBeKept() {
        String document = "/openapi/v3/apis/apps/v1";
        String url = wire.get("/openapi/v3").text("paths", "apis/apps/v1", "serverRelativeURL");
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
}
