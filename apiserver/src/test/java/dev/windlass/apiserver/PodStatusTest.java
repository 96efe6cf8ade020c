package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What may be told of a pod, and what becomes of it. */
class PodStatusTest extends SharedServer {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";

    private String pod = "";
    private int made;

    PodStatusTest() {
        super("statuses");
    }

    @BeforeEach
    void makePod(TestInfo test) {
        make("'restartPolicy':'Never','containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'1'}}}]",
                test);
    }

    private void make(String spec, TestInfo test) {
        pod = PODS + "/p" + ++made;
        String body = "{'kind':'Pod','apiVersion':'v1','metadata':{'name':'p" + made + "'},'spec':{" + spec + "}}";
        assertThat(wire.post(PODS, body.replace('\'', '"')).code()).as(test.getDisplayName()).isEqualTo(201);
    }

    private Wire.Answer tell(String type, String status) {
        return wire.patch(pod + "/status", type, ("{'status':{" + status + "}}").replace('\'', '"'));
    }

    private JsonNode told(String type, String status) {
        Wire.Answer answer = tell(type, status);
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        return answer.body().path("status");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'conditions':[{'type':'a b','status':'True'}]      | status.conditions[0].Type: Invalid value: "a b": name part must consist of
            'conditions':[{'type':'Ready','observedGeneration':-1}] | status.conditions[0].observedGeneration: Invalid value: -1: must be a non-negative integer
            'observedGeneration':-1                            | status.observedGeneration: Invalid value: -1: must be a non-negative integer
            'nominatedNodeName':'N_'                           | status.nominatedNodeName: Invalid value: "N_": a lowercase RFC 1123 subdomain
            'qosClass':'Guaranteed'                            | status.qosClass: Invalid value: "Guaranteed": field is immutable
            'podIPs':[{'ip':'x'}]                              | status.podIPs[0]: Invalid value: "x": must be a valid IP address
            'podIPs':[{'ip':'10.0.0.1'},{'ip':'10.0.0.2'}]     | status.podIPs: Invalid value: [{"IP":"10.0.0.1"},{"IP":"10.0.0.2"}]: may specify no more than one IP for each IP family
            'podIPs':[{'ip':'10.0.0.1'},{'ip':'x'}]            | status.podIPs: Internal error: failed to check for dual stack with error:invalid IP[1]: x
            'podIPs':[{'ip':''}]                               | podIP and podIPs must either both be set or both be unset
            'hostIPs':[{'ip':'10.0.0.1'}]                      | status.hostIPs[0].ip: Invalid value: "10.0.0.1": must be equal to `hostIP`
            'hostIP':'x','hostIPs':[{'ip':'x'}]                | status.hostIPs[0]: Invalid value: "x": must be a valid IP address
            'resourceClaimStatuses':[{'name':'x'}]             | status.resourceClaimStatuses[0].name: Invalid value: "x": must match the name of an entry in `spec.resourceClaims`
            'extendedResourceClaimStatus':{'requestMappings':[],'resourceClaimName':'r'} | status.extendedResourceClaimStatus.requestMappings: Required value: at least one request mapping is required
            'extendedResourceClaimStatus':{'requestMappings':[{'containerName':'z','resourceName':'r','requestName':'r'}],'resourceClaimName':'r'} | status.extendedResourceClaimStatus.requestMappings[0].containerName: Invalid value: "z"
            """)
    void whatNobodyCanMeanIsRefused(String status, String message) {
        Wire.Answer answer = tell(MERGE, status);
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'user':{'linux':{'uid':-1,'gid':0}}           | containerStatuses[0].user.linux.uid: Invalid value: -1: must be between 0 and 4294967295, inclusive
            'user':{'linux':{'uid':0,'gid':2147483648}}   | containerStatuses[0].user.linux.gid: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive
            'allocatedResourcesStatus':[{'name':'gpu'}]   | containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: "gpu": must match one of the container's resource requests
            'allocatedResourcesStatus':[{'name':'claim:x'}] | containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: "claim:x": must match one of the container's resource claims
            'allocatedResourcesStatus':[{'name':'cpu','resources':[{'resourceID':'a','health':'Bad'}]}] | allocatedResourcesStatus[0].resources[0].health: Unsupported value: "Bad": supported values: "Healthy", "Unhealthy", "Unknown"
            'allocatedResourcesStatus':[{'name':'cpu','resources':[{'resourceID':'a','health':'Healthy'},{'resourceID':'a','health':'Healthy'}]}] | allocatedResourcesStatus[0].resources[1].resourceID: Duplicate value: "a"
            """)
    void whatNoContainerHasIsRefused(String container, String message) {
        Wire.Answer answer = tell(STRATEGIC, "'containerStatuses':[{'name':'c'," + container + "}]");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains(message);
    }

