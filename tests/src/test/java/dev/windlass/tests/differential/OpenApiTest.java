package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Holds the OpenAPI documents against those of the real API server: what both have must be the same, and what is missing is named here. */
class OpenApiTest extends BothServers {
    private static final String V2 = "/openapi/v2";
    private static final String V3 = "/openapi/v3";
    /** Kinds and documents that the embedded server does not serve. */
    private static final Pattern NOT_SERVED = Pattern
            .compile("io\\.k8s\\.api\\.(flowcontrol|resource|storagemigration)\\..*"
                    + "|io\\.k8s\\.api\\.certificates\\.v1\\..*|io\\.k8s\\.kube-aggregator\\..*"
                    + "|io\\.k8s\\.apimachinery\\.pkg\\.apis\\.meta\\.v1\\.(GroupResource|WatchEvent)");
    /** What is deprecated below /watch, and groups that the embedded server does not serve. */
    private static final Pattern PATHS_NOT_TOLD = Pattern.compile(".*/watch/.*"
            + "|/apis/(apiregistration|certificates|flowcontrol\\.apiserver|resource|storagemigration)\\.k8s\\.io/.*"
            + "|/logs/.*");
    /** Kinds of all groups, of which the embedded server tells one or none. */
    private static final Set<String> IN_ALL_GROUPS = Set.of("DeleteOptions", "Status");
    /** Prose. */
    private static final String LEFT_OUT = "description";
    private static final String DEFINITION = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
             "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"widgets","kind":"Widget","singular":"widget","listKind":"WidgetList"},"versions":[
             {"name":"v1","served":true,"storage":true,"selectableFields":[{"jsonPath":".spec.q"},{"jsonPath":".spec.v"}],
              "subresources":{"status":{},"scale":{"specReplicasPath":".spec.n","statusReplicasPath":".status.n"}},
              "schema":{"openAPIV3Schema":{"type":"object","required":["spec"],"properties":{
               "spec":{"type":"object","required":["n","q"],"properties":{
                "n":{"type":"integer","format":"int32","minimum":1,"default":3},
                "q":{"type":"string","nullable":true,"enum":["a","b"]},
                "io":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},{"type":"string"}]},
                "free":{"type":"object","x-kubernetes-preserve-unknown-fields":true,
                        "properties":{"a":{"type":"string"}}},
                "l":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["k"],
                     "items":{"type":"object","required":["k"],"properties":{"k":{"type":"string"}}}},
                "m":{"type":"object","additionalProperties":{"type":"string"}},
                "e":{"type":"object","x-kubernetes-embedded-resource":true,
                     "x-kubernetes-preserve-unknown-fields":true},
                "e2":{"type":"object","x-kubernetes-embedded-resource":true,
                      "properties":{"spec":{"type":"string"}}},
                "v":{"type":"string","maxLength":9,"x-kubernetes-validations":[{"rule":"self != ''"}]}}},
               "status":{"type":"object","properties":{"n":{"type":"integer"}}}}}}},
             {"name":"v2","served":true,"storage":false,
              "schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true}}}]}}
            """;

    /** What only the deprecated paths below /watch refer to. */
    private static final String WATCHED = "io.k8s.apimachinery.pkg.runtime.RawExtension";

    private JsonNode expected;
    private JsonNode told;

    @BeforeAll
    void readBoth() {
        for (Server server : List.of(real, embedded)) {
            server.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                    Map.of("Content-Type", "application/json"), DEFINITION);
            await("the custom resource in the documents").until(
                    () -> server.send("GET", V2, Map.of(), "").body().path("paths")
                            .has("/apis/example.com/v2/widgets")
                            && index(server).has("apis/example.com/v1") && index(server).has("apis/example.com/v2"));
        }
        expected = real.send("GET", V2, Map.of(), "").body();
        told = embedded.send("GET", V2, Map.of(), "").body();
    }

    /** It is told to be text, by both. */
    private static JsonNode index(Server server) {
        return JsonMapper.shared().readTree(server.send("GET", V3, Map.of(), "").body().stringValue()).path("paths");
    }

    @Test
    void definesTheSameKinds() {
        assertThat(names(told.path("definitions"))).isEqualTo(served(expected.path("definitions")));
    }

    @Test
    void tellsOfTheSamePaths() {
        Set<String> theirs = names(expected.path("paths"));
        theirs.removeIf(path -> PATHS_NOT_TOLD.matcher(path).matches());
        assertThat(names(told.path("paths"))).isEqualTo(theirs);
    }

    @Test
    void describesEachInTheSameWay() {
        assertThat(schemaDifferences(expected.path("definitions"), told.path("definitions"))).isEmpty();
    }

    @Test
    void tellsTheSameOperations() {
        assertThat(operationDifferences(expected.path("paths"), told.path("paths"))).isEmpty();
    }

    @Test
    void theThirdVersionTellsTheSameOfEachGroup() {
        JsonNode theirIndex = index(real);
        Set<String> documents = names(theirIndex);
        documents.removeIf(root -> PATHS_NOT_TOLD.matcher("/" + root + "/").matches());
        assertThat(names(index(embedded))).isEqualTo(documents);
        index(embedded).properties().forEach(entry -> {
            JsonNode theirs = document(real, theirIndex.path(entry.getKey()));
            JsonNode ours = document(embedded, entry.getValue());
            JsonNode theirSchemas = removeSchemas(theirs);
            JsonNode ourSchemas = removeSchemas(ours);
            Set<String> wanted = served(theirSchemas);
            if (theirSchemas.has(WATCHED) && !ourSchemas.has(WATCHED)) {
                wanted.remove(WATCHED);
            }
            assertThat(names(ourSchemas)).as(entry.getKey()).isEqualTo(wanted);
            assertThat(schemaDifferences(theirSchemas, ourSchemas)).as(entry.getKey()).isEmpty();
            assertThat(operationDifferences(((ObjectNode) theirs).remove("paths"), ((ObjectNode) ours).remove("paths")))
                    .as(entry.getKey()).isEmpty();
            assertThat(withoutProse(ours, false)).as(entry.getKey()).isEqualTo(withoutProse(theirs, false));
        });
    }

    /** @return none, where all answers are texts */
    private static JsonNode removeSchemas(JsonNode document) {
        JsonNode schemas = ((ObjectNode) document.path("components")).remove("schemas");
        return schemas == null ? JsonNodeFactory.instance.objectNode() : schemas;
    }

    private static JsonNode document(Server server, JsonNode entry) {
        return server.send("GET", entry.path("serverRelativeURL").stringValue(), Map.of(), "").body();
    }

    @Test
    void choosesTheSameFormFromWhatIsAccepted() {
        for (String accept : List.of("", "*/*", "application/*", "application/json", "text/html", "application/yaml",
                "text/html, application/json;q=0.1",
                "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
                "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
                "application/json, application/com.github.proto-openapi.spec.v2.v1.0+protobuf;q=0.5")) {
            assertThat(form(embedded, V2, accept)).as(accept).isEqualTo(form(real, V2, accept));
            assertThat(form(embedded, V3, accept)).as(accept).isEqualTo(form(real, V3, accept));
            assertThat(form(embedded, V3 + "/apis/apps/v1", accept)).as(accept)
                    .isEqualTo(form(real, V3 + "/apis/apps/v1", accept));
        }
    }

    private static String form(Server server, String path, String accept) {
        Answer answer = server.send("GET", path, Map.of("Accept", accept), "");
        return answer.code() + " " + answer.contentType();
    }

    private static Set<String> names(JsonNode schemas) {
        return new TreeSet<>(schemas.propertyNames());
    }

    private static Set<String> served(JsonNode schemas) {
        Set<String> served = names(schemas);
        served.removeIf(name -> NOT_SERVED.matcher(name).matches());
        return served;
    }

    private static List<String> schemaDifferences(JsonNode expected, JsonNode told) {
        List<String> differences = new ArrayList<>();
        told.properties().forEach(entry -> {
            JsonNode ours = withoutProse(entry.getValue(), false);
            JsonNode theirs = withoutProse(expected.path(entry.getKey()), false);
            String kind = entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1);
            if (IN_ALL_GROUPS.contains(kind)) {
                ((ObjectNode) theirs).remove("x-kubernetes-group-version-kind");
                ((ObjectNode) ours).remove("x-kubernetes-group-version-kind");
            }
            addDifference(entry.getKey(), theirs, ours, differences);
        });
        return differences;
    }

    private static List<String> operationDifferences(JsonNode expected, JsonNode told) {
        List<String> differences = new ArrayList<>();
        told.properties().forEach(path -> path.getValue().properties().forEach(method -> {
            if (!method.getKey().equals("parameters")) {
                addDifference(method.getKey() + " " + path.getKey(),
                        operation(expected.path(path.getKey()).path(method.getKey())), operation(method.getValue()),
                        differences);
            }
        }));
        return differences;
    }

    private static void addDifference(String of, JsonNode theirs, JsonNode ours, List<String> differences) {
        if (!ours.equals(theirs)) {
            differences.add("%s%n  real     %s%n  embedded %s".formatted(of, theirs, ours));
        }
    }

    /** All but its parameters: some that the real server tells change nothing here. */
    private static JsonNode operation(JsonNode operation) {
        JsonNode all = withoutProse(operation, false);
        if (all instanceof ObjectNode object) {
            object.remove("parameters");
        }
        return all;
    }

    /**
     * A reference that was wrapped for a description only is as good as one that has none.
     *
     * @param names the keys are names of fields, not words of a schema
     */
    private static JsonNode withoutProse(JsonNode node, boolean names) {
        if (node.isArray()) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            node.forEach(each -> all.add(withoutProse(each, false)));
            return all;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(entry -> {
            if (names || !entry.getKey().equals(LEFT_OUT)) {
                out.set(entry.getKey(),
                        withoutProse(entry.getValue(), !names && entry.getKey().equals("properties")));
            }
        });
        JsonNode wrapped = out.path("allOf").path(0);
        return out.size() == 1 && wrapped.has("$ref") ? wrapped : out;
    }
}
