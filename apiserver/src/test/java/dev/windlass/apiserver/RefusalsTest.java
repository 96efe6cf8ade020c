package dev.windlass.apiserver;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What built-in kinds do not allow, in the words of the real server. */
class RefusalsTest extends SharedServer {
    private static final String CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
    private static final String PRIORITIES = "/apis/scheduling.k8s.io/v1/priorityclasses";
    private static final String ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings";

    RefusalsTest() {
        super("refusals");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "storage.k8s.io/v1/storageclasses|`'provisioner':'p','reclaimPolicy':'Recycle'`|reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"",
            "storage.k8s.io/v1/csinodes|`'spec':{'drivers':[{'name':'d','nodeID':''}]}`|spec.drivers[0].nodeID: Required value",
            "storage.k8s.io/v1/volumeattachments|`'spec':{'attacher':'d','nodeName':'n','source':{}}`|spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName",
            "scheduling.k8s.io/v1/priorityclasses|`'value':2000000000`|value: Forbidden: maximum allowed value of a user defined priority is 1000000000",
            "rbac.authorization.k8s.io/v1/clusterroles|`'rules':[{'apiGroups':[''],'resources':['pods']}]`|rules[0].verbs: Required value",
            "rbac.authorization.k8s.io/v1/namespaces/default/roles|`'rules':[{'nonResourceURLs':['/x'],'verbs':['get']}]`|rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs",
            "policy/v1/namespaces/default/poddisruptionbudgets|`'spec':{'minAvailable':'half'}`|spec.minAvailable: Invalid value: \"half\": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
            "networking.k8s.io/v1/namespaces/default/networkpolicies|`'spec':{'podSelector':{},'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.1/8'}}]}]}`|spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1/8\": must not have bits set beyond the prefix length",
            "networking.k8s.io/v1/namespaces/default/networkpolicies|`'spec':{'podSelector':{},'ingress':[{'from':[{'ipBlock':{'cidr':'10.0.0.0/8','except':['11.0.0.0/16']}}]}]}`|spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`",
            "networking.k8s.io/v1/namespaces/default/ingresses|`'spec':{'rules':[{'host':'10.1.2.3','http':{'paths':[{'path':'/','pathType':'Prefix','backend':{'service':{'name':'s','port':{'number':80}}}}]}}]}`|spec.rules[0].host: Invalid value: \"10.1.2.3\": must be a DNS name, not an IP address",
            "networking.k8s.io/v1/namespaces/default/ingresses|`'spec':{'rules':[{'http':{'paths':[{'path':'/a','pathType':'Prefix','backend':{'service':{'name':'s','port':{}}}}]}}]}`|spec.rules[0].http.paths[0].backend: Required value: port name or number is required",
            "networking.k8s.io/v1/servicecidrs|`'spec':{'cidrs':['2001:0db8::/64']}`|spec.cidrs[0]: Invalid value: \"2001:0db8::/64\": must be in canonical form (\"2001:db8::/64\")",
            "coordination.k8s.io/v1/namespaces/default/leases|`'spec':{'leaseDurationSeconds':0}`|spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
            "admissionregistration.k8s.io/v1/validatingadmissionpolicybindings|`'spec':{'policyName':'p'}`|spec.validationActions: Required value",
            "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations|`'webhooks':[{'name':'a.b','clientConfig':{'url':'https://x'},'sideEffects':'None','admissionReviewVersions':['v1']}]`|webhooks[0].name: Invalid value: \"a.b\": should be a domain with at least three segments separated by dots"})
    void anObjectThatIsNotAllowedIsRefused(String path, String fields, String problem) {
        wire.assertRefused("/apis/" + path, fields, problem);
    }

    @ParameterizedTest
    @CsvSource({"/, 422", "//./, 422", "/a/, 201", "a, 201", "/\\u0000, 201"})
    void onlyTheWholeOfANodeIsNotRecycled(String path, int code) {
        assertThat(wire.post("/api/v1/persistentvolumes?dryRun=All",
                """
                        {"metadata": {"name": "recycled"}, "spec": {"capacity": {"storage": "1"}, "accessModes": ["ReadWriteOnce"],
                         "persistentVolumeReclaimPolicy": "Recycle", "hostPath": {"path": "%s"}}}"""
                        .formatted(path))
                .code())
                .isEqualTo(code);
    }

    @Test
    void whatIsDeclaredImmutableIsToldWithoutItsValue() {
        wire.post(CLASSES, "{\"metadata\":{\"name\":\"fixed\"},\"provisioner\":\"p\"}");
        Wire.Answer refused = wire.merge(CLASSES + "/fixed", "{\"provisioner\":\"q\"}");
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).isEqualTo("StorageClass.storage.k8s.io \"fixed\" is invalid: provisioner: Invalid"
                + " value: null: field is immutable");
    }

    @Test
    void aBindingKeepsItsRole() {
        String role = "\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"Role\",\"name\":\"%s\"}";
        wire.post(ROLES, "{\"metadata\":{\"name\":\"bound\"}," + role.formatted("a") + "}");
        Wire.Answer refused = wire.merge(ROLES + "/bound", "{" + role.formatted("b") + "}");
        assertThat(refused.message()).endsWith("roleRef: Invalid value: {\"APIGroup\":\"rbac.authorization.k8s.io\","
                + "\"Kind\":\"Role\",\"Name\":\"b\"}: field is immutable");
    }

    @Test
    void thePriorityOfAClassStaysAndSoDoesItsGeneration() {
        wire.post(PRIORITIES, "{\"metadata\":{\"name\":\"low\"},\"value\":10}");
        assertThat(wire.merge(PRIORITIES + "/low", "{\"value\":11}").message())
                .endsWith("value: Forbidden: may not be changed in an update.");
        Wire.Answer changed = wire.merge(PRIORITIES + "/low", "{\"description\":\"not so urgent\"}");
        assertThat(changed.code()).isEqualTo(200);
        assertThat(changed.body().path("metadata").path("generation").intValue()).isEqualTo(1);
        assertThat(wire.post(PRIORITIES, "{\"metadata\":{\"name\":\"system-mine\"},\"value\":10}").message())
                .endsWith("reserved for system use only. error: system-mine is not a known system priority class");
    }

    @Test
    void aWrongTypeIsToldAsGoHasTheField() {
        assertThat(wire.post("/apis/networking.k8s.io/v1/namespaces/default/ingresses",
                "{\"metadata\":{\"name\":\"i\"},\"spec\":{\"rules\":[{\"http\":{\"paths\":7}}]}}").message())
                .endsWith("json: cannot unmarshal number into Go struct field HTTPIngressRuleValue.spec.rules"
                        + ".IngressRuleValue.http.paths of type []v1.HTTPIngressPath");
        assertThat(wire.post("/apis/policy/v1/namespaces/default/poddisruptionbudgets",
                "{\"metadata\":{\"name\":\"b\"},\"spec\":{\"minAvailable\":[]}}").message())
                .endsWith("json: cannot unmarshal array into Go struct field PodDisruptionBudgetSpec.spec.minAvailable"
                        + " of type int32");
    }

    @Test
    void whatIsOffByDefaultIsDroppedAndCannotBeRemovedThen() {
        String leases = "/apis/coordination.k8s.io/v1/namespaces/default/leases";
        wire.post(leases, "{\"metadata\":{\"name\":\"plain\"},\"spec\":{\"preferredHolder\":\"me\"}}");
        assertThat(wire.get(leases + "/plain").body().path("spec").has("preferredHolder")).isFalse();
        Wire.Answer refused = wire.patch(leases + "/plain", "application/json-patch+json",
                "[{\"op\":\"remove\",\"path\":\"/spec/preferredHolder\"}]");
        assertThat(refused.code()).isEqualTo(422);
        Wire.Answer replaced = wire.patch(leases + "/plain", "application/json-patch+json",
                "[{\"op\":\"replace\",\"path\":\"/spec/holderIdentity\",\"value\":\"you\"}]");
        assertThat(replaced.text("spec", "holderIdentity")).isEqualTo("you");
    }

    @Test
    void whoAppliesTheSameAgainChangesNothingThoughDefaultsAreMissingInIt() {
        AtomicLong seconds = new AtomicLong();
        InstantSource moving = () -> Instant.ofEpochSecond(seconds.incrementAndGet());
        String path = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/again";
        String config = """
                {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"again"},
                "roleRef":{"kind":"ClusterRole","name":"x"},"subjects":[{"kind":"Group","name":"g"}]}""";
        try (ApiServer later = ApiServer.builder().name("later").clock(moving).start(); Wire to = new Wire(later)) {
            String first = to.apply(path, "me", config).text("metadata", "resourceVersion");
            assertThat(to.apply(path, "me", config).text("metadata", "resourceVersion")).isNotEmpty().isEqualTo(first);
        }
    }
}
