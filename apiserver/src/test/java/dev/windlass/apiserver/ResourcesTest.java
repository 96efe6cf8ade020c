package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Verbs, codes, reasons and messages. */
class ResourcesTest extends SharedServer {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";

    ResourcesTest() {
        super("resources");
    }

    private static String deployment(String name) {
        return """
                {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"%s"},"spec":{"selector":{"matchLabels":{"app":"web"}},
                "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"web","image":"web:1"}]}}}}"""
                .formatted(name);
    }

    @Test
    void withoutTheTokenNothingIsAnswered() {
        Wire.Answer refused = wire.send(HttpRequest.newBuilder(URI.create(server.url() + MAPS)).build());
        assertThat(refused.code()).isEqualTo(401);
        assertThat(refused.reason()).isEqualTo("Unauthorized");
    }

    @Test
    void whatIsNotThereIsNotFound() {
        Wire.Answer answer = wire.get(DEPLOYMENTS + "/none");
        assertThat(answer.code()).isEqualTo(404);
        assertThat(answer.message()).isEqualTo("deployments.apps \"none\" not found");
    }

    @Test
    void aNameIsTakenOnce() {
        assertThat(wire.post(MAPS, Wire.configMap("once")).code()).isEqualTo(201);
        Wire.Answer second = wire.post(MAPS, Wire.configMap("once"));
        assertThat(second.code()).isEqualTo(409);
        assertThat(second.reason()).isEqualTo("AlreadyExists");
        assertThat(second.message()).isEqualTo("configmaps \"once\" already exists");
    }

    @Test
    void aNamespaceHasToExist() {
        Wire.Answer answer = wire.post("/api/v1/namespaces/nowhere/configmaps", Wire.configMap("a"));
        assertThat(answer.code()).isEqualTo(404);
        assertThat(answer.message()).isEqualTo("namespaces \"nowhere\" not found");
    }

    @Test
    void aResourceThatIsFirstTouchedAfterTheHistoryWasForgottenKnowsNothingOfItEither() {
        try (ApiServer fresh = ApiServer.builder().name("forgetful").start(); Wire one = new Wire(fresh)) {
            String before = one.get(MAPS).text("metadata", "resourceVersion");
            one.post(MAPS, Wire.configMap("later"));
            fresh.compact();
            for (String path : List.of(MAPS, "/api/v1/namespaces/default/secrets")) {
                try (Wire.Watching watching = one.watch(path + "?resourceVersion=" + before)) {
                    JsonNode event = watching.next();
                    assertThat(Json.textOrEmpty(event, "type")).as(path).isEqualTo("ERROR");
                    assertThat(Json.textOrEmpty(event, "object", "reason")).as(path).isEqualTo("Expired");
                }
            }
        }
    }

    @Test
    void nothingComesIntoANamespaceWhileItIsFinished() throws Exception {
        for (int round = 0; round < 60; round++) {
            String name = "short-lived-" + round;
            wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
            String maps = "/api/v1/namespaces/" + name + "/configmaps";
            CountDownLatch begun = new CountDownLatch(4);
            List<Thread> writers = new ArrayList<>();
            for (int writer = 0; writer < 4; writer++) {
                String prefix = "map-" + writer + "-";
                writers.add(Thread.ofVirtual().start(() -> {
                    int created = 0;
                    while (wire.post(maps, Wire.configMap(prefix + created)).code() == 201) {
                        created++;
                        begun.countDown();
                    }
                }));
            }
            assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
            wire.delete("/api/v1/namespaces/" + name);
            for (Thread writer : writers) {
                writer.join();
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> wire.get("/api/v1/namespaces/" + name).code() == 404);
            assertThat(Wire.names(wire.get(maps).body())).as("what has outlived its namespace").isEmpty();
        }
    }

