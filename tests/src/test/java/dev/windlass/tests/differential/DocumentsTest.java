package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Holds what is served beside resources against what the real API server serves: discovery, health, paths that lead nowhere. */
class DocumentsTest extends BothServers {
    private static final Set<String> GROUPS_NOT_SERVED = Set.of("apiregistration.k8s.io", "certificates.k8s.io",
            "flowcontrol.apiserver.k8s.io", "resource.k8s.io", "storagemigration.k8s.io");
    private static final Pattern ADDRESS = Pattern.compile("127\\.0\\.0\\.1:[0-9]+");
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    @BeforeAll
    void awaitGroups() {
        await("all groups").until(() -> real.send("GET", "/apis", Map.of(), "").body().path("groups").size() > 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/", "/api/v1", "/api/v1/", "/apis", "/apis/", "/apis/apps", "/apis/apps/",
            "/apis/apps/v1", "/apis/authentication.k8s.io/v1", "/apis/authorization.k8s.io/v1", "/apis/autoscaling",
            "/apis/autoscaling/v1", "/apis/autoscaling/v2", "/apis/batch/v1", "/apis/networking.k8s.io/v1",
            "/apis/policy/v1", "/apis/rbac.authorization.k8s.io/v1", "/apis/storage.k8s.io/v1",
            "/apis/admissionregistration.k8s.io/v1", "/apis/apiextensions.k8s.io/v1", "/apis/scheduling.k8s.io/v1",
            "/apis/coordination.k8s.io/v1", "/apis/discovery.k8s.io/v1", "/apis/events.k8s.io/v1",
            "/apis/node.k8s.io/v1",
            "/.well-known/openid-configuration"})
    void tellsTheSameIn(String path) {
        for (String accept : List.of("", "application/json", "application/*", "application/yaml", "text/html",
                "text/html, application/json;q=0.5", AGGREGATED,
                "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")) {
            assertSame("GET", path, accept);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/healthz", "/healthz/ping", "/healthz/nothing", "/healthz/ping/x", "/livez", "/livez/ping",
            "/readyz", "/readyz/ping", "/readyz/informer-sync", "/readyz?exclude=ping", "/api/v2", "/api/v2/namespaces",
            "/apis/apps/v2", "/apis/apps/v1beta1", "/apis/apps/v2/deployments", "/apis/nothing", "/apis/nothing/v1",
            "/version/x", "/openapi", "/openapi/", "/openapi/v2/", "/openapi/v3/", "/openapi/v3/api/v1/",
            "/openapi/v3/api/v2", "/openapi/v3/apis/nothing/v1", "/openapi/v4", "/swagger.json", "/nothing",
            "/openid/v1", "/.well-known/x", "//api/v1", "/api//v1", "/api/v1//namespaces", "/api/v1/../v1",
            "/api/v1/namespaces/default/nothing", "/api/v1/namespaces/a%2Fb", "/api/v1/namespaces/a%252Fb",
            "/api/v1/namespaces/a+b", "/api/v1/namespaces/a%20b", "/api/v1/namespaces/a;b",
            "/api/v1/namespaces/./default", "/api/v1/namespaces/%2e%2e",
            "/api/v1/namespaces/default/configmaps/%2e%2e"})
    void answersTheSameAt(String path) {
        assertSame("GET", path, "");
        assertSame("GET", path, "application/yaml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api", "/api/v1", "/apis", "/apis/apps", "/apis/apps/v1", "/healthz", "/readyz/ping",
            "/.well-known/openid-configuration", "/nothing"})
    void allowsTheSameMethodsAt(String path) {
        for (String method : List.of("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")) {
            assertSame(method, path, "");
        }
    }

    @Test
    void takesTheSameFormsForItsVersion() {
        for (String accept : List.of("", "application/json", "application/*", "application/yaml", "text/html")) {
            assertThat(form(embedded, accept)).as(accept).isEqualTo(form(real, accept));
        }
    }

    private static String form(Server server, String accept) {
        Answer answer = server.send("GET", "/version", Map.of("Accept", accept), "");
        return answer.code() + " " + answer.contentType();
    }

    @Test
    void listsPathsThatAreThereToo() {
        List<String> theirs = paths(real);
        assertThat(theirs).containsAll(paths(embedded));
    }

    private static List<String> paths(Server server) {
        List<String> paths = new ArrayList<>();
        server.send("GET", "/", Map.of(), "").body().path("paths").forEach(path -> paths.add(path.stringValue()));
        return paths;
    }

    private void assertSame(String method, String path, String accept) {
        Map<String, String> headers = accept.isEmpty() ? Map.of() : Map.of("Accept", accept);
        Answer theirs = real.send(method, path, headers, "");
        Answer ours = embedded.send(method, path, headers, "");
        String asked = method + " " + path + " " + accept;
        assertThat(ours.code() + " " + ours.contentType()).as(asked)
                .isEqualTo(theirs.code() + " " + theirs.contentType());
        assertThat(served(ours.body())).as(asked).isEqualTo(served(theirs.body()));
    }

    /** Without what the embedded server does not serve, and with one address. */
    private static JsonNode served(JsonNode node) {
        if (node.isString()) {
            return JsonNodeFactory.instance.stringNode(ADDRESS.matcher(node.stringValue()).replaceAll("ADDRESS"));
        }
        if (node.isArray()) {
            ArrayNode all = JsonNodeFactory.instance.arrayNode();
            node.forEach(each -> {
                if (isServed(each)) {
                    all.add(served(each));
                }
            });
            return all;
        }
        if (!node.isObject()) {
            return node;
        }
        ObjectNode out = JsonNodeFactory.instance.objectNode();
        node.properties().forEach(entry -> out.set(entry.getKey(), served(entry.getValue())));
        return out;
    }

    private static boolean isServed(JsonNode item) {
        String name = item.path("name").stringValue(item.path("metadata").path("name").stringValue(""));
        return !GROUPS_NOT_SERVED.contains(name);
    }
}
