package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Values that messages show, in the form that the real server has them in. */
class ShownValuesTest extends SharedServer {
    private static final String DEFAULT = "/api/v1/namespaces/default/";
    private static final String CONTAINER = "{\"name\":\"c\",\"image\":\"i:1\"}";

    ShownValuesTest() {
        super("shown");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "/api/v1/namespaces/default/pods|`'spec':{'containers':[{'name':'a','image':'b','securityContext':{'privileged':true,'allowPrivilegeEscalation':false,'capabilities':{}}}]}`|spec.containers[0].securityContext: Invalid value: {\"Capabilities\":{\"Add\":null,\"Drop\":null},\"Privileged\":true,\"SELinuxOptions\":null,\"WindowsOptions\":null,\"RunAsUser\":null,\"RunAsGroup\":null,\"RunAsNonRoot\":null,\"ReadOnlyRootFilesystem\":null,\"AllowPrivilegeEscalation\":false,\"ProcMount\":null,\"SeccompProfile\":null,\"AppArmorProfile\":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true",
            "/apis/policy/v1/namespaces/default/poddisruptionbudgets|`'spec':{'minAvailable':1,'maxUnavailable':'10%','selector':{'matchLabels':{}}}`|spec: Invalid value: {\"MinAvailable\":1,\"Selector\":{},\"MaxUnavailable\":\"10%\",\"UnhealthyPodEvictionPolicy\":null}: minAvailable and maxUnavailable cannot be both set",
            "/apis/batch/v1/namespaces/default/jobs|`'spec':{'successPolicy':{'rules':[{'succeededCount':1}]},'template':{'spec':{'restartPolicy':'Never','containers':[{'name':'a','image':'b'}]}}}`|spec.successPolicy: Invalid value: {\"Rules\":[{\"SucceededIndexes\":null,\"SucceededCount\":1}]}: requires indexed completion mode",
            "/apis/apps/v1/namespaces/default/statefulsets|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{'a':'b'}},'spec':{'containers':[{'name':'a','image':'b'}]}},'updateStrategy':{'type':'OnDelete','rollingUpdate':{'partition':1}}}`|spec.updateStrategy.rollingUpdate: Invalid value: {\"Partition\":1,\"MaxUnavailable\":null}: only allowed for updateStrategy 'RollingUpdate'",
            "/apis/apps/v1/namespaces/default/deployments|`'spec':{'selector':{'matchLabels':{'a':'b'}},'template':{'metadata':{'labels':{}},'spec':{'containers':[{'name':'a','image':'b'}]}}}`|spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`",
            "/apis/storage.k8s.io/v1/volumeattachments|`'spec':{'attacher':'a','nodeName':'n','source':{'inlineVolumeSpec':{'capacity':{'storage':'1'},'accessModes':['ReadWriteOnce'],'csi':{'driver':'a','volumeHandle':'b'}}}}`|spec.source.inlineVolumeSpec.capacity: Forbidden: may not be specified in the context of inline volumes"})
    void aStructIsShownAsItIsInMemory(String path, String fields, String problem) {
        wire.assertRefused(path, fields, problem);
    }

    @Test
    void aTextWithoutATypeOfItsOwnIsShownAsATextAndOthersAsJson() {
        assertThat(wire.post("/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings?dryRun=All",
                "{\"metadata\":{\"name\":\"b\"},\"roleRef\":{\"apiGroup\":\"rbac.authorization.k8s.io\","
                        + "\"kind\":\"<\",\"name\":\"r\"}}")
                .message()).contains("roleRef.kind: Unsupported value: \"<\": supported values:");
        assertThat(wire.post(DEFAULT + "pods?dryRun=All", "{\"metadata\":{\"name\":\"p\"},\"spec\":{\"containers\":[{"
                + "\"name\":\"c\",\"image\":\"i:1\",\"env\":[{\"name\":\"A\",\"valueFrom\":{\"resourceFieldRef\":{"
                + "\"resource\":\"<\"}}}]}]}}").message())
                .contains("resourceFieldRef.resource: Unsupported value: \"<\": supported values:");
        assertThat(wire.post(DEFAULT + "services?dryRun=All", "{\"metadata\":{\"name\":\"s\"},\"spec\":{"
                + "\"ports\":[{\"port\":80}],\"sessionAffinity\":\"<\"}}").message())
                .contains("spec.sessionAffinity: Unsupported value: \"\\u003c\": supported values:");
    }

    @Test
    void whatHasBeenChangedOfASpecificationIsShown() {
        wire.post(DEFAULT + "pods",
                "{\"metadata\":{\"name\":\"changed\"},\"spec\":{\"containers\":[" + CONTAINER + "]}}");
        assertThat(
                wire.merge(DEFAULT + "pods/changed", "{\"spec\":{\"hostname\":\"x\",\"nodeSelector\":{\"a\":\"b\"}}}")
                        .message())
                .endsWith("""
                        (allow it to be set to 1 if it was previously negative)
                        @@ -39,7 +39,9 @@
                          "TerminationGracePeriodSeconds": 30,
                          "ActiveDeadlineSeconds": null,
                          "DNSPolicy": "ClusterFirst",
                        - "NodeSelector": null,
                        + "NodeSelector": {
                        +  "a": "b"
                        + },
                          "ServiceAccountName": "",
                          "DeprecatedServiceAccount": "",
                          "AutomountServiceAccountToken": null,
                        @@ -64,7 +66,7 @@
                           "SELinuxChangePolicy": null
                          },
                          "ImagePullSecrets": null,
                        - "Hostname": "",
                        + "Hostname": "x",
                          "Subdomain": "",
                          "Affinity": null,
                          "SchedulerName": "default-scheduler",
                        """);
    }

    @Test
    void anEmptyMapIsAsGoodAsNoneWhereAnEmptyStructIsNot() {
        String deployments = "/apis/apps/v1/namespaces/default/deployments";
        wire.post(deployments,
                "{\"metadata\":{\"name\":\"empty\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},"
                        + "\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[" + CONTAINER
                        + "]}}}}");
        assertThat(generation(deployments, "{\"spec\":{\"template\":{\"spec\":{\"nodeSelector\":{}}}}}")).isOne();
        assertThat(generation(deployments, "{\"spec\":{\"template\":{\"spec\":{\"affinity\":{}}}}}")).isEqualTo(2);
    }

    private int generation(String deployments, String patch) {
        return wire.merge(deployments + "/empty", patch).body().path("metadata").path("generation").intValue();
    }

    @Test
    void anOverheadThatIsEmptyIsAnOverhead() {
        assertThat(wire.post(DEFAULT + "pods",
                "{\"metadata\":{\"name\":\"over\"},\"spec\":{\"overhead\":{},\"containers\":[" + CONTAINER + "]}}")
                .message())
                .endsWith("pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
    }

    @Test
    void whatAStrategyDoesNotAskForHasNoDefaults() {
        assertThat(wire.post("/apis/apps/v1/namespaces/default/daemonsets?dryRun=All",
                "{\"metadata\":{\"name\":\"d\"},\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{"
                        + "\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[" + CONTAINER + "]}},"
                        + "\"updateStrategy\":{\"type\":\"OnDelete\",\"rollingUpdate\":{}}}}")
                .body().path("spec").path("updateStrategy").path("rollingUpdate")).hasToString(
                        "{\"maxUnavailable\":0,\"maxSurge\":0}");
    }
}
