package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the labels of a namespace allow its pods: the Pod Security Standards. */
class PodSecurityTest extends SharedServer {
    private static final String MERGE = "application/merge-patch+json";
    private static final String RESTRICTED = "'securityContext':{'allowPrivilegeEscalation':false,'runAsNonRoot':true,"
            + "'capabilities':{'drop':['ALL']},'seccompProfile':{'type':'RuntimeDefault'}}";

    private int made;

    PodSecurityTest() {
        super("security");
    }

    private String namespace(String labels) {
        String name = "n" + ++made;
        Wire.Answer answer = wire.post("/api/v1/namespaces",
                ("{'metadata':{'name':'" + name + "','labels':{" + labels(labels) + "}}}").replace('\'', '"'));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        return "/api/v1/namespaces/" + name;
    }

    private static String labels(String abbreviated) {
        return abbreviated.replace("@", "pod-security.kubernetes.io/");
    }

    private static String pod(String name, String spec, String container) {
        return ("{'metadata':{'name':'" + name + "'},'spec':{" + spec + "'containers':[{'name':'c','image':'i'"
                + (container.isEmpty() ? "" : "," + container) + "}]}}").replace('\'', '"');
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "baseline|'hostNetwork':true,'hostPID':true,||host namespaces (hostNetwork=true, hostPID=true)",
            "baseline||'securityContext':{'privileged':true}|privileged (container \"c\" must not set securityContext.privileged=true)",
            "baseline|'volumes':[{'name':'v','hostPath':{'path':'/'}}],||hostPath volumes (volume \"v\")",
            "baseline||'ports':[{'containerPort':1,'hostPort':2}]|hostPort (container \"c\" uses hostPort 2)",
            "baseline||'securityContext':{'capabilities':{'add':['SYS_TIME','CHOWN']}}|non-default capabilities (container \"c\" must not include \"SYS_TIME\" in securityContext.capabilities.add)",
            "restricted|'volumes':[{'name':'v','nfs':{'server':'s','path':'/p'}}],|" + RESTRICTED
                    + "|restricted volume types (volume \"v\" uses restricted volume type \"nfs\")",
            "restricted|'securityContext':{'runAsUser':0},|" + RESTRICTED
                    + "|runAsUser=0 (pod must not set runAsUser=0)",
            "restricted||'securityContext':{'allowPrivilegeEscalation':false,'capabilities':{'drop':['ALL']}}|runAsNonRoot != true (pod or container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\")"})
    void whatIsForbiddenIsRefused(String level, String spec, String container, String violations) {
        String namespace = namespace("'@enforce':'" + level + "'");
        Wire.Answer answer = wire.post(namespace + "/pods",
                pod("p", spec == null ? "" : spec, container == null ? "" : container));
        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.message()).isEqualTo(
                "pods \"p\" is forbidden: violates PodSecurity \"" + level + ":latest\": " + violations);
    }

    @Test
    void whatIsNotIsTaken() {
        String namespace = namespace("'@enforce':'restricted'");
        Wire.Answer answer = wire.post(namespace + "/pods", pod("p", "", RESTRICTED));
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(wire.post(namespace("") + "/pods", pod("p", "'hostPID':true,", "")).code()).isEqualTo(201);
    }

    @Test
    void aStandardIsAsItsVersionHadIt() {
        String probe = "'livenessProbe':{'httpGet':{'port':1,'host':'h'}}";
        assertThat(wire.post(namespace("'@enforce':'baseline','@enforce-version':'v1.33'") + "/pods",
                pod("p", "", probe)).code()).isEqualTo(201);
        assertThat(wire.post(namespace("'@enforce':'baseline','@enforce-version':'v1.34'") + "/pods",
                pod("p", "", probe)).message()).endsWith(
                        "violates PodSecurity \"baseline:v1.34\": probe or lifecycle host (container \"c\" uses probe or lifecycle host \"h\")");
    }

    @Test
    void whatWouldMakeSuchPodsIsWarnedOf() {
        String namespace = namespace("'@enforce':'baseline'").replace("/api/v1", "/apis/apps/v1");
        Wire.Answer answer = wire.post(namespace + "/deployments",
                """
                        {"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},
                         "spec":{"hostIPC":true,"containers":[{"name":"c","image":"i"}]}}}}""");
        assertThat(answer.code()).isEqualTo(201);
        assertThat(answer.raw().headers().allValues("Warning")).containsExactly(
                "299 - \"would violate PodSecurity \\\"baseline:latest\\\": host namespaces (hostIPC=true)\"");
    }

    @Test
    void podsThatAreThereAreWarnedOfWhenMoreIsForbidden() {
        String namespace = namespace("");
        for (String name : new String[]{"b", "a", "d"}) {
            wire.post(namespace + "/pods", pod(name, name.equals("d") ? "" : "'hostPID':true,", ""));
        }
        Wire.Answer answer = wire.patch(namespace, MERGE,
                labels("{'metadata':{'labels':{'@enforce':'baseline'}}}").replace('\'', '"'));
        assertThat(answer.raw().headers().allValues("Warning")).containsExactly(
                "299 - \"existing pods in namespace \\\"" + namespace.substring(19)
                        + "\\\" violate the new PodSecurity enforce level \\\"baseline:latest\\\"\"",
                "299 - \"a (and 1 other pod): host namespaces\"");

        assertThat(wire.patch(namespace + "/pods/a", MERGE, "{\"metadata\":{\"labels\":{\"x\":\"y\"}}}").code())
                .isEqualTo(200);
        assertThat(wire.patch(namespace + "/pods/a", "application/strategic-merge-patch+json",
                "{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\"}]}}").code()).isEqualTo(403);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "enforce|strict|must be one of privileged, baseline, restricted",
            "warn-version|1.30|must be \"latest\" or \"v1.x\""})
    void labelsThatSayNothingAreRefused(String label, String value, String problem) {
        Wire.Answer answer = wire.post("/api/v1/namespaces",
                labels("{'metadata':{'name':'n','labels':{'@" + label + "':'" + value + "'}}}").replace('\'', '"'));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).isEqualTo("Namespace \"n\" is invalid: metadata.labels[pod-security.kubernetes.io/"
                + label + "]: Invalid value: \"" + value + "\": " + problem);
    }
}
