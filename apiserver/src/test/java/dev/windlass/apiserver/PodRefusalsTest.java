package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What pods do not allow, what they are warned of and what is worked out for them, as the real server does it. */
class PodRefusalsTest extends SharedServer {
    private static final String PODS = "/api/v1/namespaces/default/pods";
    private static final String CONTAINER = "\"containers\":[{\"name\":\"c\",\"image\":\"i\"%s}]";

    PodRefusalsTest() {
        super("pods");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{'nodeSelectorTerms':[]}}}`|spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms: Required value: must have at least one node selector term",
            "`'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'z','matchLabelKeys':['a']}]}}`|spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set",
            "`'topologySpreadConstraints':[{'maxSkew':0,'topologyKey':'z','whenUnsatisfiable':'DoNotSchedule'}]`|spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero",
            "`'tolerations':[{'key':'a','operator':'Exists','value':'x'}]`|spec.tolerations[0].operator: Invalid value: \"x\": value must be empty when `operator` is 'Exists'",
            "`'securityContext':{'runAsUser':-1}`|spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive",
            "`'securityContext':{'seccompProfile':{'type':'Localhost'}}`|spec.securityContext.seccompProfile.localhostProfile: Required value: must be set when seccomp type is Localhost",
            "`'os':{'name':'windows'},'hostPID':true`|spec.hostPID: Forbidden: cannot be set for a windows pod",
            "`'hostUsers':false,'hostNetwork':true`|spec.hostNetwork: Forbidden: when `hostUsers` is false",
            "`'dnsPolicy':'None'`|spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None",
            "`'hostAliases':[{'ip':'x'}]`|spec.hostAliases[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            "`'schedulingGates':[{'name':'a'}],'nodeName':'n'`|spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared",
            "`'volumes':[{'name':'v','hostPath':{'path':'/a/../b'}}]`|spec.volumes[0].hostPath.path: Invalid value: \"/a/../b\": must not contain '..'",
            "`'volumes':[{'name':'v','projected':{'sources':[{'serviceAccountToken':{'path':'t'}}]}}]`|spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set",
            "`'volumes':[{'name':'v','ephemeral':{}}]`|spec.volumes[0].ephemeral.volumeClaimTemplate: Required value",
            "`'initContainers':[{'name':'i','image':'i','livenessProbe':{'tcpSocket':{'port':1}}}]`|spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always",
            "`'resources':{'requests':{'ephemeral-storage':'1'}}`|spec.resources.requests[ephemeral-storage]: Unsupported value: \"ephemeral-storage\": supported values: \"cpu\", \"hugepages-\", \"memory\"",
            "`'ephemeralContainers':[{'name':'e','image':'e'}]`|spec.ephemeralContainers: Forbidden: cannot be set on create"})
    void aSpecificationThatIsNotAllowedIsRefused(String fields, String problem) {
        wire.assertRefused(PODS, "'spec':{" + CONTAINER.formatted("").replace('"', '\'') + "," + fields + "}",
                problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`'env':[{'name':'A','valueFrom':{'fieldRef':{'fieldPath':'metadata.labels'}}}]`|spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: \"metadata.labels\": supported values: \"metadata.name\", \"metadata.namespace\", \"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", \"status.podIP\", \"status.podIPs\"",
            "`'envFrom':[{'prefix':'x'}]`|spec.containers[0].envFrom: Invalid value: \"\": must specify one of: `configMapRef` or `secretRef`",
            "`'lifecycle':{'preStop':{'sleep':{'seconds':31}}}`|spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)",
            "`'readinessProbe':{'tcpSocket':{'port':1},'terminationGracePeriodSeconds':1}`|spec.containers[0].readinessProbe.terminationGracePeriodSeconds: Invalid value: 1: must not be set for readinessProbes",
            "`'ports':[{'containerPort':1,'hostPort':9},{'containerPort':2,'hostPort':9}]`|spec.containers[0].ports[1].hostPort: Duplicate value: \"TCP//9\"",
            "`'resources':{'requests':{'hugepages-2Mi':'4Mi','cpu':'1'}}`|spec.containers[0].resources.limits: Required value: Limit must be set for non overcommitable resources",
            "`'resources':{'claims':[{'name':'x'}]}`|spec.containers[0].resources.claims[0]: Not found: \"x\": must be one of the names in pod.spec.resourceClaims which is empty",
            "`'securityContext':{'procMount':'Unmasked'}`|spec.containers[0].securityContext.procMount: Invalid value: \"Unmasked\": `hostUsers` must be false to use `Unmasked`",
            "`'volumeDevices':[{'name':'v','devicePath':'/d'}]`|spec.containers[0].volumeDevices[0].name: Not found: \"v\"",
            "`'restartPolicyRules':[{'action':'Restart','exitCodes':{'operator':'In','values':[1]}}]`|spec.containers[0].restartPolicy: Required value: must specify restartPolicy when restart rules are used"})
    void aContainerThatIsNotAllowedIsRefused(String fields, String problem) {
        wire.assertRefused(PODS, "'spec':{" + CONTAINER.formatted("," + fields).replace('"', '\'') + "}", problem);
    }

    private Wire.Answer make(String name, String metadata, String container, String spec) {
        Wire.Answer made = wire.post(PODS, "{\"metadata\":{\"name\":\"" + name + "\"" + metadata + "},\"spec\":{"
                + CONTAINER.formatted(container) + spec + "}}");
        assertThat(made.code()).withFailMessage(() -> made.raw().body()).isEqualTo(201);
        return made;
    }

    @Test
    void keysOfThePodsOwnLabelsBecomePartOfItsSelectors() {
        Wire.Answer made = make("keys", ",\"labels\":{\"v\":\"1\"}", "", """
                ,"topologySpreadConstraints":[{"maxSkew":1,"topologyKey":"z","whenUnsatisfiable":"DoNotSchedule",
                 "labelSelector":{"matchLabels":{"a":"b"}},"matchLabelKeys":["v","none"]}]""");

        assertThat(made.body().at("/spec/topologySpreadConstraints/0/labelSelector/matchExpressions").toString())
                .isEqualTo("[{\"key\":\"v\",\"operator\":\"In\",\"values\":[\"1\"]}]");
    }

    @Test
    void whatAPodAsksForAsAWholeIsFilledFromItsContainers() {
        Wire.Answer made = make("whole", "", ",\"resources\":{\"requests\":{\"cpu\":\"300m\"}}",
                ",\"resources\":{\"limits\":{\"memory\":\"1Gi\"}}");

        assertThat(made.body().at("/spec/resources/requests").toString())
                .isEqualTo("{\"cpu\":\"300m\",\"memory\":\"1Gi\"}");
        assertThat(made.body().at("/status/qosClass").asString()).isEqualTo("Burstable");
    }

    @Test
    void aPodThatIsHeldBackSaysSoAndCanBeNarrowedUntilItIsNot() {
        Wire.Answer made = make("gated", "", "", ",\"schedulingGates\":[{\"name\":\"a\"}]");

        assertThat(made.body().at("/status/conditions/0/reason").asString()).isEqualTo("SchedulingGated");
        assertThat(wire.merge(PODS + "/gated", "{\"spec\":{\"nodeSelector\":{\"a\":\"b\"}}}").code()).isEqualTo(200);
        assertThat(wire.merge(PODS + "/gated", "{\"spec\":{\"nodeSelector\":{\"a\":\"c\"}}}").message())
                .contains("only additions to spec.nodeSelector are allowed");
        assertThat(wire.merge(PODS + "/gated", "{\"spec\":{\"schedulingGates\":[{\"name\":\"b\"}]}}").message())
                .contains("only deletion is allowed, but found new scheduling gate 'b'");
        assertThat(wire.merge(PODS + "/gated", "{\"spec\":{\"schedulingGates\":null}}").code()).isEqualTo(200);
        assertThat(wire.merge(PODS + "/gated", "{\"spec\":{\"nodeSelector\":{\"c\":\"d\"}}}").code()).isEqualTo(422);
    }

    @Test
    void whatHasNoEffectIsWarnedOf() {
        Wire.Answer made = make("warned", "", ",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\","
                + "\"value\":\"2\"}]", ",\"nodeSelector\":{\"beta.kubernetes.io/os\":\"linux\"}");

        assertThat(made.raw().headers().allValues("warning")).hasSize(2)
                .anyMatch(each -> each.contains("spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14"))
                .anyMatch(each -> each.contains("spec.containers[0].env[1]: hides previous definition of"));
    }

    @Test
    void classesOfTheSystemAreThereWithoutBeingMade() {
        assertThat(make("critical", "", "", ",\"priorityClassName\":\"system-node-critical\"").body()
                .at("/spec/priority").asInt()).isEqualTo(2_000_001_000);
    }
}
