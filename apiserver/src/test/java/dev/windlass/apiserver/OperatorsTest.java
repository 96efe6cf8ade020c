package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What definitions and objects of well-known operators have that is seldom written for a test. */
class OperatorsTest extends SharedServer {
    private static final String DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
    private static final String TEXT = "{'type':'string'}";
    private static final String FINALIZER = "metadata.finalizers: \\\"f.example.com\\\": prefer a domain-qualified finalizer name"
            + " including a path (/) to avoid accidental conflicts with other finalizer writers";

    OperatorsTest() {
        super("operators");
    }

    /** @return where its objects are */
    private String define(String plural, String spec, String more) {
        String kind = plural.substring(0, 1).toUpperCase(Locale.ROOT) + plural.substring(1);
        Wire.Answer made = wire.post(DEFINITIONS,
                """
                        {"metadata":{"name":"%1$s.example.com"},"spec":{"group":"example.com","scope":"Cluster",
                        "names":{"plural":"%1$s","kind":"%2$s"},"versions":[{"name":"v1","served":true,"storage":true,%4$s
                        "schema":{"openAPIV3Schema":{"type":"object","properties":{"spec":%3$s,
                        "status":{"type":"object","default":{"observedGeneration":-1},"properties":{"observedGeneration":{"type":"integer"}}}}}}}]}}
                        """
                        .formatted(plural, kind, spec.replace('\'', '"'), more));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        return "/apis/example.com/v1/" + plural;
    }

    private static String object(String path, String metadata, String spec) {
        String plural = path.substring(path.lastIndexOf('/') + 1);
        return "{'apiVersion':'example.com/v1','kind':'%s','metadata':{%s},'spec':%s}"
                .formatted(plural.substring(0, 1).toUpperCase(Locale.ROOT) + plural.substring(1), metadata, spec)
                .replace('\'', '"');
    }

    private static String fields(Wire.Answer answer, int entry) {
        JsonNode managed = answer.body().path("metadata").path("managedFields").path(entry);
        return Json.string(managed.path("fieldsV1").path("f:spec"));
    }

    @Test
    void aRuleMayAskWhatAFieldOfAnAtomicMapWas() {
        String path = define("refs",
                "{'type':'object','properties':{'ref':{'type':'object','x-kubernetes-map-type':'atomic',"
                        + "'properties':{'major':{'type':'integer','x-kubernetes-validations':[{'rule':'self == oldSelf'}]}}}}}",
                "");
        wire.post(path, object(path, "'name':'a'", "{'ref':{'major':1}}"));
        assertThat(wire.merge(path + "/a", "{\"spec\":{\"ref\":{\"major\":2}}}").message())
                .endsWith("spec.ref.major: Invalid value: 2: failed rule: self == oldSelf");
    }

    @Test
    void aListKeepsWhatIsUnknownOfItsItems() {
        String path = define("pipes", "{'type':'object','properties':{"
                + "'kept':{'type':'array','x-kubernetes-preserve-unknown-fields':true,'items':{'type':'object'}},"
                + "'plain':{'type':'array','items':{'type':'object'}}}}", "");
        Wire.Answer made = wire.post(path,
                object(path, "'name':'a'", "{'kept':[{'a':{'b':1}}],'plain':[{'a':1}],'b':1}"));
        assertThat(Json.string(made.body().path("spec"))).isEqualTo("{\"kept\":[{\"a\":{\"b\":1}}],\"plain\":[{}]}");
        assertThat(made.raw().headers().allValues("Warning")).containsExactly(
                "299 - \"unknown field \\\"spec.b\\\"\"", "299 - \"unknown field \\\"spec.plain[0].a\\\"\"");
    }

