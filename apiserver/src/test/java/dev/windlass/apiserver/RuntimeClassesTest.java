package dev.windlass.apiserver;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What runtime classes are, and what they mean for pods that name them. */
@Timeout(120)
class RuntimeClassesTest {
    private static final String CLASSES = "/apis/node.k8s.io/v1/runtimeclasses";
    private static final String PODS = "/api/v1/namespaces/default/pods";

    private final ApiServer server = ApiServer.builder().name("runtimes").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    @Test
    void aClassKeepsItsHandler() {
        assertThat(create("{}").message()).endsWith("is invalid: handler: Required value");
        assertThat(create("{\"handler\":\"A\"}").message())
                .contains("handler: Invalid value: \"A\": a lowercase RFC 1123 label must consist of");
        assertThat(create("{\"handler\":\"runsc\"}").code()).isEqualTo(201);
        assertThat(wire.merge(CLASSES + "/k", "{\"handler\":\"kata\"}").message())
                .endsWith("is invalid: handler: Invalid value: null: field is immutable");
        assertThat(wire.merge(CLASSES + "/k", "{\"overhead\":{\"podFixed\":{\"cpu\":\"1\"}}}").code()).isEqualTo(200);
    }

    @Test
    void whatAClassSaysIsChecked() {
        assertThat(create("{\"handler\":\"h\",\"overhead\":{\"podFixed\":{\"cpu\":\"-1\"}}}").message())
                .endsWith("overhead.limits[cpu]: Invalid value: \"-1\": must be greater than or equal to 0");
        assertThat(create("{\"handler\":\"h\",\"scheduling\":{\"tolerations\":[{\"key\":\"a\"},{\"key\":\"a\"}]}}")
                .message()).contains("scheduling.tolerations[1]: Duplicate value: ");
        assertThat(create("{\"handler\":\"h\",\"scheduling\":{\"nodeSelector\":{\"a\":\"b c\"}}}").message())
                .contains("scheduling.nodeSelector: Invalid value: \"b c\"");
    }

    @Test
    void aPodNamesAClassThatIsThere() {
        Wire.Answer unknown = pod("a", "\"runtimeClassName\":\"k\",");
        assertThat(unknown.code()).isEqualTo(403);
        assertThat(unknown.message()).isEqualTo("pods \"a\" is forbidden: pod rejected: RuntimeClass \"k\" not found");
        create("{\"handler\":\"h\"}");
        assertThat(pod("a", "\"runtimeClassName\":\"k\",").code()).isEqualTo(201);
    }

    @Test
    void aPodHasTheOverheadOfItsClassAndNoOther() {
        create("{\"handler\":\"h\",\"overhead\":{\"podFixed\":{\"cpu\":\"250m\"}}}");
        assertThat(pod("a", "\"runtimeClassName\":\"k\",").text("spec", "overhead", "cpu")).isEqualTo("250m");
        assertThat(pod("b", "\"runtimeClassName\":\"k\",\"overhead\":{\"cpu\":\"0.25\"},").code()).isEqualTo(201);
        assertThat(pod("c", "\"runtimeClassName\":\"k\",\"overhead\":{\"cpu\":\"1\"},").message()).isEqualTo(
                "pods \"c\" is forbidden: pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        assertThat(pod("d", "\"overhead\":{\"cpu\":\"1\"},").message())
                .isEqualTo("pods \"d\" is forbidden: pod rejected:"
                        + " Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }

    @Test
    void aPodRunsWhereItsClassCan() {
        create("""
                {"handler":"h","scheduling":{"nodeSelector":{"runtime":"kata"},
                "tolerations":[{"key":"runtime","operator":"Exists"}]}}""");
        JsonNode spec = pod("a", """
                "runtimeClassName":"k","nodeSelector":{"disk":"ssd"},
                "tolerations":[{"key":"runtime","operator":"Exists","effect":"NoSchedule"}],""").body().path("spec");
        assertThat(spec.path("nodeSelector").toString()).isEqualTo("{\"disk\":\"ssd\",\"runtime\":\"kata\"}");
        assertThat(spec.path("tolerations").valueStream().map(each -> each.path("key").asString()).toList())
                .isEqualTo(List.of("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "runtime"));
        assertThat(pod("b", "\"runtimeClassName\":\"k\",\"nodeSelector\":{\"runtime\":\"runc\"},").message())
                .isEqualTo("pods \"b\" is forbidden: conflict: runtimeClass.scheduling.nodeSelector[runtime] = kata;"
                        + " pod.spec.nodeSelector[runtime] = runc");
    }

    private Wire.Answer create(String fields) {
        String name = "{\"metadata\":{\"name\":\"k\"}" + (fields.equals("{}") ? "" : ",");
        return wire.post(CLASSES, name + fields.substring(1));
    }

    private Wire.Answer pod(String name, String fields) {
        return wire.post(PODS, "{\"metadata\":{\"name\":\"" + name + "\"},\"spec\":{" + fields
                + "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
    }
}
