package dev.windlass.apiserver;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What an update may say of metadata that the server minds itself. */
@Timeout(60)
class UpdatedMetadataTest {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String MAP = MAPS + "/m";
    private static final String NODES = "/api/v1/nodes";
    private static final String LEASES = "/apis/coordination.k8s.io/v1/namespaces/default/leases";

    private final ApiServer server = ApiServer.builder().name("updated").start();
    private final Wire wire = new Wire(server);

    @BeforeEach
    void make() {
        wire.post(MAPS, Wire.configMap("m", "a", "1"));
    }

    @AfterEach
    void close() {
        try (server; wire) {
            // closes both, whatever the other does
        }
    }

    private static String metadata(String fields) {
        return "{\"metadata\":{" + fields + "}}";
    }

    private static String owner(String apiVersion, String kind) {
        return "{\"apiVersion\":\"" + apiVersion + "\",\"kind\":\"" + kind + "\",\"name\":\"o\",\"uid\":\"u\"}";
    }

    @Test
    void anOwnerIsOfAVersionThatCanBeOne() {
        for (String version : new String[]{"a/b/c", "a/", "/"}) {
            assertThat(wire.merge(MAP, metadata("\"ownerReferences\":[" + owner(version, "K") + "]")).message())
                    .contains("metadata.ownerReferences[0].apiVersion: Invalid value: \"" + version
                            + "\": must be <group>/<version> or <version>");
        }
    }

    @Test
    void anEventOwnsNothing() {
        Wire.Answer answer = wire.merge(MAP, metadata("\"ownerReferences\":[" + owner("v1", "Event") + "]"));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).endsWith("/v1, Kind=Event is disallowed from being an owner");
    }

    @Test
    void anOwnerOfADefinitionIsRefusedInOneSentence() {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        wire.post(definitions, """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Namespaced",
                 "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
                 "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        assertThat(wire.merge(definitions + "/things.example.com",
                metadata("\"ownerReferences\":[" + owner("v1", "Event") + "]")).message())
                .containsOnlyOnce("disallowed from being an owner");
    }

    @Test
    void ownersThatAreToldTwiceAreTakenOnce() {
        String twice = "\"ownerReferences\":[" + owner("v1", "K") + "," + owner("v1", "K") + "]";
        Wire.Answer merged = wire.merge(MAP, metadata(twice));
        assertThat(merged.body().path("metadata").path("ownerReferences")).hasSize(1);
        assertThat(merged.raw().headers().allValues("Warning")).singleElement().asString().contains(
                ".metadata.ownerReferences contains duplicate entries after mutating admission happens;",
                "duplicate UID(s) observed: u");
        Wire.Answer put = wire.put(MAP, metadata("\"name\":\"m\"," + twice));
        assertThat(put.body().path("metadata").path("ownerReferences")).hasSize(1);
        assertThat(put.raw().headers().allValues("Warning")).singleElement().asString()
                .contains(".metadata.ownerReferences contains duplicate entries; API server");
    }

    @Test
    void anEmptyListOfManagersForgetsThem() {
        Wire.Answer answer = wire.merge(MAP, metadata("\"managedFields\":[]"));
        assertThat(answer.body().path("metadata").has("managedFields")).isFalse();
        assertThat(wire.get(MAP).body().path("metadata").has("managedFields")).isFalse();
    }

    @Test
    void whatBelongsIntoNoNamespaceHasNone() {
        wire.post(NODES, metadata("\"name\":\"n\""));
        Wire.Answer answer = wire.merge(NODES + "/n", metadata("\"namespace\":\"default\""));
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.body().path("metadata").has("namespace")).isFalse();
    }

    @Test
    void aLinkIsShownAndNotStored() {
        String link = metadata("\"selfLink\":\"/x\"");
        assertThat(wire.merge(MAP + "?dryRun=All", link).body().at("/metadata/selfLink").asString()).isEqualTo("/x");
        String version = wire.get(MAP).body().at("/metadata/resourceVersion").asString();
        Wire.Answer merged = wire.merge(MAP, link);
        assertThat(merged.body().path("metadata").has("selfLink")).isFalse();
        assertThat(merged.body().at("/metadata/resourceVersion").asString()).isEqualTo(version);
    }

    @Test
    void aVersionIsANumberThatFits() {
        assertThat(wire.merge(MAP, metadata("\"resourceVersion\":\"99999999999999999999\"")).message())
                .isEqualTo("strconv.ParseUint: parsing \"99999999999999999999\": value out of range");
        String version = wire.get(MAP).body().at("/metadata/resourceVersion").asString();
        assertThat(wire.merge(MAP, metadata("\"resourceVersion\":\"00" + version + "\"")).code()).isEqualTo(200);
    }

    @Test
    void aPatchThatTakesAwayTheVersionIsRefusedWhereOneIsNeeded() {
        wire.post(LEASES, metadata("\"name\":\"l\""));
        assertThat(wire.merge(LEASES + "/l", metadata("\"resourceVersion\":null")).message())
                .endsWith("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
    }

    @Test
    void anotherUidIsNoticedBeforeAWrongVersion() {
        Wire.Answer answer = wire.put(MAP + "?dryRun=All",
                metadata("\"name\":\"m\",\"uid\":\"other\",\"resourceVersion\":\"x\""));
        assertThat(answer.code()).isEqualTo(409);
        assertThat(answer.message()).contains("Key: /configmaps/default/m,",
                "Precondition failed: UID in precondition: other");
    }

    @Test
    void aPrefixForNamesIsCheckedAgainWhereTheKindDoes() {
        String bad = metadata("\"generateName\":\"Bad_\"");
        assertThat(wire.merge(MAP, bad).message()).contains("metadata.generateName: Invalid value: \"Bad_\"");
        wire.post(LEASES, metadata("\"name\":\"l\""));
        assertThat(wire.merge(LEASES + "/l", bad).body().at("/metadata/generateName").asString()).isEqualTo("Bad_");
        assertThat(wire.merge(LEASES + "/l", metadata("\"generateName\":\"a/b\"")).message())
                .endsWith("metadata.generateName: Invalid value: \"a/b\": may not contain '/'");
    }

    @Test
    void whatIsAppliedIsNamedAfterItHasBeenMerged() {
        assertThat(wire.apply(MAP, "alice", """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":""}}""").message())
                .isEqualTo("the name of the object (m based on URL) was undeterminable: name must be provided");
        assertThat(wire.apply(MAP, "alice", """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":5}}""").message())
                .startsWith("failed to create typed patch object (/; /v1, Kind=ConfigMap): .metadata.name:");
        assertThat(wire.apply(MAP, "alice", """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"other"},"data":{"a":"2"}}""").code())
                .isEqualTo(409);
    }

    @Test
    void aConflictIsToldBeforeAValueThatCannotBeRead() {
        String quotas = "/api/v1/namespaces/default/resourcequotas";
        wire.post(quotas, "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":{\"pods\":\"5\"}}}");
        String config = """
                {"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"UPPER"}}}""";
        assertThat(wire.apply(quotas + "/q", "alice", config).code()).isEqualTo(409);
        assertThat(wire.patch(quotas + "/q?fieldManager=alice&force=true", "application/apply-patch+yaml",
                config).message()).contains("failed to convert new object (/q; /v1, Kind=ResourceQuota)");
    }
}
