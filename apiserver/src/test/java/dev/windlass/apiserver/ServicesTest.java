package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What a service is given that does not say it. */
class ServicesTest {
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    private final ApiServer server = ApiServer.builder().start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private JsonNode create(String name, String fields) {
        return wire.post(SERVICES, """
                {"metadata":{"name":"%s"},"spec":{"clusterIP":"None",%s"ports":[{"port":80}]}}
                """.formatted(name, fields)).body().path("spec");
    }

    @Test
    void isOfBothFamiliesWithoutAddressAndSelector() {
        JsonNode plain = create("plain", "");
        assertThat(plain.path("ipFamilyPolicy").asString()).isEqualTo("RequireDualStack");
        assertThat(plain.path("ipFamilies").toString()).isEqualTo("[\"IPv4\",\"IPv6\"]");
        assertThat(create("six", "\"ipFamilies\":[\"IPv6\"],").path("ipFamilies").toString())
                .isEqualTo("[\"IPv6\",\"IPv4\"]");
    }

    @Test
    void isOfOneFamilyWithASelectorOrWhenItSaysSo() {
        for (String fields : new String[]{"\"selector\":{\"app\":\"web\"},", "\"ipFamilyPolicy\":\"SingleStack\","}) {
            JsonNode spec = create("one" + fields.length(), fields);
            assertThat(spec.path("ipFamilyPolicy").asString()).as(fields).isEqualTo("SingleStack");
            assertThat(spec.path("ipFamilies").toString()).as(fields).isEqualTo("[\"IPv4\"]");
        }
    }
}
