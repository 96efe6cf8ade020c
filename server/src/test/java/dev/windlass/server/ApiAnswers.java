package dev.windlass.server;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.dialect.Dialects;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Holds each answer of the admin API that a test gets against the OpenAPI document, in which no field may be missing. */
final class ApiAnswers {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonNode DOCUMENT = JSON.valueToTree(ApiDocument.create(List.of()));
    private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

    private ApiAnswers() {
    }

    /** Fails when a whole answer is not as the document says, or its status is not in the document. */
    static void check(String method, String path, HttpResponse<String> response) {
        if (!path.startsWith("/api/v1/")) {
            return;
        }
        JsonNode item = DOCUMENT.path("paths").path(template(path));
        String code = Integer.toString(response.statusCode());
        JsonNode described = item.path(method).path("responses").path(code);
        if (described.isMissingNode()) {
            // What there is no operation for is refused, in the same form as everything else that is.
            assertThat(item.path(method).isMissingNode())
                    .as("%s %s answers %s: %s", method, path, code, response.body())
                    .isTrue();
            check("/components/schemas/Error", response.body());
            return;
        }
        assertThat(response.headers().firstValue("content-type")).as(path).hasValue("application/json");
        check("/paths/" + pointer(template(path)) + "/" + method + "/responses/" + code
                + "/content/application~1json/schema", response.body());
    }

    /** Fails when a line of the stream of events is not as the document says. */
    static void checkEvent(String line) {
        check("/paths/~1api~1v1~1events/get/responses/200/content/application~1x-ndjson/schema", line);
    }

    private static void check(String pointer, String body) {
        assertThat(SCHEMAS.computeIfAbsent(pointer, ApiAnswers::schema).validate(JSON.readTree(body)))
                .as(pointer + ": " + body).isEmpty();
    }

    private static Schema schema(String pointer) {
        ObjectNode schema = JSON.createObjectNode().put("$ref", "#" + pointer);
        JsonNode closed = closed(DOCUMENT.deepCopy());
        schema.set("paths", closed.path("paths"));
        schema.set("components", closed.path("components"));
        return SchemaRegistry.withDefaultDialect(Dialects.getDraft202012()).getSchema(schema);
    }

    /** Users of the API bear fields that they do not know; the document must know all. */
    private static JsonNode closed(JsonNode node) {
        if (node instanceof ObjectNode object && object.path("properties").isObject()) {
            object.put("additionalProperties", false);
        }
        node.forEach(ApiAnswers::closed);
        return node;
    }

    private static String template(String path) {
        String plain = path.replaceFirst("\\?.*", "");
        if (!plain.startsWith("/api/v1/units/")) {
            return plain;
        }
        int colon = plain.lastIndexOf(':');
        return "/api/v1/units/{name}" + (colon < 0 ? "" : plain.substring(colon));
    }

    private static String pointer(String path) {
        return path.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D");
    }
}
