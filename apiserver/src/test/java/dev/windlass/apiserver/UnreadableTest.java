package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What cannot be read as what its kind says it is, and how that is told. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class UnreadableTest {
    private final ApiServer server = ApiServer.builder().name("unreadable").start();
    private final Wire wire = new Wire(server);

    @AfterAll
    void close() {
        wire.close();
        server.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "/api/v1/namespaces/default/events|`'involvedObject':{'namespace':'default'},'lastTimestamp':''`|",
            "/api/v1/namespaces/default/events|`'involvedObject':{'namespace':'default'},'eventTime':''`|.000000",
            "/apis/events.k8s.io/v1/namespaces/default/events|`'deprecatedFirstTimestamp':''`|",
            "/apis/coordination.k8s.io/v1/namespaces/default/leases|`'spec':{'renewTime':''}`|.000000",
            "/api/v1/namespaces/default/configmaps|`'metadata':{'name':'a','creationTimestamp':''}`|"})
    void anEmptyTimeIsNone(String path, String fields, String fraction) {
        Wire.Answer refused = wire.post(path, "{" + fields.replace('\'', '"') + "}");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message()).endsWith("parsing time \"\" as \"2006-01-02T15:04:05"
                + (fraction == null ? "" : fraction) + "Z07:00\": cannot parse \"\" as \"2006\"");
    }

    @Test
    void theTimesOfACustomResourceThatIsAppliedAreNotLookedAt() {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Cluster",
                 "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
                 "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        String thing = "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\",\"creationTimestamp\":\"\"}}";
        assertThat(wire.post("/apis/example.com/v1/things", thing).code()).isEqualTo(400);
        Wire.Answer applied = wire.apply("/apis/example.com/v1/things/t", "m", thing);
        assertThat(applied.code()).isEqualTo(201);
        assertThat(applied.body().at("/metadata/creationTimestamp").stringValue()).isNotEmpty();
    }
}
