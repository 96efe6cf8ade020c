package dev.windlass.apiserver;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** How odd changes are read, and how what is wrong with them is told. */
class OddChangesTest extends SharedServer {
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String IN_DEFAULT = "/namespaces/default/";
    private static final String CONFIG_MAPS = "/api/v1" + IN_DEFAULT + "configmaps";
    private static final String BUDGETS = "/apis/policy/v1" + IN_DEFAULT + "poddisruptionbudgets";

    OddChangesTest() {
        super("odd-changes");
    }

    private static List<String> unknown(Wire.Answer answer) {
        return answer.raw().headers().allValues("Warning").stream()
                .map(each -> each.replaceAll("299 - \"unknown field \\\\\"(.*)\\\\\"\"", "$1")).toList();
    }

    private void budget(String name) {
        wire.post(BUDGETS, "{\"metadata\":{\"name\":\"%s\"},\"spec\":{\"minAvailable\":1}}".formatted(name));
    }

    @Test
    void aPatchThatLeavesNoVersionLeavesNoName() {
        wire.post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"versionless\"},\"data\":{\"a\":\"b\"}}");
        Wire.Answer merged = wire.merge(CONFIG_MAPS + "/versionless", "{\"apiVersion\":\"\",\"data\":{\"a\":\"c\"}}");
        assertThat(merged.code()).isEqualTo(400);
        assertThat(merged.message())
                .isEqualTo(
                        "the name of the object (versionless based on URL) was undeterminable: name must be provided");
        assertThat(unknown(merged)).containsExactly("data", "metadata");
        Wire.Answer removed = wire.patch(CONFIG_MAPS + "/versionless?fieldValidation=Strict", JSON_PATCH,
                "[{\"op\":\"remove\",\"path\":\"/apiVersion\"}]");
        assertThat(removed.message())
                .endsWith("strict decoding error: unknown field \"data\", unknown field \"metadata\"");
        assertThat(wire.get(CONFIG_MAPS + "/versionless").body().path("data").path("a").asString()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{'apiVersion':'','kind':'Pod'}|converting (core.Pod) to (core.ConfigMap): unknown conversion",
            "{'apiVersion':'','kind':'Deployment'}|no kind 'Deployment' is registered for the internal version of group '' in scheme 'pkg/runtime/scheme.go:111'",
            "{'apiVersion':'v9','kind':''}|no kind 'ConfigMap' is registered for version 'v9' in scheme 'pkg/runtime/scheme.go:111'",
            "{'kind':7}|couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
            "{'apiVersion':[]}|couldn't get version/kind; json parse error: json: cannot unmarshal array into Go struct field .apiVersion of type string"})
    void aPatchLeavesTheKindThatIsExpected(String patch, String expected) {
        wire.post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"kinds\"}}");
        Wire.Answer answer = wire.merge(CONFIG_MAPS + "/kinds", patch.replace('\'', '"'));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message().replace('"', '\'')).endsWith(": " + expected.replace('"', '\''));
    }

    @Test
    void aNumberOrTextIsReadOnlyWhenItHasBeenMerged() {
        budget("reads");
        String budget = "{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: reads}, spec: {minAvailable: {x: 1}}}";
        assertThat(wire.apply(BUDGETS + "/reads", "me", budget).message())
                .isEqualTo(
                        "Apply failed with 1 conflict: conflict with \"Java-http-client\" using policy/v1: .spec.minAvailable");
        assertThat(wire.apply(BUDGETS + "/reads?force=true", "me", budget).message())
                .endsWith("json: cannot unmarshal object into Go value of type int32");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "10000000000000000000|1e+19|10000000000000000000",
            "1234567.5|1.2345675e+06|1234567.5",
            "0.00001234|1.234e-05|0.00001234"})
    void aNumberThatIsMergedIsShownAsGoPrintsIt(String number, String shown, String written) {
        budget("numbers");
        assertThat(wire.patch(BUDGETS + "/numbers", STRATEGIC, "{\"spec\":{\"minAvailable\":" + number + "}}")
                .message()).isEqualTo(" \"\" is invalid: patch: Invalid value: \"map[spec:map[minAvailable:" + shown
                        + "]]\": json: cannot unmarshal number " + written + " into Go value of type int32");
    }

    @Test
    void aKeyThatIsNoScalarIsToldByItsParts() {
        String service = "{apiVersion: v1, kind: Service, metadata: {name: keys}, spec: {ports: [{port: %s}]}}";
        String path = "/api/v1" + IN_DEFAULT + "services/keys";
        assertThat(wire.apply(path, "me", service.formatted("{x: 1}")).message())
                .contains(".spec.ports[port=x=1,protocol=\"TCP\"].port: ");
        assertThat(wire.apply(path, "me", service.formatted("[x, 1, null]")).message())
                .contains(".spec.ports[port=[\"x\",1,null],protocol=\"TCP\"].port: ");
    }

    @Test
    void whatIsNoListHasNoOrder() {
        String capacities = "/apis/storage.k8s.io/v1" + IN_DEFAULT + "csistoragecapacities";
        wire.post(capacities, """
                {"metadata":{"name":"c"},"storageClassName":"slow","nodeTopology":{"matchExpressions":[]}}""");
        assertThat(wire.patch(capacities + "/c", STRATEGIC,
                "{\"nodeTopology\":{\"$setElementOrder/matchLabels\":[\"a\"]}}").message())
                .isEqualTo("expected slice or array type, but got: ptr");
        assertThat(wire.patch(capacities + "/c", STRATEGIC, "{\"metadata\":{\"$setElementOrder/labels\":[\"a\"]}}")
                .message()).isEqualTo("expected slice or array type, but got: struct");
    }

    @Test
    void whatAJsonPatchTouchesIsReadInTheOrderOfNames() {
        String classes = "/apis/node.k8s.io/v1/runtimeclasses";
        wire.post(classes, "{\"metadata\":{\"name\":\"order\"},\"handler\":\"a\",\"scheduling\":{}}");
        assertThat(wire.patch(classes + "/order", JSON_PATCH, """
                [{"op":"add","path":"/metadata/managedFields/0","value":"x"},
                 {"op":"replace","path":"/metadata/resourceVersion","value":7}]""").message())
                .endsWith("of type v1.ManagedFieldsEntry");
        assertThat(unknown(wire.patch(classes + "/order", JSON_PATCH, """
                [{"op":"add","path":"/zz","value":7},{"op":"add","path":"/","value":7},
                 {"op":"add","path":"/scheduling/zz","value":1},{"op":"add","path":"/scheduling/aa","value":1},
                 {"op":"add","path":"/scheduling/tolerations","value":[{"zz":1,"aa":1}]}]""")))
                .containsExactly("", "scheduling.aa", "scheduling.tolerations[0].zz", "scheduling.tolerations[0].aa",
                        "scheduling.zz", "zz");
        assertThat(unknown(wire.patch(classes + "/order", JSON_PATCH, """
                [{"op":"add","path":"/scheduling","value":{"zz":1,"aa":1}},
                 {"op":"test","path":"/scheduling","value":{"aa":1,"zz":1}}]""")))
                .containsExactly("scheduling.aa", "scheduling.zz");
    }

    @Test
    void whatIsUnknownInAMapThatIsMergedIsToldWithoutItsKey() {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        wire.post(definitions, """
                {"metadata":{"name":"things.example.com"},"spec":{"group":"example.com","scope":"Cluster","names":{
                 "plural":"things","kind":"Thing"},"versions":[{"name":"v1","served":true,"storage":true,
                 "schema":{"openAPIV3Schema":{"type":"object"}}}]}}""");
        assertThat(unknown(wire.patch(definitions + "/things.example.com", STRATEGIC, """
                {"spec":{"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{
                 "type":"object","properties":{"spec":{"type":"object","y":1}}}}}]}}""")))
                .containsExactly("spec.versions[0].schema.openAPIV3Schema.properties.y");
    }

    @Test
    void theOverheadOfARuntimeClassIsNotRounded() {
        String classes = "/apis/node.k8s.io/v1/runtimeclasses";
        Wire.Answer made = wire.post(classes,
                "{\"metadata\":{\"name\":\"exact\"},\"handler\":\"a\",\"overhead\":{\"podFixed\":{\"cpu\":\"0.5m\"}}}");
        assertThat(made.body().path("overhead").path("podFixed").path("cpu").asString()).isEqualTo("500u");
        Wire.Answer pod = wire.post("/api/v1" + IN_DEFAULT + "pods",
                """
                        {"metadata":{"name":"p"},"spec":{"runtimeClassName":"exact","containers":[{"name":"c","image":"i"}]}}""");
        assertThat(pod.code()).as(pod.message()).isEqualTo(201);
        assertThat(pod.body().path("spec").path("overhead").path("cpu").asString()).isEqualTo("1m");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "2001:db8::1|unrecognized character in action: U+003A ':'",
            "....a|invalid multiple recursive descent",
            "[|unterminated array",
            "[a]|invalid array index a",
            "[-]|array index - is not a number",
            "[0,x]|invalid array index x",
            "['.']..|invalid multiple recursive descent",
            "[?(@.a==\"b)]|unterminated filter",
            "[?(:)]|unrecognized character in action: U+003A ':'",
            "'x|unterminated quoted string",
            "\"a\\q\"|unquote string \"a\\q\" error invalid syntax",
            "1.2.3|cannot parse number 1.2.3",
            "a}{b|~~",
            "spec.validations[0].expression|~~",
            "[?(@.a==\"b\")].c[*][1:2]..d|~~"})
    void aPathIntoAPolicyIsReadAsOne(String path, String problem) {
        String policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies";
        wire.post(policies,
                """
                        {"metadata":{"name":"paths"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":["x"],
                         "apiVersions":["v1"],"resources":["nones"],"operations":["CREATE"]}]},"validations":[{"expression":"true"}]}}""");
        Wire.Answer answer = wire.merge(policies + "/paths/status?dryRun=All",
                "{\"status\":{\"typeChecking\":{\"expressionWarnings\":[{\"warning\":\"w\",\"fieldRef\":\""
                        + path.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}]}}}");
        if (problem.isEmpty()) {
            assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        } else {
            assertThat(answer.message()).endsWith("invalid JSONPath: " + problem);
        }
    }

    @Test
    void whatIsWrongWithMetadataIsToldWhereTheKindLooksAtIt() {
        String sets = "/apis/apps/v1" + IN_DEFAULT + "statefulsets";
        wire.post(sets, """
                {"metadata":{"name":"s"},"spec":{"selector":{"matchLabels":{"a":"b"}},"serviceName":"s","template":{
                 "metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""");
        assertThat(wire.merge(sets + "/s/status",
                "{\"metadata\":{\"finalizers\":[\"x\"]},\"status\":{\"replicas\":0,\"readyReplicas\":7}}").message())
                .contains("[status.readyReplicas: Invalid value: 7: cannot be greater than status.replicas, "
                        + "metadata.finalizers[0]: Invalid value: \"x\": ");
        String events = "/apis/events.k8s.io/v1" + IN_DEFAULT + "events";
        wire.post(events,
                """
                        {"metadata":{"name":"e"},"eventTime":"2020-01-01T00:00:00.000000Z","type":"Normal","reason":"r","action":"a",
                         "reportingController":"c","reportingInstance":"i","regarding":{"namespace":"default"}}""");
        assertThat(wire.merge(events + "/e", """
                {"reason":null,"metadata":{"deletionTimestamp":"2020-01-01T00:00:00Z"}}""").message())
                .contains("[metadata.deletionTimestamp: Invalid value: \"2020-01-01T00:00:00Z\": field is immutable, "
                        + "reason: Required value, reason: ");
    }

    @Test
    void bytesMayBeToldOneByOne() {
        Wire.Answer made = wire.post("/api/v1" + IN_DEFAULT + "secrets",
                "{\"metadata\":{\"name\":\"bytes\"},\"data\":{\"a\":[],\"b\":[97,255]}}");
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.body().path("data").path("a").asString("none")).isEmpty();
        assertThat(made.body().path("data").path("b").asString()).isEqualTo("Yf8=");
    }

    @Test
    void anOrderNamesKeys() {
        String services = "/api/v1" + IN_DEFAULT + "services";
        wire.post(services, "{\"metadata\":{\"name\":\"order\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
        assertThat(wire.patch(services + "/order", STRATEGIC,
                "{\"spec\":{\"ports\":[{}],\"$setElementOrder/ports\":[\"a\"]}}").message())
                .isEqualTo("expected a map[string]interface {}, but received a string");
    }

    @Test
    void aProtocolOfEndpointsIsAName() {
        assertThat(wire.post("/api/v1" + IN_DEFAULT + "endpoints", """
                {"metadata":{"name":"e"},"subsets":[{"addresses":[{"ip":"10.1.2.3"}],"ports":[{"port":80,
                 "appProtocol":"a:b"}]}]}""").message())
                .contains("subsets[0].ports[0].appProtocol: Invalid value: \"a:b\": name part must consist of");
    }

    @Test
    void aListIsLeftThatCannotBeRead() {
        wire.post(CONFIG_MAPS, "{\"metadata\":{\"name\":\"list\"}}");
        assertThat(wire.patch(CONFIG_MAPS + "/list", JSON_PATCH, "[{\"op\":\"replace\",\"path\":\"\",\"value\":[]}]")
                .message()).startsWith(" \"\" is invalid: patch: Invalid value: \"[]\": couldn't get version/kind; "
                        + "json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion ");
    }
}
