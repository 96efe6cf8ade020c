package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** An empty list is told from none until it is stored. */
class EmptyListsTest extends SharedServer {
    private static final String ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
    private static final String ROLE = "{\"metadata\":{\"name\":\"%s\"},\"rules\":%s}";
    private static final String POLICIES = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies";
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    EmptyListsTest() {
        super("empty-lists");
    }

    private static String managed(Wire.Answer answer) {
        JsonNode fields = answer.body().path("metadata").path("managedFields").path(0).get("fieldsV1");
        return fields == null ? "null" : Json.string(fields);
    }

    private static String manager(Wire.Answer answer, int entry) {
        return answer.body().path("metadata").path("managedFields").path(entry).path("manager").asString("");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "/apis/storage.k8s.io/v1/csinodes|{'drivers':[]}|{'f:spec':{'f:drivers':{}}}",
            "/api/v1/namespaces/default/limitranges|{'limits':[]}|{'f:spec':{'f:limits':{}}}",
            "/api/v1/namespaces/default/limitranges|{'limits':null}|null",
            "/api/v1/namespaces/default/resourcequotas|{'scopes':[]}|null"})
    void whoSendsOneManagesItIfItIsShown(String path, String spec, String expected) {
        Wire.Answer made = wire.post(path + "?dryRun=All",
                "{\"metadata\":{\"name\":\"x\"},\"spec\":" + spec.replace('\'', '"') + "}");
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(managed(made)).isEqualTo(expected.replace('\'', '"'));
    }

    @Test
    void itComesBackAsNoneAndIsNoChangeTheSecondTime() {
        Wire.Answer made = wire.post(ROLES, ROLE.formatted("r", "[]"));
        assertThat(made.body().path("rules").isNull()).isTrue();
        assertThat(managed(made)).isEqualTo("{\"f:rules\":{}}");
        assertThat(wire.put(ROLES + "/r", ROLE.formatted("r", "[]")).body()).isEqualTo(made.body());
        assertThat(wire.put(ROLES + "/r", ROLE.formatted("r", "null")).body()).isEqualTo(made.body());
        assertThat(wire.merge(ROLES + "/r", "{\"rules\":[]}").body()).isEqualTo(made.body());
        Wire.Answer other = wire.put(ROLES + "/r?fieldManager=other", ROLE.formatted("r", "[]"));
        assertThat(other.body().path("rules").isNull()).isTrue();
        assertThat(manager(other, 0)).isEqualTo("other");
        assertThat(other.body().path("metadata").path("managedFields").size()).isEqualTo(1);
        Wire.Answer applied = wire.apply(ROLES + "/r", "me",
                "{apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: r}, rules: []}");
        assertThat(applied.code()).isEqualTo(409);
        assertThat(applied.message()).endsWith("conflict with \"other\" using rbac.authorization.k8s.io/v1: .rules");
    }

    @Test
    void itIsAChangeOfTheListThatItIsIn() {
        String rule = "[{\"verbs\":[\"get\"],\"apiGroups\":[\"a\"],\"resources\":[\"b\"]%s}]";
        wire.post(ROLES, ROLE.formatted("in", rule.formatted("")));
        Wire.Answer same = wire.put(ROLES + "/in?fieldManager=other", ROLE.formatted("in", rule.formatted("")));
        assertThat(manager(same, 0)).isNotEqualTo("other");
        Wire.Answer changed = wire.put(ROLES + "/in?fieldManager=other",
                ROLE.formatted("in", rule.formatted(",\"resourceNames\":[]")));
        assertThat(manager(changed, 0)).isEqualTo("other");
        assertThat(managed(changed)).isEqualTo("{\"f:rules\":{}}");
        String slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
        String slice = "{\"metadata\":{\"name\":\"s\"},\"addressType\":\"IPv4\",\"endpoints\":[{\"addresses\":[\"10.0.0.1\"]%s}]}";
        wire.post(slices, slice.formatted(""));
        Wire.Answer map = wire.put(slices + "/s?fieldManager=other", slice.formatted(",\"deprecatedTopology\":{}"));
        assertThat(Json.string(map.body().path("metadata").path("managedFields").path(1)))
                .contains("\"fieldsV1\":{\"f:endpoints\":{}}", "\"manager\":\"other\"");
    }

    @Test
    void whoAppliesNullManagesItAndLeavesWhatIsThere() {
        wire.post(SERVICES, "{\"metadata\":{\"name\":\"s\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
        Wire.Answer applied = wire.apply(SERVICES + "/s", "me",
                "{apiVersion: v1, kind: Service, metadata: {name: s, labels: null}, spec: {ports: null}}");
        assertThat(applied.code()).as(applied.message()).isEqualTo(200);
        assertThat(applied.body().path("spec").path("ports").size()).isEqualTo(1);
        assertThat(manager(applied, 0)).isEqualTo("me");
        assertThat(managed(applied)).isEqualTo("{\"f:metadata\":{\"f:labels\":{}},\"f:spec\":{\"f:ports\":{}}}");
    }

    @Test
    void itIsAChangeOfTheSpecificationOfSomeKinds() {
        wire.post(POLICIES, "{\"metadata\":{\"name\":\"n\"},\"spec\":{\"podSelector\":{}}}");
        Wire.Answer changed = wire.merge(POLICIES + "/n", "{\"spec\":{\"egress\":[]}}");
        assertThat(changed.body().path("metadata").path("generation").intValue()).isEqualTo(2);
        String hooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
        wire.post(hooks, "{\"metadata\":{\"name\":\"h\"}}");
        assertThat(wire.merge(hooks + "/h", "{\"webhooks\":[]}").body().path("metadata").path("generation").intValue())
                .isEqualTo(2);
        wire.post("/api/v1/namespaces/default/pods",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}");
        JsonNode pod = wire.merge("/api/v1/namespaces/default/pods/p",
                "{\"spec\":{\"imagePullSecrets\":[],\"hostAliases\":[]}}").body();
        assertThat(pod.path("metadata").path("generation").intValue()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "networking.k8s.io/v1/namespaces/default/ingresses|'rules':[]"
                    + "|spec: Invalid value: []: either `defaultBackend` or `rules` must be specified",
            "batch/v1/namespaces/default/jobs|'template':{'spec':{'restartPolicy':'Never','containers':"
                    + "[{'name':'c','image':'i'}]}},'podFailurePolicy':{'rules':[{'action':'Ignore','onExitCodes':"
                    + "{'operator':'In','values':[]}}]}"
                    + "|spec.podFailurePolicy.rules[0].onExitCodes.values: Invalid value: []: at least one value is required",
            "batch/v1/namespaces/default/cronjobs|'schedule':'* * * * *','jobTemplate':{'spec':{'selector':"
                    + "{'matchExpressions':[]},'template':{'spec':{'restartPolicy':'Never','containers':"
                    + "[{'name':'c','image':'i'}]}}}}"
                    + "|spec.jobTemplate.spec.selector: Invalid value: {}: `selector` will be auto-generated",
            "batch/v1/namespaces/default/jobs|'template':{'spec':{'restartPolicy':'Never','containers':"
                    + "[{'name':'c','image':'i'}],'ephemeralContainers':[{'name':'e','image':'i','ports':[]}]}}"
                    + "|[spec.template.spec.ephemeralContainers[0].ports: Forbidden: cannot be set for an Ephemeral Container,"
                    + " spec.template.spec.ephemeralContainers: Forbidden: ephemeral containers not allowed in pod template]"})
    void itIsToldAsItWasSent(String path, String spec, String said) {
        Wire.Answer refused = wire.post("/apis/" + path + "?dryRun=All",
                ("{'metadata':{'name':'x'},'spec':{" + spec + "}}").replace('\'', '"'));
        assertThat(refused.message()).endsWith(" is invalid: " + said);
    }

    @Test
    void thoseOfADefinitionAreStoredUnlessTheyNeedNotBeThere() {
        String definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
        Wire.Answer made = wire.post(definitions, """
                {"metadata": {"name": "es.x.example.com"}, "spec": {"group": "x.example.com", "scope": "Namespaced",
                 "names": {"plural": "es", "kind": "E", "shortNames": []}, "versions": [{"name": "v1", "served": true,
                 "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "required": [], "properties": {
                 "a": {"type": "string", "enum": [], "default": "b"}}}}}]}}""");
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(Json.string(made.body())).doesNotContain("enum", "required", "shortNames");
        JsonNode status = wire.merge(definitions + "/es.x.example.com/status?dryRun=All",
                "{\"status\":{\"conditions\":[]}}").body().path("status");
        assertThat(Json.string(status.path("conditions"))).isEqualTo("[]");
    }

    @Test
    void aNullThatIsAppliedToACustomResourceIsReadAsOne() {
        wire.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """
                {"metadata": {"name": "ns.y.example.com"}, "spec": {"group": "y.example.com", "scope": "Namespaced",
                 "names": {"plural": "ns", "kind": "N"}, "versions": [{"name": "v1", "served": true, "storage": true,
                 "schema": {"openAPIV3Schema": {"type": "object", "properties": {
                 "o": {"type": "object", "additionalProperties": {"type": "string"}},
                 "n": {"type": "object", "nullable": true, "additionalProperties": {"type": "string"}}}}}}]}}""");
        String objects = "/apis/y.example.com/v1/namespaces/default/ns";
        String object = "{\"apiVersion\":\"y.example.com/v1\",\"kind\":\"N\",\"metadata\":{\"name\":\"n\"},%s}";
        wire.post(objects, object.formatted("\"o\":{\"a\":\"b\"},\"n\":{}"));
        Wire.Answer kept = wire.apply(objects + "/n", "me", object.formatted("\"o\":null"));
        assertThat(Json.string(kept.body().path("o"))).as(kept.message()).isEqualTo("{\"a\":\"b\"}");
        Wire.Answer set = wire.apply(objects + "/n?force=true", "me", object.formatted("\"n\":null"));
        assertThat(set.body().path("n").isNull()).as(set.message()).isTrue();
        wire.merge(objects + "/n", "{\"o\":{\"a\":null}}");
        assertThat(wire.apply(objects + "/n?force=true", "me", object.formatted("\"o\":null")).message())
                .endsWith("o: Invalid value: \"null\": o in body must be of type object: \"null\"");
    }
}
