package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What cannot be read as what its kind says it is, and how that is told. */
class UnreadableTest extends SharedServer {
    UnreadableTest() {
        super("unreadable");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "/api/v1/namespaces/default/events|`'involvedObject':{'namespace':'default'},'lastTimestamp':''`|",
            "/api/v1/namespaces/default/events|`'involvedObject':{'namespace':'default'},'eventTime':''`|.000000",
            "/apis/events.k8s.io/v1/namespaces/default/events|`'deprecatedFirstTimestamp':''`|",
            "/apis/coordination.k8s.io/v1/namespaces/default/leases|`'spec':{'renewTime':''}`|.000000",
            "/api/v1/namespaces/default/configmaps|`'metadata':{'name':'a','creationTimestamp':''}`|"})
    void anEmptyTimeIsNone(String path, String fields, String fraction) {
        Wire.Answer refused = wire.post(path, "{" + fields.replace('\'', '"') + "}");
        assertThat(refused.code()).isEqualTo(400);
        assertThat(refused.message()).endsWith("parsing time \"\" as \"2006-01-02T15:04:05"
                + (fraction == null ? "" : fraction) + "Z07:00\": cannot parse \"\" as \"2006\"");
    }

    @Test
    void theTimesOfACustomResourceThatIsAppliedAreNotLookedAt() {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Cluster",
                 "names":{"plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
                 "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        String thing = "{\"apiVersion\":\"example.com/v1\",\"kind\":\"Thing\",\"metadata\":{\"name\":\"t\",\"creationTimestamp\":\"\"}}";
        assertThat(wire.post("/apis/example.com/v1/things", thing).code()).isEqualTo(400);
        Wire.Answer applied = wire.apply("/apis/example.com/v1/things/t", "m", thing);
        assertThat(applied.code()).isEqualTo(201);
        assertThat(applied.body().at("/metadata/creationTimestamp").stringValue()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`'spec':{'replicas':'three'}`|map[spec:map[replicas:three]]|unrecognized type: int32",
            "`'spec':{'replicas':1.5}`|map[spec:map[replicas:1.5]]|cannot convert float64 to int32",
            "`'spec':{'paused':1}`|map[spec:map[paused:1]]|unrecognized type: bool",
            "`'metadata':{'labels':{'gone':null,'x':1}}`|map[metadata:map[labels:map[x:1]]]|cannot convert int64 to string",
            "`'metadata':'x'`|map[metadata:x]|cannot restore struct from: string",
            "`'spec':{'selector':{'matchLabels':['a',1e21,null]}}`|map[spec:map[selector:map[matchLabels:[a 1e+21 <nil>]]]]|cannot restore map from slice",
            "`'spec':{'template':{'spec':{'tolerations':'all'}}}`|map[spec:map[template:map[spec:map[tolerations:all]]]]|cannot restore slice from string",
            "`'spec':{'strategy':{'rollingUpdate':{'maxSurge':true}}}`|map[spec:map[strategy:map[rollingUpdate:map[maxSurge:true]]]]|json: cannot unmarshal bool into Go value of type int32"})
    void aStrategicMergePatchIsToldAsGoPrintsIt(String fields, String shown, String problem) {
        Wire.Answer refused = strategic(deployment(), "{" + fields.replace('\'', '"') + "}", "");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message())
                .isEqualTo(" \"\" is invalid: patch: Invalid value: \"" + shown + "\": " + problem);
    }

    @Test
    void aStrategicMergePatchTakesNumbersLeniently() {
        String path = deployment();
        assertThat(replicas(strategic(path, "{\"spec\":{\"replicas\":2.0}}", ""))).isEqualTo(2);
        assertThat(replicas(strategic(path, "{\"spec\":{\"replicas\":4294967299}}", ""))).isEqualTo(3);
        assertThat(wire.merge(path, "{\"spec\":{\"replicas\":4294967299}}").code()).isEqualTo(422);
    }

    @Test
    void whatAPatchHasTwiceOrNobodyKnowsIsTold() {
        String path = deployment();
        String patch = "{\"spec\":{\"unknown\":1,\"other\":2,\"paused\":true,\"paused\":false}}";
        assertThat(strategic(path, patch, "").raw().headers().allValues("Warning")).containsExactly(
                "299 - \"duplicate field \\\"spec.paused\\\"\"", "299 - \"unknown field \\\"spec.other\\\"\"",
                "299 - \"unknown field \\\"spec.unknown\\\"\"");
        assertThat(strategic(path, patch, "?fieldValidation=Strict").message()).contains(
                "map[spec:map[other:2 paused:false unknown:1]]\": strict decoding error: duplicate field \"spec.paused\"");
        assertThat(wire.merge(path, "{\"spec\":{\"paused\":true,\"paused\":false}}").raw().headers()
                .allValues("Warning")).containsExactly("299 - \"duplicate field \\\"spec.paused\\\"\"");
        assertThat(wire.patch(path, "application/json-patch+json",
                "[{\"op\":\"add\",\"op\":\"replace\",\"path\":\"/spec/paused\",\"value\":true,\"more\":1}]").raw()
                .headers()
                .allValues("Warning")).containsExactly("299 - \"json patch duplicate field \\\"[0].op\\\"\"",
                        "299 - \"json patch unknown field \\\"[0].more\\\"\"");
    }

    private static int replicas(Wire.Answer answer) {
        return answer.body().at("/spec/replicas").asInt(-1);
    }

    private Wire.Answer strategic(String path, String patch, String parameters) {
        return wire.patch(path + parameters, "application/strategic-merge-patch+json", patch);
    }

    /** Its path. */
    private String deployment() {
        Wire.Answer made = wire.post("/apis/apps/v1/namespaces/default/deployments", """
                {"metadata":{"generateName":"d-"},"spec":{"selector":{"matchLabels":{"a":"b"}},
                 "template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        return "/apis/apps/v1/namespaces/default/deployments/" + made.body().at("/metadata/name").stringValue();
    }
}
