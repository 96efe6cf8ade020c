package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What the second version of OpenAPI says of paths, in the words of the third. Stateless. */
final class OpenApiPaths {
    private OpenApiPaths() {
    }

    static ObjectNode of(ObjectNode paths) {
        ObjectNode out = Json.object();
        paths.properties().forEach(path -> {
            ObjectNode methods = out.putObject(path.getKey());
            path.getValue().properties().forEach(method -> {
                if (method.getKey().equals("parameters")) {
                    addParameters(method.getValue(), methods);
                } else {
                    methods.set(method.getKey(), operation((ObjectNode) method.getValue()));
                }
            });
        });
        return out;
    }

    private static ObjectNode operation(ObjectNode said) {
        ObjectNode out = said.deepCopy().remove(List.of("consumes", "produces", "schemes", "parameters"));
        JsonNode parameters = said.path("parameters");
        addParameters(parameters, out);
        for (JsonNode each : parameters) {
            if (isBody(each)) {
                ObjectNode body = out.putObject("requestBody");
                addContent(body, said.path("consumes"), each.get("schema"));
                if (each.has("required")) {
                    body.set("required", each.get("required"));
                }
            }
        }
        out.path("responses").forEach(response -> {
            JsonNode schema = ((ObjectNode) response).remove("schema");
            if (schema != null) {
                addContent((ObjectNode) response, said.path("produces"), schema);
            }
        });
        return out;
    }

    private static boolean isBody(JsonNode parameter) {
        return parameter.path("in").stringValue("").equals("body");
    }

    /** In path and query: what their values are like is a schema. */
    private static void addParameters(JsonNode said, ObjectNode out) {
        for (JsonNode each : said) {
            if (!isBody(each)) {
                ObjectNode parameter = ((ObjectNode) each).deepCopy();
                ObjectNode schema = Json.object();
                schema.set("type", parameter.remove("type"));
                schema.set("uniqueItems", parameter.remove("uniqueItems"));
                out.withArray("parameters").addObject().setAll(parameter).set("schema", schema);
            }
        }
    }

    private static void addContent(ObjectNode out, JsonNode forms, JsonNode schema) {
        ObjectNode content = out.putObject("content");
        forms.forEach(form -> content.putObject(form.stringValue()).set("schema", schema));
    }
}
