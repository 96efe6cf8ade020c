package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** The sub-resources of pods through which a part of them is changed: {@code ephemeralcontainers} and {@code resize}. */
class PodPartsTest extends SharedServer {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private String pod = "";
    private int made;

    PodPartsTest() {
        super("parts");
    }

    @BeforeEach
    void makePod(TestInfo test) {
        pod = PODS + "/p" + ++made;
        String body = ("{'kind':'Pod','apiVersion':'v1','metadata':{'name':'p" + made
                + "'},'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'1','memory':'1Mi'}}},"
                + "{'name':'d','image':'i'}]}}").replace('\'', '"');
        assertThat(wire.post(PODS, body).code()).as(test.getDisplayName()).isEqualTo(201);
    }

    private Wire.Answer patch(String part, String type, String body) {
        return wire.patch(pod + part, type, body.replace('\'', '"'));
    }

    private Wire.Answer debug(String containers) {
        return patch("/ephemeralcontainers", STRATEGIC, "{'spec':{'ephemeralContainers':[" + containers + "]}}");
    }

    private Wire.Answer resize(String container) {
        return patch("/resize", STRATEGIC, "{'spec':{'containers':[" + container + "]}}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ephemeralcontainers", "resize"})
    void itIsDiscoveredAndShowsThePod(String part) {
        assertThat(wire.get("/api/v1").body().path("resources").valueStream()
                .filter(each -> Json.textOrEmpty(each, "name").equals("pods/" + part)).map(Json::string))
                .containsExactly("{\"name\":\"pods/" + part
                        + "\",\"singularName\":\"\",\"namespaced\":true,\"kind\":\"Pod\",\"verbs\":[\"get\",\"patch\",\"update\"]}");
        assertThat(wire.get(pod + "/" + part).body()).isEqualTo(wire.get(pod).body());
    }

    @Test
    void aContainerIsAddedAndNothingElseCounts() {
        Wire.Answer answer = patch("/ephemeralcontainers", STRATEGIC,
                "{'metadata':{'labels':{'a':'b'}},'spec':{'ephemeralContainers':[{'name':'e','image':'e'}],'containers':[{'name':'c','image':'other'}]}}");
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);

        assertThat(answer.body().path("spec").path("ephemeralContainers").path(0).path("terminationMessagePath")
                .asString("")).isEqualTo("/dev/termination-log");
        assertThat(answer.body().path("spec").path("containers").path(0).path("image").asString("")).isEqualTo("i");
        assertThat(answer.body().path("metadata").has("labels")).isFalse();
        assertThat(answer.body().path("metadata").path("generation").asInt(0)).isEqualTo(2);
    }

    @Test
    void aContainerThatIsThereIsNeitherChangedNorTakenOut() {
        assertThat(debug("{'name':'e','image':'e'}").code()).isEqualTo(200);
        assertThat(debug("{'name':'e','image':'f'}").message())
                .contains(
                        "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be changed");
        assertThat(patch("/ephemeralcontainers", MERGE, "{'spec':{'ephemeralContainers':null}}").message())
                .contains(
                        "spec.ephemeralContainers: Forbidden: existing ephemeral containers \"e\" may not be removed");
        assertThat(debug("{'name':'c','image':'f'}").message())
                .contains("spec.ephemeralContainers[0].name: Duplicate value: \"c\"");
    }

    @Test
    void whoAppliesIsToldToManageAlsoWhatDoesNotCount() {
        Wire.Answer answer = wire.patch(pod + "/ephemeralcontainers?fieldManager=me&force=true", APPLY,
                ("{'kind':'Pod','apiVersion':'v1',"
                        + "'metadata':{'name':'p" + made
                        + "','labels':{'a':'b'}},'spec':{'ephemeralContainers':[{'name':'e','image':'e'}],"
                        + "'containers':[{'name':'c','image':'other'}]}}").replace('\'', '"'));
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(answer.body().path("metadata").path("managedFields").valueStream()
                .filter(each -> Json.textOrEmpty(each, "subresource").equals("ephemeralcontainers"))
                .map(each -> Json.string(each.path("fieldsV1"))))
                .containsExactly(
                        "{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}},\"f:spec\":{\"f:containers\":{\"k:{\\\"name\\\":\\\"c\\\"}\":{\"f:image\":{},\"f:name\":{},\".\":{}}},\"f:ephemeralContainers\":{\"k:{\\\"name\\\":\\\"e\\\"}\":{\"f:image\":{},\"f:name\":{},\".\":{}}}}}");
    }

    @Test
    void resourcesAreChangedAndNothingElseCounts() {
        Wire.Answer answer = resize("{'name':'c','image':'other','resources':{'requests':{'cpu':'2'}}}");
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        assertThat(Json.string(answer.body().path("spec").path("containers").path(0).path("resources")))
                .isEqualTo("{\"requests\":{\"cpu\":\"2\",\"memory\":\"1Mi\"}}");
        assertThat(answer.body().path("spec").path("containers").path(0).path("image").asString("")).isEqualTo("i");
        assertThat(answer.body().path("metadata").path("generation").asInt(0)).isEqualTo(2);
        assertThat(answer.body().path("metadata").path("managedFields").valueStream()
                .filter(each -> Json.textOrEmpty(each, "subresource").equals("resize"))).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`{'name':'c','resources':{'requests':{'cpu':null}}}`|`spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed`",
            "`{'name':'c','resources':{'requests':{'ephemeral-storage':'1Gi'}}}`|`spec: Forbidden: only cpu and memory resources are mutable`",
            "`{'name':'c','resources':{'requests':null}}`|`spec: Invalid value: \"Burstable\": Pod QOS Class may not change as a result of resizing`",
            "`{'name':'x','image':'x'}`|`spec.containers: Forbidden: containers may not be added or removed on resize`"})
    void aResizeThatIsNotAllowedIsRefused(String container, String problem) {
        assertThat(resize(container).message()).contains(problem);
    }

    @Test
    void aDryRunChangesNothing() {
        assertThat(patch("/resize?dryRun=All", STRATEGIC,
                "{'spec':{'containers':[{'name':'c','resources':{'requests':{'cpu':'2'}}}]}}").code()).isEqualTo(200);
        assertThat(wire.get(pod).body().path("metadata").path("generation").asInt(0)).isEqualTo(1);
    }
}
