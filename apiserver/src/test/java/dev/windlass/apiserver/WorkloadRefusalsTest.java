package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What kinds that make pods, and others of their neighbourhood, do not allow, in the words of the real server. */
class WorkloadRefusalsTest extends SharedServer {
    private static final String CORE = "/api/v1/namespaces/default/";

    WorkloadRefusalsTest() {
        super("workloads");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "/api/v1/namespaces/default/pods|`'spec':{'containers':[{'name':'a','image':'b','ports':[{'containerPort':70000}]}]}`|spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
            "/api/v1/namespaces/default/pods|`'spec':{'containers':[{'name':'a','image':'b','volumeMounts':[{'name':'v','mountPath':'/v'}]}]}`|spec.containers[0].volumeMounts[0].name: Not found: \"v\"",
            "/api/v1/namespaces/default/pods|`'spec':{'containers':[{'name':'a','image':'b','resources':{'limits':{'cpu':'1'},'requests':{'cpu':'2'}}}]}`|spec.containers[0].resources.requests: Invalid value: \"2\": must be less than or equal to cpu limit of 1",
            "/api/v1/namespaces/default/pods|`'spec':{'containers':[{'name':'a','image':'b','livenessProbe':{}}]}`|spec.containers[0].livenessProbe: Required value: must specify a handler type",
            "/api/v1/namespaces/default/limitranges|`'spec':{'limits':[{'type':'PersistentVolumeClaim','min':{'storage':'2Gi'},'max':{'storage':'1Gi'}}]}`|spec.limits[0].min[storage]: Invalid value: \"2Gi\": min value 2Gi is greater than max value 1Gi",
            "/api/v1/namespaces/default/resourcequotas|`'spec':{'hard':{'pods':'1'},'scopes':['Terminating','NotTerminating']}`|spec.scopes: Invalid value: [\"Terminating\",\"NotTerminating\"]: conflicting scopes",
            "/api/v1/namespaces/default/resourcequotas|`'spec':{'hard':{'services':'1'},'scopes':['BestEffort']}`|spec.scopes: Invalid value: [\"BestEffort\"]: unsupported scope applied to resource",
            "/api/v1/namespaces/default/resourcequotas|`'spec':{'hard':{'pods':'1'},'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In'}]}}`|spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
            "/api/v1/namespaces/default/resourcequotas|`'spec':{'hard':{'cpu':'1'},'scopeSelector':{'matchExpressions':[{'scopeName':'BestEffort','operator':'Exists'}]}}`|spec.scopeSelector.matchExpressions: Invalid value: {\"MatchExpressions\":[{\"ScopeName\":\"BestEffort\",\"Operator\":\"Exists\",\"Values\":null}]}: unsupported scope applied to resource",
            "/api/v1/persistentvolumes|`'spec':{'capacity':{'storage':'1'},'accessModes':['ReadWriteOnce'],'csi':{'driver':'a','volumeHandle':'b'},'nfs':{'server':'a','path':'/b'},'cephfs':{'monitors':['a']}}`|[spec.cephFS: Forbidden: may not specify more than 1 volume type, spec.csi: Forbidden: may not specify more than 1 volume type]",
            "/api/v1/persistentvolumes|`'spec':{'capacity':{'storage':'1'},'accessModes':['ReadWriteOnce'],'hostPath':{'path':'/a/..'},'nodeAffinity':{'required':{}}}`|[spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term, spec.hostPath.path: Invalid value: \"/a/..\": must not contain '..']",
            "/api/v1/namespaces/default/resourcequotas|`'spec':{'hard':{'pods':'1500m'}}`|spec.hard[pods]: Invalid value: \"1500m\": must be an integer",
            "/api/v1/namespaces/default/persistentvolumeclaims|`'spec':{'accessModes':['Sometimes'],'resources':{'requests':{'storage':'1Gi'}}}`|spec.accessModes: Unsupported value: \"Sometimes\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\"",
            "/apis/batch/v1/namespaces/default/cronjobs|`'spec':{'schedule':'61 * * * *','jobTemplate':{'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}}}`|spec.schedule: Invalid value: \"61 * * * *\": end of range (61) above maximum (59): 61",
            "/apis/batch/v1/namespaces/default/jobs|`'spec':{'completionMode':'Indexed','parallelism':1,'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}`|spec.completions: Required value: when completion mode is Indexed",
            "/apis/apps/v1/namespaces/default/deployments|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b'}]}},'strategy':{'rollingUpdate':{'maxSurge':0,'maxUnavailable':0}}}`|spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0",
            "/apis/apps/v1/namespaces/default/statefulsets|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b'}]}},'updateStrategy':{'type':'RollingUpdate','rollingUpdate':{'maxUnavailable':'101%'}}}`|spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%",
            "/apis/apps/v1/namespaces/default/statefulsets|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b'}]}},'persistentVolumeClaimRetentionPolicy':{'whenScaled':'x'}}`|spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: \"x\": supported values: \"Retain\", \"Delete\"",
            "/apis/apps/v1/namespaces/default/daemonsets|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b'}]}},'updateStrategy':{'rollingUpdate':{'maxUnavailable':1,'maxSurge':1}}}`|spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
            "/apis/batch/v1/namespaces/default/jobs|`'spec':{'managedBy':'x','template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}`|spec.managedBy: Invalid value: \"x\": must be a domain-prefixed path (such as \"acme.io/foo\")",
            "/apis/batch/v1/namespaces/default/jobs|`'spec':{'completionMode':'Indexed','completions':5,'successPolicy':{'rules':[{'succeededIndexes':'9'}]},'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}`|spec.successPolicy.rules[0].succeededIndexes: Invalid value: \"9\": error parsing succeededIndexes: too large index: \"9\"",
            "/apis/batch/v1/namespaces/default/jobs|`'spec':{'podFailurePolicy':{'rules':[{'action':'FailJob'}]},'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}`|spec.podFailurePolicy.rules[0]: Invalid value: specifying one of OnExitCodes and OnPodConditions is required",
            "/apis/batch/v1/namespaces/default/cronjobs|`'spec':{'schedule':'@daily','timeZone':'','jobTemplate':{'spec':{'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}}}`|spec.timeZone: Invalid value: \"\": timeZone must be nil or non-empty string",
            "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers|`'spec':{'maxReplicas':1,'minReplicas':2,'scaleTargetRef':{'kind':'Deployment','name':'d','apiVersion':'apps/v1'}}`|spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`",
            "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices|`'addressType':'IPv6','endpoints':[{'addresses':['10.0.0.1']}]`|endpoints[0].addresses: Invalid value: \"10.0.0.1\": must be an IPv6 address"})
    void anObjectThatIsNotAllowedIsRefused(String path, String fields, String problem) {
        wire.assertRefused(path, fields, problem);
    }

    @Test
    void aClaimStaysAsItIsAndItsFirstUpdateStoresItsDefaults() {
        Wire.Answer made = wire.post(CORE + "persistentvolumeclaims", "{\"metadata\":{\"name\":\"claim\"},\"spec\":{"
                + "\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"1Gi\"}}}}");
        assertThat(wire.merge(CORE + "persistentvolumeclaims/claim", "{\"spec\":{\"accessModes\":[\"ReadWriteMany\"]}}")
                .message()).contains("spec: Forbidden: spec is immutable after creation except resources.requests");
        String first = version(made);
        String second = version(wire.merge(CORE + "persistentvolumeclaims/claim", "{}"));
        assertThat(second).isNotEqualTo(first);
        assertThat(version(wire.merge(CORE + "persistentvolumeclaims/claim", "{}"))).isEqualTo(second);
    }

    private static String version(Wire.Answer answer) {
        return answer.body().path("metadata").path("resourceVersion").stringValue("");
    }

    @Test
    void ofAPodLittleMayChange() {
        wire.post(CORE + "pods", "{\"metadata\":{\"name\":\"pod\"},\"spec\":{\"containers\":["
                + "{\"name\":\"a\",\"image\":\"b:1\"}]}}");
        assertThat(wire.merge(CORE + "pods/pod", "{\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"b:2\","
                + "\"terminationMessagePath\":\"/dev/termination-log\"}]}}").code()).isEqualTo(200);
        assertThat(wire.merge(CORE + "pods/pod", "{\"spec\":{\"hostNetwork\":true}}").message())
                .contains("spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`");
    }

    @Test
    void aStatusCountsWhatFitsTogether() {
        String jobs = "/apis/batch/v1/namespaces/default/jobs";
        wire.post("/apis/apps/v1/namespaces/default/deployments", ("{'metadata':{'name':'counted'},'spec':{"
                + "'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{"
                + "'containers':[{'name':'a','image':'b'}]}}}}").replace('\'', '"'));
        assertThat(wire.merge("/apis/apps/v1/namespaces/default/deployments/counted/status",
                "{\"status\":{\"replicas\":1,\"readyReplicas\":2}}").message())
                .contains("status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas");
        wire.post(jobs, ("{'metadata':{'name':'counted'},'spec':{'template':{'spec':{'restartPolicy':'Never',"
                + "'containers':[{'name':'a','image':'b'}]}}}}").replace('\'', '"'));
        assertThat(wire.merge(jobs + "/counted/status", "{\"status\":{\"active\":1,\"ready\":2}}").message())
                .contains("status.ready: Invalid value: 2: cannot set more ready pods than active");
    }
}