    @Test
    void aTestInAPatchIsOne() {
        wire.post(MAPS, Wire.configMap("tested", "a", "1"));
        String type = "application/json-patch+json";
        String change = ",{\"op\":\"replace\",\"path\":\"/data/a\",\"value\":\"2\"}]";
        Wire.Answer refused = wire.patch(MAPS + "/tested", type,
                "[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"9\"}" + change);
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).isEqualTo("the server rejected our request due to an error in our request");
        assertThat(wire.patch(MAPS + "/tested", type,
                "[{\"op\":\"test\",\"path\":\"/data/a\",\"value\":\"1\"}" + change).text("data", "a"))
                .isEqualTo("2");
    }

    @Test
    void whatAMergeAddsToAListComesFirst() {
        wire.post("/apis/apps/v1/namespaces/default/deployments",
                """
                        {"metadata":{"name":"merged"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                        "spec":{"containers":[{"name":"first","image":"i"}]}}}}""");
        Wire.Answer merged = wire.patch("/apis/apps/v1/namespaces/default/deployments/merged",
                "application/strategic-merge-patch+json",
                "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"second\",\"image\":\"i\"}]}}}}");
        assertThat(merged.body().path("spec").path("template").path("spec").path("containers")).extracting(
                container -> container.path("name").stringValue()).containsExactly("second", "first");
    }

    @Test
    void aStaleVersionIsAConflict() {
        ObjectNode first = (ObjectNode) wire.post(MAPS, Wire.configMap("stale", "a", "1")).body();
        wire.merge(MAPS + "/stale", "{\"data\":{\"a\":\"2\"}}");
        Wire.Answer refused = wire.put(MAPS + "/stale", first);
        assertThat(refused.code()).isEqualTo(409);
        assertThat(refused.reason()).isEqualTo("Conflict");
        assertThat(refused.message()).isEqualTo(
                "Operation cannot be fulfilled on configmaps \"stale\": the object has been modified; please apply your"
                        + " changes to the latest version and try again");
    }

    @Test
    void anUpdateThatChangesNothingKeepsTheVersion() {
        Wire.Answer created = wire.post(MAPS, Wire.configMap("same", "a", "1"));
        Wire.Answer again = wire.put(MAPS + "/same", created.body());
        assertThat(again.text("metadata", "resourceVersion")).isEqualTo(created.text("metadata", "resourceVersion"));
    }

    @Test
    void onlyTheSpecRaisesTheGeneration() {
        assertThat(
                wire.post(DEPLOYMENTS, deployment("generations")).body().path("metadata").path("generation").intValue())
                .isEqualTo(1);
        Wire.Answer labelled = wire.merge(DEPLOYMENTS + "/generations", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}");
        assertThat(labelled.body().path("metadata").path("generation").intValue()).isEqualTo(1);
        Wire.Answer status = wire.merge(DEPLOYMENTS + "/generations/status",
                "{\"status\":{\"replicas\":3},\"spec\":{\"replicas\":9}}");
        assertThat(status.body().path("metadata").path("generation").intValue()).isEqualTo(1);
        assertThat(status.body().path("spec").path("replicas").intValue()).isEqualTo(1);
        Wire.Answer scaled = wire.merge(DEPLOYMENTS + "/generations",
                "{\"spec\":{\"replicas\":4},\"status\":{\"replicas\":8}}");
        assertThat(scaled.body().path("metadata").path("generation").intValue()).isEqualTo(2);
        assertThat(scaled.body().path("status").path("replicas").intValue()).isEqualTo(3);
    }

    @Test
    void aFinalizerHoldsADeletionUntilItIsTakenAway() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"example.com/hold\"]}}");
        Wire.Answer marked = wire.delete(MAPS + "/held");
        assertThat(marked.text("metadata", "deletionTimestamp")).isNotEmpty();
        wire.merge(MAPS + "/held", "{\"metadata\":{\"finalizers\":null}}");
        assertThat(wire.get(MAPS + "/held").code()).isEqualTo(404);
    }

    @Test
    void aPreconditionThatDoesNotHoldKeepsTheObject() {
        wire.post(MAPS, Wire.configMap("kept"));
        assertThat(wire.delete(MAPS + "/kept", "{\"preconditions\":{\"uid\":\"other\"}}").code()).isEqualTo(409);
        assertThat(wire.get(MAPS + "/kept").code()).isEqualTo(200);
    }

    @Test
    void pagesAreOfOneMomentUntilTheHistoryIsGone() {
        String labelled = MAPS + "?labelSelector=paged";
        for (int i = 0; i < 5; i++) {
            wire.post(MAPS, "{\"metadata\":{\"name\":\"page-%d\",\"labels\":{\"paged\":\"yes\"}}}".formatted(i));
        }
        Wire.Answer first = wire.get(labelled + "&limit=2");
        assertThat(Wire.names(first.body())).containsExactly("page-0", "page-1");
        wire.delete(MAPS + "/page-3");
        String token = first.text("metadata", "continue");
        Wire.Answer rest = wire.get(labelled + "&limit=10&continue=" + token);
        assertThat(Wire.names(rest.body())).containsExactly("page-2", "page-3", "page-4");
        assertThat(rest.text("metadata", "resourceVersion")).isEqualTo(first.text("metadata", "resourceVersion"));
        server.compact();
        Wire.Answer expired = wire.get(labelled + "&continue=" + token);
        assertThat(expired.code()).isEqualTo(410);
        assertThat(expired.reason()).isEqualTo("Expired");
        Wire.Answer now = wire.get(labelled + "&continue=" + expired.text("metadata", "continue"));
        assertThat(Wire.names(now.body())).containsExactly("page-2", "page-4");
    }

    @Test
    void pagesThatAreReadInTurnAreEachOfTheirNamespace() {
        String elsewhere = "/api/v1/namespaces/kube-system/configmaps";
        for (String namespace : List.of(MAPS, elsewhere)) {
            for (int i = 0; i < 4; i++) {
                wire.post(namespace, "{\"metadata\":{\"name\":\"turn-%d\",\"labels\":{\"turn\":\"%s\"}}}"
                        .formatted(i, namespace.equals(MAPS) ? "here" : "there"));
            }
        }
        String query = "?labelSelector=turn&limit=2";
        Wire.Answer here = wire.get(MAPS + query);
        Wire.Answer there = wire.get(elsewhere + query);
        Wire.Answer all = wire.get("/api/v1/configmaps" + query);
        assertThat(here.text("metadata", "resourceVersion")).isEqualTo(all.text("metadata", "resourceVersion"));
        assertThat(labelsOfTheRest(MAPS + query, here)).containsExactly("here", "here");
        assertThat(labelsOfTheRest(elsewhere + query, there)).containsExactly("there", "there");
        assertThat(labelsOfTheRest("/api/v1/configmaps?labelSelector=turn", all)).containsExactly("here", "here",
                "there",
                "there", "there", "there");
    }

    private List<String> labelsOfTheRest(String query, Wire.Answer first) {
        List<String> labels = new ArrayList<>();
        wire.get(query + "&continue=" + first.text("metadata", "continue")).body().path("items")
                .forEach(item -> labels.add(Json.textOrEmpty(item, "metadata", "labels", "turn")));
        return labels;
    }

    @Test
    void setBasedSelectorsSelect() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"sel-a\",\"labels\":{\"sel\":\"a\"}}}");
        wire.post(MAPS, "{\"metadata\":{\"name\":\"sel-b\",\"labels\":{\"sel\":\"b\"}}}");
        assertThat(Wire.names(wire.get(MAPS + "?labelSelector=sel%20in%20(a,c)").body())).containsExactly("sel-a");
        assertThat(Wire.names(wire.get(MAPS + "?labelSelector=sel,sel%20notin%20(a)").body())).containsExactly("sel-b");
        assertThat(Wire.names(wire.get(MAPS + "?labelSelector=!sel").body())).doesNotContain("sel-a", "sel-b");
        assertThat(Wire.names(wire.get(MAPS + "?fieldSelector=metadata.name%3Dsel-a").body())).containsExactly("sel-a");
        assertThat(wire.get(MAPS + "?fieldSelector=spec.x%3Da").message())
                .isEqualTo("\"spec.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
    }

    @Test
    void aWatchResumesTellsTransitionsAndExpires() {
        String from = wire.post(MAPS, "{\"metadata\":{\"name\":\"seen\",\"labels\":{\"w\":\"1\"}}}").text("metadata",
                "resourceVersion");
        wire.merge(MAPS + "/seen", "{\"data\":{\"a\":\"1\"}}");
        wire.merge(MAPS + "/seen", "{\"metadata\":{\"labels\":{\"w\":\"2\"}}}");
        try (Wire.Watching watching = wire.watch(MAPS + "?labelSelector=w%3D1&resourceVersion=" + from)) {
            assertThat(watching.next(2)).containsExactly("MODIFIED seen", "DELETED seen");
        }
        server.compact();
        try (Wire.Watching watching = wire.watch(MAPS + "?resourceVersion=" + from)) {
            assertThat(watching.code()).isEqualTo(200);
            var event = watching.next();
            assertThat(Json.textOrEmpty(event, "type")).isEqualTo("ERROR");
            assertThat(Json.textOrEmpty(event, "object", "reason")).isEqualTo("Expired");
            assertThat(event.path("object").path("code").intValue()).isEqualTo(410);
        }
    }

    @Test
    void initialEventsEndWithABookmark() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"initial\",\"labels\":{\"init\":\"yes\"}}}");
        try (Wire.Watching watching = wire
                .watch(MAPS
                        + "?labelSelector=init&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")) {
            assertThat(watching.nextLine()).isEqualTo("ADDED initial");
            var bookmark = watching.next();
            assertThat(Json.textOrEmpty(bookmark, "type")).isEqualTo("BOOKMARK");
            assertThat(Json.textOrEmpty(bookmark, "object", "metadata", "annotations", "k8s.io/initial-events-end"))
                    .isEqualTo("true");
        }
    }

    @Test
    void aTableHasTheColumnsOfItsKind() {
        wire.post(DEPLOYMENTS, deployment("tabled"));
        Wire.Answer table = wire.get(DEPLOYMENTS + "/tabled", "application/json;as=Table;v=v1;g=meta.k8s.io");
        assertThat(table.body().path("columnDefinitions").findValues("name").stream().map(each -> each.stringValue("")))
                .containsExactly("Name", "Ready", "Up-to-date", "Available", "Age", "Containers", "Images", "Selector");
        assertThat(table.body().path("rows").get(0).path("cells").get(1).stringValue()).isEqualTo("0/1");
    }

    @Test
    void aDeletedNamespaceTakesItsContentsAlong() {
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"gone\"}}");
        wire.post("/api/v1/namespaces/gone/configmaps", Wire.configMap("inside"));
        wire.delete("/api/v1/namespaces/gone");
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(wire.get("/api/v1/namespaces/gone").code()).isEqualTo(404));
        assertThat(wire.get("/api/v1/namespaces/gone/configmaps/inside").code()).isEqualTo(404);
    }

    @Test
    void anUnknownFieldIsRefusedWhenValidationIsStrict() {
        Wire.Answer refused = wire.post(MAPS + "?fieldValidation=Strict",
                "{\"metadata\":{\"name\":\"strict\"},\"colour\":\"red\"}");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message()).endsWith("strict decoding error: unknown field \"colour\"");
        assertThat(wire.post(MAPS, "{\"metadata\":{\"name\":\"warned\"},\"colour\":\"red\"}").raw().headers()
                .firstValue("Warning"))
                .contains("299 - \"unknown field \\\"colour\\\"\"");
    }

    @Test
    void aStrategicPatchReplacesAStructThatIsToBeReplaced() {
        String budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
        wire.post(budgets, "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}}}}");
        Wire.Answer patched = wire.patch(budgets + "/b", "application/strategic-merge-patch+json",
                "{\"spec\":{\"selector\":{\"matchExpressions\":[]}}}");
        assertThat(Json.string(patched.body().path("spec").path("selector"))).isEqualTo("{}");
    }
}