    @Test
    void whatIsInsideOfSomethingThatKeepsUnknownFieldsMayBeAppliedAndGoesWhenItIsStored() {
        String path = define("keeps", "{'type':'object','properties':{"
                + "'template':{'type':'object','x-kubernetes-preserve-unknown-fields':true,'properties':{'spec':{'type':'object',"
                + "'properties':{'a':" + TEXT + "}}}},"
                + "'whole':{'type':'object','x-kubernetes-map-type':'atomic','x-kubernetes-preserve-unknown-fields':true}}}",
                "");
        wire.post(path, object(path, "'name':'a'", "{}"));
        Wire.Answer applied = wire.apply(path + "/a", "me",
                object(path, "'name':'a'", "{'template':{'spec':{'a':'b','c':{'d':1}}},'whole':{'a':{'b':1}}}"));
        assertThat(applied.code()).as(applied.message()).isEqualTo(200);
        assertThat(applied.raw().headers().allValues("Warning")).isEmpty();
        assertThat(fields(applied, 0))
                .isEqualTo("{\"f:template\":{\"f:spec\":{\"f:a\":{},\"f:c\":{\"f:d\":{},\".\":{}}}},\"f:whole\":{}}");
        assertThat(Json.string(wire.get(path + "/a").body().path("spec").path("template")))
                .isEqualTo("{\"spec\":{\"a\":\"b\"}}");
    }

    @Test
    void aStatusThatIsTakenOutComesBackWithItsDefaults() {
        String path = define("sources", "{'type':'object','properties':{'url':" + TEXT + "}}",
                "\"subresources\":{\"status\":{}},");
        Wire.Answer made = wire.post(path, object(path, "'name':'a'", "{'url':'x'}"));
        assertThat(Json.string(made.body().path("status"))).isEqualTo("{\"observedGeneration\":-1}");
        Wire.Answer same = wire.merge(path + "/a", "{\"spec\":{\"url\":\"x\"}}");
        assertThat(same.text("metadata", "resourceVersion")).as("is only now stored with it")
                .isNotEqualTo(made.text("metadata", "resourceVersion"));
        assertThat(wire.merge(path + "/a", "{\"spec\":{\"url\":\"x\"}}").body()).isEqualTo(same.body());
    }

    @Test
    void theVersionOfANewObjectIsLookedAtLast() {
        String path = define("ones", "{'type':'object','required':['a'],'properties':{'a':" + TEXT + "}}", "");
        String sent = "'name':'%s','resourceVersion':'%s','finalizers':['f.example.com']";
        Wire.Answer refused = wire.post(path, object(path, sent.formatted("a", "7"), "{'a':'b'}"));
        assertThat(refused.code()).isEqualTo(500);
        assertThat(refused.message()).isEqualTo("resourceVersion should not be set on objects to be created");
        assertThat(refused.raw().headers().allValues("Warning")).containsExactly("299 - \"" + FINALIZER + "\"");
        assertThat(wire.post(path, object(path, sent.formatted("a", "7"), "{}")).code()).isEqualTo(422);
        assertThat(wire.post(path + "?dryRun=All", object(path, sent.formatted("a", "7"), "{'a':'b'}"))
                .text("metadata", "resourceVersion")).isEqualTo("7");
        for (String none : new String[]{"0", "x", "-7", "77777777777777777777777"}) {
            assertThat(wire.post(path, object(path, sent.formatted("v" + none.replace('-', 'm'), none), "{'a':'b'}"))
                    .code())
                    .as(none).isEqualTo(201);
        }
    }

