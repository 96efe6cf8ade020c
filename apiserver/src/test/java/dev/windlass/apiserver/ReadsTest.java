package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** Lists, watches and deletions of many, where what they are about is odd. */
class ReadsTest extends SharedServer {
    private static final String DEFAULT = "/api/v1/namespaces/default/";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io";
    private static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";

    ReadsTest() {
        super("reads");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "/apis/apps/v1/namespaces/default/deployments|`{\"replicas\":0,\"selector\":null,\"template\":{\"metadata\":{},\"spec\":{\"containers\":null}},\"strategy\":{}}`|{}",
            "/apis/networking.k8s.io/v1/namespaces/default/ingresses|{}|`{\"loadBalancer\":{}}`"})
    void aBookmarkIsAnObjectInWhichNothingIsSet(String path, String spec, String status) {
        JsonNode bookmark = event(
                wire.get(path + "?watch=true&allowWatchBookmarks=true&timeoutSeconds=1").raw().body());
        assertThat(bookmark.path("type").stringValue()).isEqualTo("BOOKMARK");
        assertThat(bookmark.path("object").path("spec")).isEqualTo(read(spec));
        assertThat(bookmark.path("object").path("status")).isEqualTo(read(status));
    }

    @Test
    void aWatchEndsWhereAnObjectIsToBeAList() {
        assertThat(wire.get("/api/v1/namespaces?watch=true&timeoutSeconds=60", METADATA_LIST).raw().body()).isEmpty();
    }

    @Test
    void someListsOfNothingAreNull() {
        assertThat(wire.get(DEFAULT + "endpoints?labelSelector=none", METADATA_LIST).body().path("items").isNull())
                .isTrue();
        assertThat(wire.get(DEFAULT + "limitranges?labelSelector=none", TABLE).body().path("rows").isNull()).isTrue();
        assertThat(wire.get(DEFAULT + "endpoints?labelSelector=none", TABLE).body().path("rows").isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"limit=x&resourceVersionMatch=X,strconv.ParseInt",
            "labelSelector=a%20b&fieldSelector=x&resourceVersionMatch=X,unable to parse requirement",
            "fieldSelector=x&resourceVersionMatch=X,invalid selector",
            "fieldSelector=x%3Dy&resourceVersionMatch=X,ListOptions.meta.k8s.io",
            "fieldSelector=x%3Dy&resourceVersion=-1,\"x\" is not a known field selector",
            "resourceVersion=x&continue=y,invalid continue token"})
    void parametersAreReadBeforeTheyAreHeldAgainstEachOther(String query, String problem) {
        assertThat(wire.get(DEFAULT + "configmaps?" + query).message()).startsWith(problem);
        assertThat(wire.delete(DEFAULT + "configmaps?" + query, "{\"dryRun\":[\"x\"]}").message())
                .startsWith(query.contains("resourceVersion=") && !query.contains("fieldSelector")
                        ? "DeleteOptions"
                        : problem);
    }

    @Test
    void aRowWithWhatThereIsNotIsRefusedWhenAllElseIsDone() {
        assertThat(wire.get(DEFAULT + "configmaps/none?includeObject=x", TABLE).code()).isEqualTo(404);
        assertThat(wire.get(DEFAULT + "configmaps?includeObject=x&resourceVersion=y", TABLE).message())
                .startsWith("invalid resource version");
        assertThat(wire.get(DEFAULT + "configmaps?includeObject=x", TABLE).message())
                .startsWith("Unable to convert to Table");
    }

    @Test
    void eventsComeInPagesAtAnyVersion() {
        for (String name : new String[]{"one", "two"}) {
            wire.post(DEFAULT + "events", "{\"metadata\":{\"name\":\"" + name
                    + "\"},\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"p\",\"namespace\":\"default\"}}");
            wire.post(DEFAULT + "configmaps", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        }
        assertThat(wire.get(DEFAULT + "events?limit=1&resourceVersion=0").body().path("items").size()).isEqualTo(1);
        assertThat(wire.get(DEFAULT + "configmaps?limit=1&resourceVersion=0").body().path("items").size())
                .isGreaterThan(1);
        assertThat(wire.get(DEFAULT + "events/one?resourceVersion=x").code()).isEqualTo(400);
        assertThat(wire.get(DEFAULT + "events?resourceVersion=99999999999").body().path("details")
                .has("retryAfterSeconds")).isFalse();
    }

    @Test
    void whatADeletionIsBoundToMayStandInTheQuery() {
        JsonNode made = wire.post(DEFAULT + "secrets", "{\"metadata\":{\"name\":\"bound\"}}").body().path("metadata");
        assertThat(wire.delete(DEFAULT + "secrets/bound?uid=x").code()).isEqualTo(409);
        assertThat(wire.delete(DEFAULT + "secrets/bound?resourceVersion=1").code()).isEqualTo(409);
        assertThat(wire.delete(DEFAULT + "secrets?resourceVersion=0").code()).isEqualTo(409);
        assertThat(wire.delete(DEFAULT + "secrets/bound?uid=" + made.path("uid").stringValue()).code()).isEqualTo(200);
    }

    private static JsonNode event(String stream) {
        return read(stream.lines().findFirst().orElseThrow());
    }

    private static JsonNode read(String json) {
        return JsonMapper.shared().readTree(json);
    }
}