    @Test
    void anEphemeralContainerHasNoAllocatedResources() {
        assertThat(tell(MERGE,
                "'ephemeralContainerStatuses':[{'name':'e','allocatedResourcesStatus':[{'name':'cpu'}]}]").message())
                .contains(
                        "status.ephemeralContainerStatuses[0].allocatedResourcesStatus: Forbidden: must not be specified in container status");
    }

    private Wire.Answer ends(String list, String name, int code) {
        return tell(MERGE,
                "'" + list + "':[{'name':'" + name + "','state':{'terminated':{'exitCode':" + code + "}}}]");
    }

    private Wire.Answer runs(String list, String name) {
        return tell(MERGE, "'" + list + "':[{'name':'" + name + "','state':{'running':{}}}]");
    }

    @Test
    void aContainerThatIsNotToRestartHasEndedForGood() {
        for (String list : new String[]{"containerStatuses", "ephemeralContainerStatuses"}) {
            assertThat(ends(list, "c", 1).code()).isEqualTo(200);
            assertThat(runs(list, "c").message())
                    .contains(
                            "status." + list + "[0].state: Forbidden: may not be transitioned to non-terminated state");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'restartPolicy':'Always','containers':[{'name':'c','image':'i'}]    | 0  | 200
            'restartPolicy':'OnFailure','containers':[{'name':'c','image':'i'}] | 1  | 200
            'restartPolicy':'OnFailure','containers':[{'name':'c','image':'i'}] | 0  | 422
            'restartPolicy':'Always','containers':[{'name':'c','image':'i','restartPolicy':'Never'}] | 1 | 422
            'restartPolicy':'Never','containers':[{'name':'c','image':'i','restartPolicy':'Never','restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'In','values':[42]}}]}] | 42 | 200
            'restartPolicy':'Never','containers':[{'name':'c','image':'i','restartPolicy':'Never','restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'NotIn','values':[42]}}]}] | 42 | 422
            'restartPolicy':'Never','containers':[{'name':'c','image':'i'},{'name':'d','image':'i','restartPolicy':'Never','restartPolicyRules':[{'action':'RestartAllContainers','exitCodes':{'operator':'In','values':[42]}}]}] | 1 | 200
            """)
    void whetherAContainerRunsAgainIsForItsPolicyToSay(String spec, int code, int expected, TestInfo test) {
        make(spec, test);
        assertThat(ends("containerStatuses", "c", code).code()).isEqualTo(200);
        assertThat(runs("containerStatuses", "c").code()).isEqualTo(expected);
    }

    @Test
    void theOneAddressAndTheListOfThemSayTheSame() {
        assertThat(Json.string(told(MERGE, "'podIP':'10.0.0.1'").path("podIPs"))).isEqualTo("[{\"ip\":\"10.0.0.1\"}]");
        assertThat(told(MERGE, "'podIP':null,'podIPs':[{'ip':'10.0.0.2'},{'ip':'fd00::1'}]").path("podIP")
                .asString("")).isEqualTo("10.0.0.2");
        assertThat(Json.string(told(MERGE, "'podIP':'10.0.0.3'").path("podIPs"))).isEqualTo("[{\"ip\":\"10.0.0.3\"}]");
    }

    @Test
    void anAddressInAnotherFormIsTakenWithAWarning() {
        assertThat(tell(MERGE, "'podIP':'FD00::1'").raw().headers().allValues("Warning")).singleElement().asString()
                .contains("status.podIPs[0].ip: IPv6 address \\\"FD00::1\\\" should be in RFC 5952 canonical format");
    }

    @Test
    void whichGenerationHasBeenSeenIsNeverUnsaid() {
        told(MERGE, "'observedGeneration':1,'conditions':[{'type':'Ready','status':'True','observedGeneration':1}]");
        JsonNode status = told(MERGE, "'observedGeneration':null,'conditions':[{'type':'Ready','status':'False'}]");
        assertThat(status.path("observedGeneration").asInt(0)).isEqualTo(1);
        assertThat(status.path("conditions").path(0).path("observedGeneration").asInt(0)).isEqualTo(1);
    }

    @Test
    void whatTheServerSaysItselfStaysAndWhatIsOffIsDropped() {
        JsonNode status = told(MERGE, "'qosClass':null,'volumeHealth':[{'name':'v'}],'containerStatuses':[{'name':'c',"
                + "'volumeMounts':[{'name':'v','mountPath':'/v','volumeStatus':{'image':{'imageRef':'i'}}}]}]");
        assertThat(status.path("qosClass").asString("")).isEqualTo("Burstable");
        assertThat(status.has("volumeHealth")).isFalse();
        assertThat(status.path("containerStatuses").path(0).path("volumeMounts").path(0).propertyNames())
                .containsExactlyInAnyOrder("name", "mountPath");
    }

    @Test
    void ownersAndTheSpecificationAreNotForItToSay() {
        JsonNode object = wire.patch(pod + "/status", MERGE,
                "{'metadata':{'labels':{'a':'b'},'ownerReferences':[{'apiVersion':'v1','kind':'ConfigMap','name':'o','uid':'u'}]},'spec':{'nodeName':'n'}}"
                        .replace('\'', '"'))
                .body();
        assertThat(object.path("metadata").path("labels").path("a").asString("")).isEqualTo("b");
        assertThat(object.path("metadata").has("ownerReferences")).isFalse();
        assertThat(object.path("spec").has("nodeName")).isFalse();
        assertThat(Json.string(object.path("metadata").path("managedFields"))).doesNotContain("f:ownerReferences");
    }

    @Test
    void aPodOnANodeIsNotNominatedForAnother(TestInfo test) {
        make("'nodeName':'n','containers':[{'name':'c','image':'i'}]", test);
        assertThat(tell(MERGE, "'nominatedNodeName':'m'").message()).contains(
                "status.nominatedNodeName: Forbidden: may not be set on pods that are already bound to a node");
    }

    @Test
    void whenItIsDeletedIsForNobodyToSay() {
        assertThat(wire.patch(pod, MERGE, "{\"metadata\":{\"deletionGracePeriodSeconds\":1}}").message())
                .contains("metadata.deletionGracePeriodSeconds: Invalid value: 1: field is immutable");
        assertThat(wire.patch(pod, MERGE, "{\"metadata\":{\"deletionTimestamp\":\"2024-01-01T00:00:00Z\"}}").message())
                .contains("metadata.deletionTimestamp: Invalid value: \"2024-01-01T00:00:00Z\": field is immutable");
    }

    private Wire.Answer bind(String metadata, String target) {
        return wire.post(pod + "/binding", ("{'kind':'Binding','apiVersion':'v1','metadata':{'name':'p" + made + "'"
                + metadata + "},'target':{" + target + "}}").replace('\'', '"'));
    }

    @Test
    void aBindingIsToANodeThatCanBe() {
        assertThat(bind("", "'kind':'Node','name':'N_'").message())
                .startsWith("target.name: Invalid value: \"N_\": a lowercase RFC 1123 subdomain");
        assertThat(bind(",'resourceVersion':'1'", "'name':'n'").message())
                .contains("Precondition failed: ResourceVersion in precondition: 1, ResourceVersion in object meta: ");
        assertThat(wire.post("/api/v1/namespaces/default/bindings",
                "{\"kind\":\"Binding\",\"apiVersion\":\"v1\",\"metadata\":{},\"target\":{\"name\":\"n\"}}").message())
                .isEqualTo("Name parameter required.");
    }

    @Test
    void aBindingSaysAnewThatThePodIsScheduled() {
        told(MERGE, "'conditions':[{'type':'PodScheduled','status':'False','reason':'r','observedGeneration':1}]");
        assertThat(bind(",'annotations':{'pod.beta.kubernetes.io/init-containers':'[]'}", "'name':'n'").code())
                .isEqualTo(201);

        JsonNode object = wire.get(pod).body();
        assertThat(object.path("spec").path("nodeName").asString("")).isEqualTo("n");
        assertThat(object.path("metadata").has("annotations")).isFalse();
        JsonNode conditions = object.path("status").path("conditions");
        assertThat(conditions).hasSize(1);
        assertThat(conditions.path(0).propertyNames())
                .containsExactlyInAnyOrder("type", "status", "lastProbeTime", "lastTransitionTime");
        assertThat(conditions.path(0).path("status").asString("")).isEqualTo("True");
    }

    @Test
    void anEvictionSaysAnewThatThePodIsDisrupted(TestInfo test) {
        make("'nodeName':'n','containers':[{'name':'c','image':'i'}]", test);
        told(MERGE,
                "'conditions':[{'type':'DisruptionTarget','status':'False','reason':'r','observedGeneration':1}]");
        String body = "{'kind':'Eviction','apiVersion':'policy/v1','metadata':{'name':'p" + made + "'}}";
        assertThat(wire.post(pod + "/eviction", body.replace('\'', '"')).code()).isEqualTo(201);

        JsonNode conditions = wire.get(pod).body().path("status").path("conditions");
        assertThat(conditions).hasSize(1);
        assertThat(conditions.path(0).path("status").asString("")).isEqualTo("True");
        assertThat(conditions.path(0).path("reason").asString("")).isEqualTo("EvictionByEvictionAPI");
        assertThat(conditions.path(0).path("observedGeneration").asInt(0)).isEqualTo(1);
    }

    @Test
    void anEvictionWarnsOfWhatIsOddInTheStatusThatItChanges(TestInfo test) {
        make("'nodeName':'n','containers':[{'name':'c','image':'i'}]", test);
        told(MERGE, "'podIPs':[{'ip':'2001:DB8::1'}]");
        String body = "{'kind':'Eviction','apiVersion':'policy/v1','metadata':{'name':'p" + made + "'}}";
        Wire.Answer evicted = wire.post(pod + "/eviction", body.replace('\'', '"'));
        assertThat(evicted.code()).isEqualTo(201);
        assertThat(evicted.raw().headers().allValues("Warning")).singleElement().asString()
                .contains("status.podIPs[0].ip: IPv6 address");
    }

    @Test
    void annotationsThatOnceWereFirstContainersAreDropped() {
        String annotations = "{'metadata':{'annotations':{'pod.beta.kubernetes.io/init-containers':'[]','a':'b'}}}";
        for (String path : new String[]{pod, pod + "/status"}) {
            JsonNode object = wire.patch(path, MERGE, annotations.replace('\'', '"')).body();
            assertThat(Json.string(object.path("metadata").path("annotations"))).isEqualTo("{\"a\":\"b\"}");
        }
    }
}
