package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Holds the OpenAPI v2 document against that of the real API server: what both have must be the same, and what is missing is named here. */
@Tag("real-apiserver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenApiV2Test {
    private static final String PATH = "/openapi/v2";
    /** Kinds and documents that the embedded server does not serve. */
    private static final Pattern NOT_SERVED = Pattern
            .compile("io\\.k8s\\.api\\.(flowcontrol|node|resource|storagemigration)\\..*"
                    + "|io\\.k8s\\.api\\.certificates\\.v1\\..*|io\\.k8s\\.kube-aggregator\\..*"
                    + "|io\\.k8s\\.api\\.core\\.v1\\.Component(Condition|Status|StatusList)"
                    + "|io\\.k8s\\.apimachinery\\.pkg\\.version\\.Info"
                    + "|io\\.k8s\\.apimachinery\\.pkg\\.apis\\.meta\\.v1\\.(API.*|Group.*|Server.*|WatchEvent)");
    /** Kinds of all groups, of which the embedded server tells one or none. */
    private static final Set<String> IN_ALL_GROUPS = Set.of("DeleteOptions", "Status");
    /** Prose, values and checks that are told nowhere but here. */
    private static final Set<String> LEFT_OUT = Set.of("description", "enum", "x-kubernetes-unions");
    private static final String DEFINITION = """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
             "metadata":{"name":"widgets.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
             "names":{"plural":"widgets","kind":"Widget","singular":"widget","listKind":"WidgetList"},"versions":[
             {"name":"v1","served":true,"storage":true,
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

    private Server real;
    private Server embedded;
    private JsonNode expected;
    private JsonNode told;

    @BeforeAll
    void readBoth() throws InterruptedException {
        real = Server.real();
        embedded = Server.embedded();
        expected = document(real);
        told = document(embedded);
    }

    @AfterAll
    void close() {
        real.close();
        embedded.close();
    }

    private static JsonNode document(Server server) {
        server.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
                Map.of("Content-Type", "application/json"), DEFINITION);
        return await("the document with the custom resource").until(() -> server.send("GET", PATH, Map.of(), "").body(),
                body -> body.path("paths").has("/apis/example.com/v2/widgets"));
    }

    @Test
    void definesTheSameKinds() {
        Set<String> missing = new TreeSet<>(expected.path("definitions").propertyNames());
        missing.removeIf(name -> NOT_SERVED.matcher(name).matches());
        assertThat(new TreeSet<>(told.path("definitions").propertyNames())).isEqualTo(missing);
    }

    @Test
    void describesEachInTheSameWay() {
        List<String> differences = new ArrayList<>();
        told.path("definitions").properties().forEach(entry -> {
            JsonNode ours = withoutWhatIsLeftOut(entry.getValue());
            JsonNode theirs = withoutWhatIsLeftOut(expected.path("definitions").path(entry.getKey()));
            String kind = entry.getKey().substring(entry.getKey().lastIndexOf('.') + 1);
            if (IN_ALL_GROUPS.contains(kind)) {
                ((ObjectNode) theirs).remove("x-kubernetes-group-version-kind");
                ((ObjectNode) ours).remove("x-kubernetes-group-version-kind");
            }
            if (!ours.equals(theirs)) {
                differences.add("%s%n  real     %s%n  embedded %s".formatted(entry.getKey(), theirs, ours));
            }
        });
        assertThat(differences).withFailMessage(() -> String.join("\n", differences)).isEmpty();
    }

    @Test
    void tellsTheSameOperations() {
        List<String> differences = new ArrayList<>();
        told.path("paths").properties().forEach(path -> path.getValue().properties().forEach(method -> {
            if (!method.getKey().equals("parameters")) {
                JsonNode ours = operation(method.getValue());
                JsonNode theirs = operation(expected.path("paths").path(path.getKey()).path(method.getKey()));
                if (!ours.equals(theirs)) {
                    differences.add("%s %s%n  real     %s%n  embedded %s".formatted(method.getKey(), path.getKey(),
                            theirs, ours));
                }
            }
        }));
        assertThat(differences).withFailMessage(() -> String.join("\n", differences)).isEmpty();
    }

    @Test
    void choosesTheSameFormFromWhatIsAccepted() {
        for (String accept : List.of("", "*/*", "application/*", "application/json", "text/html", "application/yaml",
                "text/html, application/json;q=0.1",
                "application/com.github.proto-openapi.spec.v2@v1.0+protobuf",
                "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
                "application/json, application/com.github.proto-openapi.spec.v2.v1.0+protobuf;q=0.5")) {
            Answer theirs = real.send("GET", PATH, Map.of("Accept", accept), "");
            Answer ours = embedded.send("GET", PATH, Map.of("Accept", accept), "");
            assertThat(ours.code() + " " + ours.contentType()).as(accept)
                    .isEqualTo(theirs.code() + " " + theirs.contentType());
        }
    }

    /** All but its parameters: some that the real server tells change nothing here. */
    private static JsonNode operation(JsonNode operation) {
        JsonNode all = withoutWhatIsLeftOut(operation);
        if (all instanceof ObjectNode object) {
            object.remove("parameters");
        }
        return all;
    }

    private static JsonNode withoutWhatIsLeftOut(JsonNode node) {
        JsonNode copy = node.deepCopy();
        strip(copy, false);
        return copy;
    }

    /** @param names the keys are names of fields, not words of a schema */
    private static void strip(JsonNode node, boolean names) {
        if (node instanceof ObjectNode object && !names) {
            object.remove(LEFT_OUT);
        }
        node.properties().forEach(entry -> strip(entry.getValue(), !names && entry.getKey().equals("properties")));
        if (node.isArray()) {
            node.forEach(each -> strip(each, false));
        }
    }
}
