package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What becomes of odd changes: in which order they are read, who manages them, what of them is taken. */
@Timeout(60)
class ChangedObjectsTest {
    private static final String NAMESPACE = "/namespaces/default/";
    private static final String SERVICES = "/api/v1" + NAMESPACE + "services";
    private static final String JOBS = "/apis/batch/v1" + NAMESPACE + "jobs";

    private final ApiServer server = ApiServer.builder().name("changed").start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        try (server; wire) {
            // closes both, whatever the other does
        }
    }

    @Test
    void aTypeThatReadsItselfEndsTheReading() {
        assertThat(wire.post(SERVICES, """
                {"metadata":{"name":"s","resourceVersion":1},"spec":{"ports":[{"port":80,"targetPort":["x"]}]}}""")
                .message()).endsWith("cannot unmarshal array into Go struct field ServicePort.spec.ports.targetPort"
                        + " of type int32");
        assertThat(wire.post("/api/v1/persistentvolumes", """
                {"metadata":{"name":"v"},"spec":{"accessModes":[["x"]],"capacity":{"storage":"much"}}}""").message())
                .contains(": quantities must match the regular expression");
    }

    @Test
    void aValueOfAMapIsOfItsGoType() {
        assertThat(wire.post("/api/v1" + NAMESPACE + "persistentvolumeclaims", """
                {"metadata":{"name":"c"},"status":{"allocatedResourceStatuses":{"a":{}}}}""").message())
                .endsWith("of type v1.ClaimResourceStatus");
    }

    @Test
    void whatIsUnknownInAPatchIsToldInTheOrderOfNames() {
        wire.post(SERVICES, "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
        assertThat(
                wire.merge(SERVICES + "/s", "{\"spec\":{\"zz\":1,\"ports\":[{\"port\":81,\"b\":1,\"a\":1}]},\"a\":1}")
                        .raw().headers().allValues("Warning"))
                .containsExactly("299 - \"unknown field \\\"a\\\"\"",
                        "299 - \"unknown field \\\"spec.ports[0].a\\\"\"",
                        "299 - \"unknown field \\\"spec.ports[0].b\\\"\"", "299 - \"unknown field \\\"spec.zz\\\"\"");
    }

    @Test
    void anItemThatComesTwiceIsManagedAsAWhole() {
        String deployments = "/apis/apps/v1" + NAMESPACE + "deployments";
        wire.post(deployments + "?fieldManager=alice",
                """
                        {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":
                         {"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i","env":[{"name":"A","value":"1"}]}]}}}}""");
        String managed = wire.patch(deployments + "/d?fieldManager=bob", "application/json-patch+json", """
                [{"op":"add","path":"/spec/template/spec/containers/0/env/-","value":{"name":"A","value":"1"}}]""")
                .body().path("metadata").path("managedFields").toString();
        assertThat(managed).contains("\"f:env\":{\"k:{\\\"name\\\":\\\"A\\\"}\":{}}")
                .doesNotContain("\"f:value\"");
    }

    @Test
    void aKeyThatIsNotToldIsWhatGoWritesForIt() {
        wire.post("/apis/networking.k8s.io/v1/servicecidrs",
                "{\"metadata\":{\"name\":\"c\"},\"spec\":{\"cidrs\":[\"192.168.0.0/24\"]}}");
        assertThat(wire.apply("/apis/networking.k8s.io/v1/servicecidrs/c/status", "alice", """
                {"apiVersion":"networking.k8s.io/v1","kind":"ServiceCIDR","metadata":{"name":"c"},
                 "status":{"conditions":[{}]}}""").body().path("metadata").path("managedFields").toString())
                .contains("k:{\\\"type\\\":\\\"\\\"}");
    }

    @Test
    void indexesOfAJobAreChecked() {
        wire.post(JOBS,
                """
                        {"metadata":{"name":"j"},"spec":{"completions":4,"parallelism":2,"completionMode":"Indexed","backoffLimitPerIndex":1,
                         "template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");
        String[][] wrong = {{"\"completedIndexes\":\"x\"", "cannot convert string to integer for index: \\\"x\\\""},
                {"\"completedIndexes\":\"1,4\"", "too large index: \\\"4\\\""},
                {"\"completedIndexes\":\"1-2-3\"", "an index interval can have at most two parts separated by '-'"},
                {"\"completedIndexes\":\"2-1\"", "non-increasing order, previous: 2, current: 1"},
                {"\"failedIndexes\":\"2,1\"", "failedIndexes: non-increasing order, previous: 2, current: 1"},
                {"\"completedIndexes\":\"0-2\",\"failedIndexes\":\"2\"",
                        "failedIndexes and completedIndexes overlap at index: 2"}};
        for (String[] each : wrong) {
            Wire.Answer answer = wire.merge(JOBS + "/j/status", "{\"status\":{" + each[0] + "}}");
            assertThat(answer.code()).as(each[0]).isEqualTo(422);
            assertThat(answer.raw().body()).contains(each[1]);
        }
    }

    @Test
    void indexesAreForJobsThatHaveThem() {
        wire.post(JOBS,
                """
                        {"metadata":{"name":"k"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]}}}}""");
        assertThat(wire.merge(JOBS + "/k/status", "{\"status\":{\"completedIndexes\":\"0\"}}").message())
                .endsWith("cannot set non-empty completedIndexes when non-indexed completion mode");
        assertThat(wire.merge(JOBS + "/k/status", "{\"status\":{\"failedIndexes\":\"\"}}").message())
                .endsWith("cannot set non-null failedIndexes when backoffLimitPerIndex is null");
    }

    @Test
    void aTopologyThatIsNotTakenRaisesTheGeneration() {
        String slices = "/apis/discovery.k8s.io/v1" + NAMESPACE + "endpointslices";
        wire.post(slices, """
                {"metadata":{"name":"e"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"]}]}""");
        Wire.Answer answer = wire.put(slices + "/e",
                """
                        {"metadata":{"name":"e"},"addressType":"IPv4","endpoints":[{"addresses":["10.0.0.1"],"deprecatedTopology":{"a":"b"}}]}""");
        assertThat(answer.body().path("metadata").path("generation").intValue()).isEqualTo(2);
        assertThat(answer.body().toString()).doesNotContain("deprecatedTopology\":{\"a\"");
    }

    @Test
    void theHealthOfStorageIsNotTaken() {
        String nodes = "/apis/storage.k8s.io/v1/csinodes";
        wire.post(nodes, "{\"metadata\":{\"name\":\"n\"},\"spec\":{\"drivers\":[]}}");
        assertThat(wire.merge(nodes + "/n/status", "{\"status\":{\"storageHealth\":[{\"name\":\"d\"}]}}").body()
                .path("status").has("storageHealth")).isFalse();
    }

    @Test
    void aNumberThatFitsNoLongIsTheSmallestOne() {
        wire.post("/apis/policy/v1" + NAMESPACE + "poddisruptionbudgets", "{\"metadata\":{\"name\":\"b\"}}");
        assertThat(wire.patch("/apis/policy/v1" + NAMESPACE + "poddisruptionbudgets/b/status",
                "application/strategic-merge-patch+json", "{\"status\":{\"expectedPods\":10000000000000000000}}").body()
                .at("/status/expectedPods").intValue()).isZero();
    }

    @Test
    void nothingIsMergedIntoWhatGoDoesNotKnow() {
        String revisions = "/apis/apps/v1" + NAMESPACE + "controllerrevisions";
        wire.post(revisions, "{\"metadata\":{\"name\":\"r\"},\"revision\":1,\"data\":{\"a\":{\"b\":1}}}");
        assertThat(wire.patch(revisions + "/r", "application/strategic-merge-patch+json",
                "{\"data\":{\"a\":{\"c\":2}}}").message())
                .isEqualTo("unable to find api field in struct RawExtension for the json field \"a\"");
    }

    @Test
    void bytesAreNoListOfTexts() {
        assertThat(wire.post("/api/v1" + NAMESPACE + "secrets", """
                {"metadata":{"name":"s"},"data":{"a":["x"]}}""").message())
                .endsWith("cannot unmarshal string into Go struct field Secret.data of type uint8");
    }

    @Test
    void aDriverIsWarnedOfWhenItsTokensChange() {
        String drivers = "/apis/storage.k8s.io/v1/csidrivers";
        assertThat(wire.post(drivers, """
                {"metadata":{"name":"d"},"spec":{"tokenRequests":[{"audience":"a"}]}}""").raw().headers()
                .allValues("Warning")).hasSize(1);
        assertThat(wire.merge(drivers + "/d", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}").raw().headers()
                .allValues("Warning")).isEmpty();
    }

    @Test
    void conflictsComeInTheOrderOfManagersWithTheirSubresource() {
        String sets = "/apis/apps/v1" + NAMESPACE + "replicasets";
        wire.post(sets + "?fieldManager=alice", """
                {"metadata":{"name":"s"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":
                 {"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        wire.merge(sets + "/s/scale?fieldManager=alice", "{\"spec\":{\"replicas\":3}}");
        assertThat(wire.apply(sets + "/s", "bob", """
                {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"s"},"spec":{"replicas":5,
                 "selector":{"matchLabels":{"a":"c"}}}}""").message()).contains("""
                conflicts with "alice" with subresource "scale" using apps/v1:
                - .spec.replicas
                conflicts with "alice" using apps/v1:
                """);
    }
}
