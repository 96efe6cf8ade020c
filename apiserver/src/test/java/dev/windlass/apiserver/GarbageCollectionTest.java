package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What becomes of objects when their owners go. */
@Timeout(120)
class GarbageCollectionTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private final ApiServer server = ApiServer.builder().name("gc").garbageCollection(true).start();
    private final Wire wire = new Wire(server);

    @AfterEach
    void close() {
        wire.close();
        server.close();
    }

    private Wire.Answer create(String name, boolean blocks, Wire.Answer... owners) {
        ObjectNode object = (ObjectNode) Json.parse(Wire.configMap(name));
        ArrayNode references = ((ObjectNode) object.path("metadata")).putArray("ownerReferences");
        for (Wire.Answer owner : owners) {
            references.addObject().put("apiVersion", "v1").put("kind", "ConfigMap")
                    .put("name", owner.text("metadata", "name")).put("uid", owner.text("metadata", "uid"))
                    .put("blockOwnerDeletion", blocks);
        }
        Wire.Answer created = wire.post(MAPS, Json.string(object));
        assertThat(created.code()).isEqualTo(201);
        return created;
    }

    private void awaitGone(String name) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(wire.get(MAPS + "/" + name).code()).isEqualTo(404));
    }

    @Test
    void theDependentsOfWhatIsDeletedGoAfterItAndSoDoTheirs() {
        Wire.Answer owner = create("owner", false);
        Wire.Answer child = create("child", false, owner);
        create("grandchild", false, child);
        wire.delete(MAPS + "/owner");
        awaitGone("child");
        awaitGone("grandchild");
    }

    @Test
    void whatHasAnotherOwnerStaysAndLosesTheReference() {
        Wire.Answer first = create("first", false);
        Wire.Answer second = create("second", false);
        create("child", false, first, second);
        wire.delete(MAPS + "/first");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                wire.get(MAPS + "/child").body().path("metadata").path("ownerReferences")).hasSize(1));
        assertThat(wire.get(MAPS + "/child").body().at("/metadata/ownerReferences/0/name").stringValue())
                .isEqualTo("second");
    }

    @Test
    void inTheForegroundTheOwnerWaitsForWhatBlocksIt() {
        Wire.Answer owner = create("owner", false);
        create("child", true, owner);
        wire.merge(MAPS + "/child", "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
        wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                wire.get(MAPS + "/child").text("metadata", "deletionTimestamp")).isNotEmpty());
        assertThat(wire.get(MAPS + "/owner").text("metadata", "deletionTimestamp")).isNotEmpty();
        wire.merge(MAPS + "/child", "{\"metadata\":{\"finalizers\":null}}");
        awaitGone("owner");
    }

    @Test
    void whatDoesNotBlockItsOwnerIsNotWaitedFor() {
        Wire.Answer owner = create("owner", false);
        create("child", false, owner);
        wire.merge(MAPS + "/child", "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
        wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
        awaitGone("owner");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                wire.get(MAPS + "/child").text("metadata", "deletionTimestamp")).isNotEmpty());
    }

    private void awaitMarked(String name) {
        await().atMost(LIMIT).untilAsserted(() -> assertThat(
                wire.get(MAPS + "/" + name).text("metadata", "deletionTimestamp")).isNotEmpty());
    }

    private void hold(String name) {
        wire.merge(MAPS + "/" + name, "{\"metadata\":{\"finalizers\":[\"example.com/hold\"]}}");
    }

    @Test
    void anOwnerInTheForegroundGoesWhenWhatBlockedItLeavesIt() {
        Wire.Answer owner = create("owner", false);
        create("child", true, owner);
        hold("child");
        wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
        awaitMarked("child");
        assertThat(wire.get(MAPS + "/owner").code()).isEqualTo(200);
        wire.merge(MAPS + "/child", "{\"metadata\":{\"ownerReferences\":null}}");
        awaitGone("owner");
        assertThat(wire.get(MAPS + "/child").code()).isEqualTo(200);
    }

    @Test
    void anOwnerInTheForegroundGoesWhenWhatBlockedItBlocksItNoLonger() {
        Wire.Answer owner = create("owner", false);
        Wire.Answer child = create("child", true, owner);
        hold("child");
        wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
        awaitMarked("child");
        ArrayNode references = (ArrayNode) child.body().at("/metadata/ownerReferences").deepCopy();
        ((ObjectNode) references.get(0)).put("blockOwnerDeletion", false);
        wire.merge(MAPS + "/child", "{\"metadata\":{\"ownerReferences\":" + Json.string(references) + "}}");
        awaitGone("owner");
    }

    /** By a watch: whoever waits for nobody would have the finalizer for a moment only. */
    @Test
    void whatItsDependentsHaveLeftWaitsForNone() {
        Wire.Answer owner = create("owner", false);
        Wire.Answer child = create("child", true, owner);
        create("grandchild", false, child);
        wire.merge(MAPS + "/grandchild", "{\"metadata\":{\"ownerReferences\":null}}");
        hold("child");
        List<String> finalizers = new ArrayList<>();
        try (Wire.Watching watch = wire.watch(MAPS + "?fieldSelector=metadata.name=child")) {
            wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
            awaitMarked("child");
            wire.merge(MAPS + "/child", "{\"metadata\":{\"finalizers\":null}}");
            awaitGone("owner");
            JsonNode event = watch.next();
            while (!Json.textOrEmpty(event, "type").equals("DELETED")) {
                event.at("/object/metadata/finalizers").valueStream().map(JsonNode::asString).forEach(finalizers::add);
                event = watch.next();
            }
        }
        assertThat(finalizers).contains("example.com/hold").containsOnly("example.com/hold");
        assertThat(wire.get(MAPS + "/grandchild").code()).isEqualTo(200);
    }

    @Test
    void orphansLoseTheirOwnerAndStay() {
        Wire.Answer owner = create("owner", false);
        create("child", true, owner);
        wire.delete(MAPS + "/owner?propagationPolicy=Orphan");
        awaitGone("owner");
        Wire.Answer child = wire.get(MAPS + "/child");
        assertThat(child.code()).isEqualTo(200);
        assertThat(child.body().path("metadata").has("ownerReferences")).isFalse();
    }

    @Test
    void whatIsCreatedWithAnOwnerThatIsGoneGoesToo() {
        Wire.Answer owner = create("owner", false);
        wire.delete(MAPS + "/owner");
        create("late", false, owner);
        awaitGone("late");
    }

    @Test
    void withoutTheOptionNothingGoes() {
        try (ApiServer bare = ApiServer.builder().name("bare").start(); Wire plain = new Wire(bare)) {
            Wire.Answer owner = plain.post(MAPS, Wire.configMap("owner"));
            plain.post(MAPS,
                    "{\"metadata\":{\"name\":\"child\",\"ownerReferences\":[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"owner\",\"uid\":\""
                            + owner.text("metadata", "uid") + "\"}]}}");
            Wire.Answer marked = plain.delete(MAPS + "/owner?propagationPolicy=Foreground");
            assertThat(marked.body().at("/metadata/finalizers/0").stringValue()).isEqualTo("foregroundDeletion");
            assertThat(plain.get(MAPS + "/child").code()).isEqualTo(200);
        }
    }

    @Test
    void anOwnerInTheForegroundGoesWhenWhatBlockedItHasAnotherOwner() {
        Wire.Answer owner = create("owner", false);
        Wire.Answer other = create("other", false);
        create("child", true, owner, other);
        wire.delete(MAPS + "/owner?propagationPolicy=Foreground");
        awaitGone("owner");
        assertThat(wire.get(MAPS + "/child").code()).isEqualTo(200);
    }

    @Test
    void whatHasBeenBroughtBackGoesWithItsOwnerAgain() {
        Wire.Answer owner = create("owner", false);
        create("child", false, owner);
        Snapshot before = server.snapshot();
        wire.delete(MAPS + "/owner");
        awaitGone("child");
        server.restore(before);
        assertThat(wire.get(MAPS + "/child").code()).isEqualTo(200);
        wire.delete(MAPS + "/owner");
        awaitGone("child");
    }

    @Test
    void whatANamespaceOwnsGoesWithIt() {
        Wire.Answer namespace = wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"owning\"}}");
        Wire.Answer owned = wire.post("/api/v1/nodes",
                """
                        {"metadata":{"name":"owned","ownerReferences":[{"apiVersion":"v1","kind":"Namespace","name":"owning","uid":"%s"}]}}"""
                        .formatted(namespace.text("metadata", "uid")));
        assertThat(owned.code()).isEqualTo(201);
        wire.delete("/api/v1/namespaces/owning");
        await().atMost(LIMIT).untilAsserted(() -> assertThat(wire.get("/api/v1/nodes/owned").code()).isEqualTo(404));
    }
}
