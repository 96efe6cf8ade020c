package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** Server-side apply. */
class ApplyTest extends SharedServer {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps/";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments/";

    ApplyTest() {
        super("apply");
    }

    private static String deployment(String name, String... containers) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: %s}
                spec:
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [%s]
                """.formatted(name, String.join(", ", containers));
    }

    private static List<String> managers(JsonNode object) {
        List<String> out = new java.util.ArrayList<>();
        object.path("metadata").path("managedFields").forEach(each -> out.add(
                Json.textOrEmpty(each, "manager") + " " + Json.textOrEmpty(each, "operation") + " "
                        + Json.string(each.get("fieldsV1"))));
        return out;
    }

    @Test
    void theFirstApplyCreatesAndTheApplierManagesWhatItSaid() {
        Wire.Answer created = wire.apply(MAPS + "first", "alice", Wire.configMap("first", "a", "1"));
        assertThat(created.code()).isEqualTo(201);
        assertThat(managers(created.body())).containsExactly("alice Apply {\"f:data\":{\"f:a\":{}}}");
    }

    @Test
    void applyingTheSameAgainChangesNothing() {
        Wire.Answer first = wire.apply(MAPS + "same", "alice", Wire.configMap("same", "a", "1"));
        Wire.Answer again = wire.apply(MAPS + "same", "alice", Wire.configMap("same", "a", "1"));
        assertThat(again.code()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body());
    }

    @Test
    void whatAnApplierNoLongerAppliesGoes() {
        wire.apply(MAPS + "less", "alice", Wire.configMap("less", "a", "1", "b", "2"));
        Wire.Answer less = wire.apply(MAPS + "less", "alice", Wire.configMap("less", "a", "1"));
        assertThat(Json.string(less.body().get("data"))).isEqualTo("{\"a\":\"1\"}");
    }

    @Test
    void whatTwoAppliersApplyStaysUntilBothLetGo() {
        wire.apply(MAPS + "shared", "alice", Wire.configMap("shared", "a", "1"));
        Wire.Answer both = wire.apply(MAPS + "shared", "bob", Wire.configMap("shared", "a", "1"));
        assertThat(both.code()).isEqualTo(200);
        Wire.Answer one = wire.apply(MAPS + "shared", "alice", Wire.configMap("shared"));
        assertThat(one.text("data", "a")).isEqualTo("1");
        Wire.Answer none = wire.apply(MAPS + "shared", "bob", Wire.configMap("shared"));
        assertThat(none.text("data", "a")).isEmpty();
    }

    @Test
    void anotherValueForWhatSomebodyElseManagesIsAConflictUnlessForced() {
        wire.apply(MAPS + "fought", "alice", Wire.configMap("fought", "a", "1", "b", "1"));
        Wire.Answer refused = wire.apply(MAPS + "fought", "bob", Wire.configMap("fought", "a", "2"));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.reason()).isEqualTo("Conflict");
        assertThat(refused.message()).isEqualTo("Apply failed with 1 conflict: conflict with \"alice\": .data.a");
        assertThat(Json.string(refused.body().get("details").get("causes")))
                .isEqualTo(
                        "[{\"reason\":\"FieldManagerConflict\",\"message\":\"conflict with \\\"alice\\\"\",\"field\":\".data.a\"}]");
        Wire.Answer two = wire.apply(MAPS + "fought", "bob", Wire.configMap("fought", "a", "2", "b", "2"));
        assertThat(two.message())
                .isEqualTo("Apply failed with 2 conflicts: conflicts with \"alice\":\n- .data.a\n- .data.b");
        Wire.Answer forced = wire.apply(MAPS + "fought?force=true", "bob", Wire.configMap("fought", "a", "2"));
        assertThat(forced.text("data", "a")).isEqualTo("2");
        assertThat(managers(forced.body())).containsExactlyInAnyOrder("alice Apply {\"f:data\":{\"f:b\":{}}}",
                "bob Apply {\"f:data\":{\"f:a\":{}}}");
    }

    @Test
    void anUpdateTakesWhatItChangesFromAnApplier() {
        wire.apply(MAPS + "taken", "alice", Wire.configMap("taken", "a", "1", "b", "1"));
        Wire.Answer patched = wire.merge(MAPS + "taken?fieldManager=carol", "{\"data\":{\"a\":\"2\"}}");
        assertThat(managers(patched.body())).containsExactlyInAnyOrder("alice Apply {\"f:data\":{\"f:b\":{}}}",
                "carol Update {\"f:data\":{\"f:a\":{}}}");
        Wire.Answer refused = wire.apply(MAPS + "taken", "alice", Wire.configMap("taken", "a", "1", "b", "1"));
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.message())
                .isEqualTo("Apply failed with 1 conflict: conflict with \"carol\" using v1: .data.a");
    }

    @Test
    void itemsOfAListAreMergedByTheirKey() {
        wire.apply(DEPLOYMENTS + "lists", "alice", deployment("lists", "{name: web, image: 'web:1'}"));
        Wire.Answer merged = wire.apply(DEPLOYMENTS + "lists", "bob",
                deployment("lists", "{name: sidecar, image: 'log:1'}"));
        assertThat(merged.code()).isEqualTo(200);
        JsonNode containers = merged.body().path("spec").path("template").path("spec").path("containers");
        assertThat(containers.findValues("image").stream().map(JsonNode::stringValue))
                .containsExactlyInAnyOrder("web:1", "log:1");
        Wire.Answer conflict = wire.apply(DEPLOYMENTS + "lists", "bob",
                deployment("lists", "{name: web, image: 'web:2'}"));
        assertThat(conflict.message()).isEqualTo(
                "Apply failed with 1 conflict: conflict with \"alice\": .spec.template.spec.containers[name=\"web\"].image");
        Wire.Answer gone = wire.apply(DEPLOYMENTS + "lists", "bob", deployment("lists", "{name: web}"));
        containers = gone.body().path("spec").path("template").path("spec").path("containers");
        assertThat(containers.findValues("image").stream().map(JsonNode::stringValue)).containsExactly("web:1");
    }

    @Test
    void aDefaultedKeyFieldIsPartOfTheKey() {
        Wire.Answer applied = wire.apply(DEPLOYMENTS + "ports", "alice",
                deployment("ports", "{name: web, image: a, ports: [{containerPort: 80}]}"));
        assertThat(managers(applied.body()).getFirst())
                .contains("k:{\\\"containerPort\\\":80,\\\"protocol\\\":\\\"TCP\\\"}");
        Wire.Answer again = wire.apply(DEPLOYMENTS + "ports", "bob",
                deployment("ports",
                        "{name: web, image: a, ports: [{containerPort: 80, protocol: TCP}, {containerPort: 80, protocol: UDP}]}"));
        assertThat(again.body().path("spec").path("template").path("spec").path("containers").get(0).get("ports"))
                .hasSize(2);
    }

    @Test
    void anUnknownFieldIsRefused() {
        Wire.Answer refused = wire.apply(DEPLOYMENTS + "unknown", "alice",
                deployment("unknown", "{name: web, image: a, colour: red}"));
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.message())
                .isEqualTo("failed to create typed patch object (/unknown; apps/v1, Kind=Deployment):"
                        + " .spec.template.spec.containers[name=\"web\"].colour: field not declared in schema");
    }

    @Test
    void allThatHasTheWrongTypeIsTold() {
        Wire.Answer refused = wire.apply(DEPLOYMENTS + "wrong", "alice", deployment("wrong",
                "{name: web, image: 7, args: {a: b}}, {name: web, image: a}, {name: log, ports: [{containerPort: x}]}"));
        assertThat(refused.code()).isEqualTo(500);
        String containers = "\n  .spec.template.spec.containers";
        assertThat(refused.message())
                .isEqualTo("failed to create typed patch object (/wrong; apps/v1, Kind=Deployment):"
                        + " errors:" + containers + "[name=\"web\"].args: expected list, got &{map[a:b]}" + containers
                        + "[name=\"web\"].image: expected string, got &value.valueUnstructured{Value:7}" + containers
                        + ": duplicate entries for key [name=\"web\"]" + containers
                        + "[name=\"log\"].ports[containerPort=\"x\",protocol=\"TCP\"].containerPort:"
                        + " expected numeric (int or float), got string");
    }

    @Test
    void whatIsDescribedAsRightAndIsWrongInGoIsToldWhenItIsConverted() {
        Wire.Answer refused = wire.apply(DEPLOYMENTS + "wrong", "alice",
                deployment("wrong", "{name: web, image: a, resources: {limits: {cpu: lots}}}"));
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.message()).startsWith("failed to convert new object (/wrong; apps/v1, Kind=Deployment) to"
                + " proper version: unable to convert unstructured object to apps/v1, Kind=Deployment: quantities must match");
    }

    @Test
    void anApplierHasToSayWhoItIs() {
        Wire.Answer refused = wire.patch(MAPS + "nobody", "application/apply-patch+yaml", Wire.configMap("nobody"));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .isEqualTo(
                        "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch");
    }

    @Test
    void theStatusHasManagersOfItsOwn() {
        wire.apply(DEPLOYMENTS + "status", "alice", deployment("status", "{name: web, image: a}"));
        Wire.Answer applied = wire.apply(DEPLOYMENTS + "status/status", "controller",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: status}, status: {replicas: 3}}");
        assertThat(applied.code()).isEqualTo(200);
        assertThat(applied.body().path("status").path("replicas").intValue()).isEqualTo(3);
        assertThat(applied.body().path("metadata").path("generation").intValue()).isEqualTo(1);
        assertThat(managers(applied.body()))
                .anyMatch(each -> each.equals("controller Apply {\"f:status\":{\"f:replicas\":{}}}"));
    }

    @Test
    void whoSendsAStatusToTheObjectItselfNeitherConflictsNorManagesIt() {
        wire.apply(DEPLOYMENTS + "aside", "alice", deployment("aside", "{name: web, image: a}"));
        wire.apply(DEPLOYMENTS + "aside/status", "controller",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: aside}, status: {replicas: 3}}");
        Wire.Answer applied = wire.apply(DEPLOYMENTS + "aside", "bob",
                "{apiVersion: apps/v1, kind: Deployment, metadata: {name: aside}, spec: {paused: true}, status: {replicas: 4}}");
        assertThat(applied.code()).as(applied.message()).isEqualTo(200);
        Wire.Answer patched = wire.merge(DEPLOYMENTS + "aside?fieldManager=carol",
                "{\"spec\":{\"minReadySeconds\":1},\"status\":{\"replicas\":5}}");
        assertThat(patched.body().path("status").path("replicas").intValue()).isEqualTo(3);
        assertThat(managers(patched.body())).contains("controller Apply {\"f:status\":{\"f:replicas\":{}}}",
                "bob Apply {\"f:spec\":{\"f:paused\":{}}}",
                "carol Update {\"f:spec\":{\"f:minReadySeconds\":{}}}");
    }

    @Test
    void aCreatorManagesWhatItCreated() {
        Wire.Answer created = wire.post("/api/v1/namespaces/default/configmaps?fieldManager=dave",
                Wire.configMap("posted", "a", "1"));
        assertThat(managers(created.body())).containsExactly("dave Update {\"f:data\":{\"f:a\":{},\".\":{}}}");
    }

    @Test
    void whatIsManagedInAVersionThatIsNotThereIsForgotten() {
        wire.apply(MAPS + "old", "alice", Wire.configMap("old", "a", "1"));
        Wire.Answer patched = wire.merge(MAPS + "old", """
                {"metadata": {"managedFields": [{"manager": "bob", "operation": "Update", "apiVersion": "v0",
                  "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}}]}}""");
        assertThat(managers(patched.body())).isEmpty();
        Wire.Answer applied = wire.apply(MAPS + "old", "alice", Wire.configMap("old", "b", "2"));
        assertThat(managers(applied.body())).containsExactlyInAnyOrder("alice Apply {\"f:data\":{\"f:b\":{}}}",
                "before-first-apply Update {\"f:data\":{\"f:a\":{},\".\":{}}}");
    }

    @Test
    void managersOfAVersionThatCannotBeReadAreNotTaken() {
        wire.apply(MAPS + "odd", "alice", Wire.configMap("odd", "a", "1"));
        Wire.Answer patched = wire.merge(MAPS + "odd", """
                {"metadata": {"managedFields": [{"manager": "bob", "operation": "Update", "apiVersion": "a/b/c",
                  "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}}]}}""");
        assertThat(managers(patched.body())).containsExactly("alice Apply {\"f:data\":{\"f:a\":{}}}");
    }

    @Test
    void whatNobodyHasManagedIsThenManagedWithoutTheStatus() {
        String path = DEPLOYMENTS + "unmanaged";
        wire.post("/apis/apps/v1/namespaces/default/deployments", """
                {"metadata":{"name":"unmanaged"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":
                 {"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"x"}]}}}}""");
        wire.merge(path + "/status", "{\"status\":{\"replicas\":2}}");
        wire.merge(path, "{\"metadata\":{\"managedFields\":[{}]}}");
        String before = managers(wire.apply(path, "alice", """
                {"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":1}}""").body()).getLast();
        assertThat(before).startsWith("before-first-apply Update").contains("\"f:labels\":{\"f:a\":{},\".\":{}}")
                .doesNotContain("f:status");
    }
}