    @Test
    void whoReplacesACustomResourceIsAskedWhichOneBeforeWhichVersionOfIt() {
        String path = define("uids", "{'type':'object','properties':{'a':" + TEXT + "}}", "");
        wire.post(path, object(path, "'name':'a'", "{}"));
        assertThat(wire.put(path + "/a", object(path, "'name':'a','uid':'me'", "{}")).message())
                .contains("Precondition failed: UID in precondition: me");
        assertThat(wire.put(path + "/a", object(path, "'name':'a'", "{}")).message())
                .endsWith("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
        Wire.Answer odd = wire.put(path + "/b", object(path, "'name':'a'", "{'x':1}"));
        assertThat(odd.code()).isEqualTo(400);
        assertThat(odd.raw().headers().allValues("Warning")).containsExactly("299 - \"unknown field \\\"spec.x\\\"\"");
    }

    @Test
    void rulesAreNotLookedAtWhenSomethingElseIsWrong() {
        String path = define("rules", "{'type':'object','properties':{'mode':{'type':'string','enum':['A']}},"
                + "'x-kubernetes-validations':[{'rule':'!has(self.mode)'}]}", "");
        String unchecked = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid;"
                + " correct the existing errors to complete validation]";
        assertThat(wire.post(path, object(path, "'name':'a'", "{'mode':'B'}")).message())
                .endsWith("spec.mode: Unsupported value: \"B\": supported values: \"A\", " + unchecked);
        assertThat(wire.post(path, object(path, "", "{}")).message())
                .endsWith("metadata.name: Required value: name or generateName is required, " + unchecked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "{'one':['a','b']}|spec.one: Too many: 2: must have at most 1 item",
            "{'some':[]}|spec.some: Invalid value: 0: spec.some in body should have at least 1 items",
            "{'fields':{}}|spec.fields: Invalid value: 0: spec.fields in body should have at least 1 properties",
            "{'text':''}|is invalid: spec.text: Invalid value: \"\": spec.text in body should be at least 1 chars long",
            "{'n':150.0}|spec.n: Invalid value: 150: spec.n in body should be less than or equal to 100"})
    void whatIsTooMuchOrTooLittleIsToldAsThere(String spec, String expected) {
        String path = "/apis/example.com/v1/sizes";
        if (wire.get(path).code() == 404) {
            define("sizes", "{'type':'object','properties':{'one':{'type':'array','maxItems':1,'items':" + TEXT + "},"
                    + "'some':{'type':'array','minItems':1,'items':" + TEXT + "},"
                    + "'fields':{'type':'object','minProperties':1,'additionalProperties':" + TEXT + "},"
                    + "'text':{'type':'string','minLength':1,'pattern':'^[a-z]+$'},'n':{'type':'number','maximum':100}}}",
                    "");
        }
        assertThat(wire.post(path, object(path, "'name':'a'", spec)).message()).endsWith(expected);
    }

    @Test
    void aNumberThatIsAppliedIsTheOneThatIsThere() {
        String path = define("numbers", "{'type':'object','properties':{'n':{'type':'number'}}}", "");
        wire.post(path, object(path, "'name':'a'", "{'n':10.0}"));
        Wire.Answer applied = wire.apply(path + "/a", "me", object(path, "'name':'a'", "{'n':10.0}"));
        assertThat(applied.body().path("metadata").path("generation").intValue()).isEqualTo(1);
    }

    @Test
    void keysAndValuesOfManagedFieldsAreWrittenSoThatTheyCanStandInHtml() {
        String path = define("tags",
                "{'type':'object','properties':{'set':{'type':'array','x-kubernetes-list-type':'set','items':"
                        + TEXT
                        + "},'map':{'type':'array','x-kubernetes-list-type':'map','x-kubernetes-list-map-keys':['name'],"
                        + "'items':{'type':'object','required':['name'],'properties':{'name':" + TEXT + "}}}}}",
                "");
        wire.post(path, object(path, "'name':'a'", "{'set':['a<b'],'map':[{'name':'c&d'}]}"));
        JsonNode spec = wire.get(path + "/a").body().path("metadata").path("managedFields").path(0).path("fieldsV1")
                .path("f:spec");
        assertThat(spec.path("f:set").has("v:\"a\\u003cb\"")).as(Json.string(spec)).isTrue();
        assertThat(spec.path("f:map").has("k:{\"name\":\"c\\u0026d\"}")).as(Json.string(spec)).isTrue();
    }

    @Test
    void oneFieldOfAMapThatIsNotDeclaredIsTold() {
        String path = define("shapes", "{'type':'object','properties':{'a':" + TEXT + "}}", "");
        Wire.Answer refused = wire.apply(path + "/a", "me", object(path, "'name':'a'", "{'x':1,'y':2}"));
        assertThat(refused.message()).endsWith("Kind=Shapes): .spec.x: field not declared in schema");
    }

    @ParameterizedTest
    @CsvSource({"nginx, Always", "nginx:1, IfNotPresent", "nginx:latest, Always", "localhost:5000/a, Always",
            "nginx@sha256:859ab6768a6f26a79bc42b231664111317d095a4f04e4b6fe79ce37b3d199097, IfNotPresent",
            "nginx:latest@sha256:859ab6768a6f26a79bc42b231664111317d095a4f04e4b6fe79ce37b3d199097, Always",
            "859ab6768a6f26a79bc42b231664111317d095a4f04e4b6fe79ce37b3d199097, IfNotPresent",
            "<YOUR-IMAGE>, IfNotPresent", "${IMAGE}, IfNotPresent", "Nginx, IfNotPresent", "UPPER/x:latest, Always"})
    void anImageThatIsAnotherOneTomorrowIsAlwaysPulled(String image, String expected) {
        Wire.Answer made = wire.post("/api/v1/namespaces/default/pods?dryRun=All",
                "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"" + image
                        + "\"}]}}");
        assertThat(
                made.body().path("spec").path("containers").path(0).path("imagePullPolicy").stringValue(made.message()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
            "https://example.com/1|True|ApprovedAnnotation|approved in https://example.com/1",
            "unapproved, a test|False|UnapprovedAnnotation|not approved: \"unapproved, a test\""})
    void aDefinitionOfTheCommunityTellsWhoHasAgreedToIt(String annotation, String status, String reason,
            String message) {
        String group = reason.toLowerCase(Locale.ROOT) + ".k8s.io";
        wire.post(DEFINITIONS,
                """
                        {"metadata":{"name":"as.%1$s","annotations":{"api-approved.kubernetes.io":"%2$s"}},"spec":{"group":"%1$s","scope":"Cluster",
                        "names":{"plural":"as","kind":"A"},"versions":[{"name":"v1","served":true,"storage":true,
                        "schema":{"openAPIV3Schema":{"type":"object"}}}]}}
                        """
                        .formatted(group, annotation));
        JsonNode condition = wire.get(DEFINITIONS + "/as." + group).body().path("status").path("conditions")
                .valueStream()
                .filter(each -> Json.textOrEmpty(each, "type").equals("KubernetesAPIApprovalPolicyConformant"))
                .findFirst()
                .orElseThrow();
        assertThat(condition.path("status").stringValue("")).isEqualTo(status);
        assertThat(condition.path("reason").stringValue("")).isEqualTo(reason);
        assertThat(condition.path("message").stringValue("")).isEqualTo(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "/apis/networking.k8s.io/v1/namespaces/default/ingresses|{'metadata':{'name':'a','annotations':{'kubernetes.io/ingress.class':'x'}},'spec':{'defaultBackend':{'resource':{'kind':'a','name':'b'}}}}|annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead",
            "/api/v1/namespaces/default/serviceaccounts|{'metadata':{'name':'a','annotations':{'kubernetes.io/enforce-mountable-secrets':'true'}}}|metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets",
            "/api/v1/namespaces/default/resourcequotas|{'metadata':{'name':'a'},'spec':{'hard':{'cpu':'2','limits.cpu':'1500m','requests.memory':'1Gi','limits.memory':'1Gi'}}}|ResourceQuota cpu (2) should be less than limits.cpu (1500m)",
            "/apis/storage.k8s.io/v1/storageclasses|{'metadata':{'name':'a'},'provisioner':'a.b/c','allowedTopologies':[{'matchLabelExpressions':[{'key':'beta.kubernetes.io/os','values':['a']}]}]}|allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "/apis/storage.k8s.io/v1/namespaces/default/csistoragecapacities|{'metadata':{'name':'a'},'storageClassName':'x','nodeTopology':{'matchLabels':{'beta.kubernetes.io/os':'a'}}}|nodeTopology.matchLabels.beta.kubernetes.io/os: deprecated since v1.14; use \"kubernetes.io/os\" instead",
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices|{'metadata':{'name':'a'},'addressType':'FQDN','endpoints':[{'addresses':['a.b']}]}|spec.addressType: FQDN endpoints are deprecated",
            "/apis/batch/v1/namespaces/default/jobs|{'metadata':{'name':'a'},'spec':{'completionMode':'Indexed','completions':100001,'parallelism':10001,'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'c','image':'x'}]}}}}|spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail"})
    void whatIsRightMayBeWarnedOf(String path, String body, String warning) {
        Wire.Answer made = wire.post(path + "?dryRun=All", body.replace('\'', '"'));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(made.raw().headers().allValues("Warning"))
                .containsExactly("299 - \"" + warning.replace("\"", "\\\"") + "\"");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "IPv6|'addresses':['2001:db8:0:0::1']|endpoints[0].addresses[0]: Invalid value: \"2001:db8:0:0::1\": must be in canonical form (\"2001:db8::1\")",
            "FQDN|'addresses':['a']|endpoints[0].addresses[0]: Invalid value: \"a\": should be a domain with at least two segments separated by dots",
            "IPv4|'addresses':['10.1.2.3'],'hints':{'forZones':[{'name':'a'},{'name':'a'}]}|endpoints[0].hints.forZones[1].name: Duplicate value: \"a\""})
    void endpointsThatAreWrongAreRefused(String type, String endpoint, String problem) {
        String body = "{'metadata':{'name':'e'},'addressType':'" + type + "','endpoints':[{" + endpoint + "}]}";
        assertThat(wire.post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", body.replace('\'', '"'))
                .message())
                .endsWith("is invalid: " + problem);
    }

    @Test
    void theOldTopologyOfEndpointsIsDropped() {
        Wire.Answer made = wire.post("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices?dryRun=All",
                "{\"metadata\":{\"name\":\"e\"},\"addressType\":\"IPv4\",\"endpoints\":[{\"addresses\":[\"10.1.2.3\"],\"deprecatedTopology\":{\"a\":\"b\"}}]}");
        assertThat(made.body().path("endpoints").path(0).propertyNames()).containsExactly("addresses", "conditions");
    }

    @Test
    void aJobThatHasItsLabelsFromItsTemplateGetsThoseThatItGetsToo() {
        String jobs = "/apis/batch/v1/namespaces/default/jobs";
        String job = "{'metadata':{'name':'%s'%s},'spec':{'template':{'metadata':{'labels':{'a':'b'}},'spec':{'restartPolicy':'Never',"
                + "'containers':[{'name':'c','image':'x'}]}}}}";
        assertThat(wire.post(jobs, job.formatted("a", "").replace('\'', '"')).body().at("/metadata/labels")
                .propertyNames())
                .containsExactlyInAnyOrder("a", "controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
                        "batch.kubernetes.io/job-name");
        assertThat(wire.post(jobs, job.formatted("b", ",'labels':{'a':'b'}").replace('\'', '"')).body()
                .at("/metadata/labels").propertyNames()).containsExactly("a");
    }

    @Test
    void aPodWithoutANameIsRefusedByWhatItsNameWillBeginWith() {
        assertThat(wire.post("/api/v1/namespaces/default/pods",
                ("{'metadata':{'generateName':'p-'},'spec':{'priority':5,"
                        + "'containers':[{'name':'c','image':'x'}]}}").replace('\'', '"'))
                .message())
                .startsWith("pods \"p-\" is forbidden: the integer value of priority (5)");
    }
}
