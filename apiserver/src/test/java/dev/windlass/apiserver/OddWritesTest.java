package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Writes with parameters and bodies that few clients send. */
class OddWritesTest extends SharedServer {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments";
    private static final String UNREADABLE = "ignoreStoreReadErrorWithClusterBreakingPotential";

    OddWritesTest() {
        super("odd-writes");
    }

    @Test
    void whatIsBeingDeletedIsToldWhenItsNameIsTaken() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"held\",\"finalizers\":[\"example.com/f\"]}}");
        assertThat(wire.post(MAPS, "{\"metadata\":{\"name\":\"held\",\"generateName\":\"g-\"}}").message()).isEqualTo(
                "configmaps \"held\" already exists, the server was not able to generate a unique name for the object");
        wire.delete(MAPS + "/held");
        assertThat(wire.post(MAPS, "{\"metadata\":{\"name\":\"held\"}}").message())
                .isEqualTo("object is being deleted: configmaps \"held\" already exists");
    }

    @ParameterizedTest
    @CsvSource({"x,time: invalid duration \"x\"", "5,time: missing unit in duration \"5\"",
            "1h5q,time: unknown unit \"q\" in duration \"1h5q\"", "-,time: invalid duration \"-\""})
    void aTimeoutThatIsNoneIsRefusedWhateverIsAsked(String timeout, String problem) {
        String message = "invalid timeout specified in the request URL - " + problem;
        assertThat(wire.get("/version?timeout=" + timeout).message()).isEqualTo(message);
        assertThat(wire.put(MAPS + "/none?timeout=" + timeout, "x").message()).isEqualTo(message);
        assertThat(wire.get("/api/v1/namespaces/default/pods/none/log?timeout=" + timeout).code()).isEqualTo(404);
    }

    @Test
    void nothingIsExported() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"kept\"}}");
        assertThat(wire.get(MAPS + "/kept?export=true").code()).isEqualTo(400);
        assertThat(wire.get(MAPS + "/kept?export=false").code()).isEqualTo(200);
    }

    @Test
    void whatIsRefusedIsWarnedOfAllTheSame() {
        String unknown = "{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"none\"%s},\"unknown\":1}";
        assertThat(wire.put(DEPLOYMENTS + "/none", unknown.formatted("")).raw().headers().firstValue("Warning"))
                .hasValue("299 - \"unknown field \\\"unknown\\\"\"");
        assertThat(wire.post(DEPLOYMENTS, unknown.formatted(",\"namespace\":\"other\"")).raw().headers()
                .firstValue("Warning")).hasValue("299 - \"unknown field \\\"unknown\\\"\"");
    }

    @Test
    void aMergePatchThatIsNoObjectIsTakenForTheWholeWhereNobodyLooks() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"patched\"}}");
        String merge = "application/merge-patch+json";
        assertThat(wire.patch(MAPS + "/patched", merge, "[]").message()).startsWith("error decoding patch: json");
        assertThat(wire.patch(MAPS + "/patched?fieldValidation=Ignore", merge, "[]").message())
                .startsWith(" \"\" is invalid: patch: Invalid value: \"[]\": couldn't get version/kind");
        assertThat(wire.patch(MAPS + "/patched", merge, "null").message()).isEqualTo("Invalid JSON Patch");
    }

    @Test
    void aMergePatchLeavesNoNullsInTheListsThatItPutsIn() {
        wire.post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", """
                {"metadata":{"name":"s"},"addressType":"IPv4","endpoints":[{"addresses":["192.168.1.1"]}]}""");
        assertThat(wire.merge("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/s", """
                {"endpoints":[{"addresses":["192.168.1.1"],"deprecatedTopology":{"a":null}}]}""").body()
                .path("metadata").path("generation").intValue()).isEqualTo(1);
    }

    @Test
    void whatAPutMayCreateIsCreatedWhateverItsVersion() {
        String lease = "/apis/coordination.k8s.io/v1/namespaces/default/leases/made";
        assertThat(wire.put(lease, "{\"metadata\":{\"name\":\"made\",\"uid\":\"x\"}}").code()).isEqualTo(409);
        assertThat(wire.put(lease, "{\"metadata\":{\"name\":\"made\",\"resourceVersion\":\"x\"}}").code())
                .isEqualTo(500);
        assertThat(wire.put(lease, "{\"metadata\":{\"name\":\"made\",\"resourceVersion\":\"1\"}}").code())
                .isEqualTo(201);
    }

    @Test
    void whatIsDoneAndCannotBeShownIsWarnedOf() {
        Wire.Answer made = wire.send(wire.request(MAPS)
                .header("Accept", "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io")
                .header("Content-Type", "application/json").POST(java.net.http.HttpRequest.BodyPublishers
                        .ofString("{\"metadata\":{\"name\":\"shown\"},\"unknown\":1}"))
                .build());
        assertThat(made.code()).isEqualTo(406);
        assertThat(made.raw().headers().firstValue("Warning")).hasValue("299 - \"unknown field \\\"unknown\\\"\"");
        assertThat(wire.get(MAPS + "/shown").code()).isEqualTo(200);
    }

    @Test
    void whatCanBeReadIsNotDeletedUnread() {
        wire.post(MAPS, "{\"metadata\":{\"name\":\"read\"}}");
        assertThat(wire.delete(MAPS + "/read?" + UNREADABLE + "=true").message())
                .contains("unsafe deletion is not allowed because the object is decodable from storage");
        assertThat(wire.delete(MAPS + "?" + UNREADABLE + "=true").message())
                .contains("not allowed with DELETECOLLECTION");
        assertThat(wire.delete(MAPS + "/read?gracePeriodSeconds=0&" + UNREADABLE + "=true").message())
                .contains("cannot be set together with .gracePeriodSeconds");
        assertThat(wire.get(MAPS + "/read").code()).isEqualTo(200);
    }
}
