package dev.windlass.server;

import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** The OpenAPI document: it is one, it is served, and it lists what the server does. Its schemas are held against all answers. */
@Timeout(60)
class ApiDocumentTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final Manager manager = Manager.builder().name("mill").build();
    private final Http http = new Http();

    @SuppressWarnings("NullAway.Init")
    private AdminEndpoint endpoint;

    @BeforeEach
    void start() throws Exception {
        ServerHandle server = manager.add(AdminServer.at(BindAddress.loopback(0), directory));
        manager.add("wheel", RunnableContext::awaitStop);
        manager.start();
        server.ready().await(BOUND);
        endpoint = AdminEndpoint.find(directory).getFirst();
    }

    @AfterEach
    void stop() {
        manager.close();
        http.close();
    }

    @Test
    void isAnOpenApiDocument() throws Exception {
        JsonNode document = document();
        assertThat(document.path("openapi").asString()).startsWith("3.1.");
        assertThat(document.path("info").propertyNames()).contains("title", "version");
        var schemaOfSchemas = SchemaRegistry.withDefaultDialect(Dialects.getDraft202012())
                .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));
        document.at("/components/schemas").forEach(schema -> assertThat(schemaOfSchemas.validate(schema)).isEmpty());
        Set<String> known = new TreeSet<>(document.at("/components/schemas").propertyNames());
        assertThat(document.findValuesAsString("$ref")).isNotEmpty().allSatisfy(
                reference -> assertThat(known).contains(reference.replace("#/components/schemas/", "")));
        assertThat(known).contains("UnitList", "UnitDescription", "UnitEvent", "ThreadDump", "QuotaPlan", "Error");
        assertThat(document.findValuesAsString("operationId")).doesNotHaveDuplicates()
                .hasSize(AdminOperation.values().length);
    }

    @Test
    void whatItListsIsServedAndNothingElseIs() throws Exception {
        List<String> listed = new ArrayList<>();
        document().path("paths").properties().forEach(path -> path.getValue().propertyNames()
                .forEach(method -> listed.add(method + " " + path.getKey())));
        assertThat(listed).contains("get /openapi.json", "post /api/v1/units/{name}:stop", "get /api/v1/quota:what-if");
        for (String each : listed) {
            String[] words = each.split(" ", 2);
            String path = words[1].replace("{name}", "nothing");
            // An unknown option gets as far as the operation, and no further; of a setting and a unit only the latter is unknown.
            HttpResponse<String> answer = send(words[0], path + "?no-such-option=1");
            assertThat(answer.statusCode()).as(each).isIn(400, 404);
            assertThat(Http.json(answer).path("message").asString()).as(each).doesNotContain("no such path")
                    .doesNotContain("no action").containsAnyOf("no-such-option", "\"nothing\"");
            HttpResponse<String> other = send(words[0].equals("get") ? "post" : "get", path);
            assertThat(other.statusCode()).as("the other method of " + each).isEqualTo(405);
        }
        for (String path : List.of("/", "/api/v1", "/api/v1/unit", "/openapi.yaml", "/api/v1/units/wheel:turn",
                "/api/v1/quota:get", "/api/v1/manager:stop")) {
            assertThat(send("get", path).statusCode()).as(path).isEqualTo(404);
        }
    }

    private JsonNode document() throws Exception {
        HttpResponse<String> answer = send("get", "/openapi.json");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).hasValue("application/json");
        return Http.json(answer);
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        String[] token = {"Authorization", "Bearer " + endpoint.token()};
        return method.equals("get")
                ? http.get(endpoint.address(), path, token)
                : http.post(endpoint.address(), path, token);
    }
}
