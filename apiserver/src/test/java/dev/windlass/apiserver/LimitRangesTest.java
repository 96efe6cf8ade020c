package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import dev.windlass.apiserver.internal.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What limit ranges give to pods, and what they refuse. Each test has a namespace of its own. */
class LimitRangesTest extends SharedServer {
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String ANNOTATION = "kubernetes.io/limit-ranger";

    private String namespace = "";
    private int made;

    LimitRangesTest() {
        super("limit-ranges");
    }

    @BeforeEach
    void makeNamespace() {
        String name = "n" + ++made;
        wire.post("/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
        namespace = "/api/v1/namespaces/" + name + "/";
    }

    private void range(String name, String limits) {
        Answer answer = post("limitranges", "{'metadata':{'name':'" + name + "'},'spec':{'limits':[" + limits + "]}}");
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
    }

    private Answer post(String plural, String object) {
        return wire.post(namespace + plural, object.replace('\'', '"'));
    }

    private Answer pod(String name, String spec) {
        return post("pods", "{'metadata':{'name':'" + name + "'},'spec':{" + spec + "}}");
    }

    private static String container(String name, String requests, String limits) {
        return "{'name':'" + name + "','image':'i','resources':{'requests':{" + requests + "},'limits':{" + limits
                + "}}}";
    }

    private static String containers(String... containers) {
        return "'containers':[" + String.join(",", containers) + "]";
    }

    private Answer claim(String name, String storage) {
        return post("persistentvolumeclaims", "{'metadata':{'name':'" + name
                + "'},'spec':{'accessModes':['ReadWriteOnce'],'resources':{'requests':{'storage':'" + storage
                + "'}}}}");
    }

    private Answer resize(String pod, String resources) {
        return wire.patch(namespace + "pods/" + pod + "/resize", STRATEGIC,
                ("{'spec':{'containers':[{'name':'c','resources':{" + resources + "}}]}}").replace('\'', '"'));
    }

    private static String resources(JsonNode container) {
        return Json.string(Json.sorted(container.path("resources"))).replace('"', '\'');
    }

    private static String told(Answer answer) {
        return answer.text("metadata", "annotations", ANNOTATION);
    }

    @Test
    void containersGetWhatTheyDoNotSay() {
        range("l", "{'type':'Container','default':{'cpu':'500m','memory':'256Mi'},'defaultRequest':{'cpu':'250m'}}");
        Answer bare = pod("bare", containers(container("c", "", "")));
        assertThat(resources(bare.body().at("/spec/containers/0")))
                .isEqualTo("{'limits':{'cpu':'500m','memory':'256Mi'},'requests':{'cpu':'250m','memory':'256Mi'}}");
        assertThat(told(bare)).isEqualTo(
                "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c");
        assertThat(bare.body().at("/status/qosClass").asString("")).isEqualTo("Burstable");

        Answer some = pod("some", containers(container("c", "", "'cpu':'1'"), container("d", "", "")) + ","
                + "'initContainers':[" + container("i", "'cpu':'1m','memory':'1Mi'", "'memory':'1Mi'") + "]");
        assertThat(resources(some.body().at("/spec/containers/0")))
                .isEqualTo("{'limits':{'cpu':'1','memory':'256Mi'},'requests':{'cpu':'1','memory':'256Mi'}}");
        assertThat(told(some)).isEqualTo("LimitRanger plugin set: memory request for container c; memory limit for"
                + " container c; cpu, memory request for container d; cpu, memory limit for container d;"
                + " cpu limit for init container i");

        Answer all = pod("all", containers(container("c", "", "'cpu':'1','memory':'1Gi'")));
        assertThat(all.body().path("metadata").has("annotations")).isFalse();
    }

    @Test
    void whatIsGivenIsHeldAgainstTheRestOfThePod() {
        range("l", "{'type':'Container','default':{'memory':'1Mi'}}");
        assertThat(pod("p", containers(container("c", "'memory':'2Mi'", ""))).message()).endsWith(
                "spec.containers[0].resources.requests: Invalid value: \"2Mi\": must be less than or equal to memory limit of 1Mi");
    }

    @Test
    void otherNamespacesAndTypesGiveNothing() {
        range("l", "{'type':'Container','max':{'cpu':'1'}}");
        makeNamespace();
        range("l", "{'type':'PersistentVolumeClaim','max':{'storage':'1'},'default':{'cpu':'1'}}");
        assertThat(pod("p", containers(container("c", "", "'cpu':'2'"))).code()).isEqualTo(201);
        assertThat(pod("q", containers(container("c", "", ""))).body().at("/spec/containers/0/resources").isEmpty())
                .isTrue();
    }

    @Test
    void whatAPolicyAddsGetsItToo() {
        String group = "/apis/admissionregistration.k8s.io/v1/";
        range("l", "{'type':'Container','default':{'memory':'1Mi'}}");
        wire.post(group + "mutatingadmissionpolicies",
                """
                        {'metadata':{'name':'adds'},'spec':{'reinvocationPolicy':'Never','matchConstraints':{'resourceRules':[{'apiGroups':[''],
                         'apiVersions':['v1'],'resources':['pods'],'operations':['CREATE']}]},'mutations':[{'patchType':'JSONPatch','jsonPatch':{
                         'expression':'[JSONPatch{op: `add`, path: `/spec/containers/-`, value: Object.spec.containers{name: `new`, image: `i`}}]'}}]}}"""
                        .replace('\'', '"').replace('`', '\''));
        wire.post(group + "mutatingadmissionpolicybindings",
                "{\"metadata\":{\"name\":\"adds\"},\"spec\":{\"policyName\":\"adds\"}}");
        Answer answer = pod("p", containers(container("c", "", "")));
        wire.delete(group + "mutatingadmissionpolicybindings/adds");

        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        assertThat(answer.body().at("/spec/containers/1/name").asString("")).isEqualTo("new");
        assertThat(answer.body().at("/spec/containers/1/resources/limits/memory").asString("")).isEqualTo("1Mi");
        assertThat(told(answer)).isEqualTo(
                "LimitRanger plugin set: memory request for container new; memory limit for container new");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'min':{'cpu':'100m'}|'cpu':'99m'|~~|minimum cpu usage per Container is 100m, but request is 99m",
            "'min':{'cpu':'100m'}|'cpu':'99.1m'|~~|",
            "'max':{'cpu':'2'}|~~|'cpu':'2001m'|maximum cpu usage per Container is 2, but limit is 2001m",
            "'max':{'cpu':'2'}|~~|'cpu':'2.0001'|maximum cpu usage per Container is 2, but limit is 2001m",
            "'max':{'cpu':'2'}|~~|'cpu':'2000m'|",
            "'max':{'memory':'9300T'}|~~|'memory':'9300000000000000.5'|maximum memory usage per Container is 9300T, but limit is 9300000000000000500m",
            "'max':{'memory':'1Gi'}|~~|'memory':'1.5Ki'|",
            "'max':{'memory':'1Ki'}|~~|'memory':'1024.5'|maximum memory usage per Container is 1Ki, but limit is 1024500m",
            "'max':{'memory':'1Ki'}|~~|'memory':'1.0001Ki'|maximum memory usage per Container is 1Ki, but limit is 1024103m",
            "'max':{'memory':'1Ki'}|~~|'memory':'9Ei'|maximum memory usage per Container is 1Ki, but limit is 9223372036854775807",
            "'maxLimitRequestRatio':{'cpu':'2'}|~~|~~|cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
            "'maxLimitRequestRatio':{'cpu':'2'}|'cpu':'0'|'cpu':'1'|cpu max limit to request ratio per Container is 2, but no request is specified or request is 0",
            "'maxLimitRequestRatio':{'cpu':'2'}|'cpu':'1'|~~|cpu max limit to request ratio per Container is 2, but no limit is specified or limit is 0",
            "'maxLimitRequestRatio':{'cpu':'2'}|'cpu':'1'|'cpu':'2'|",
            "'maxLimitRequestRatio':{'cpu':'2'}|'cpu':'3'|'cpu':'7'|cpu max limit to request ratio per Container is 2, but provided ratio is 2.333333",
            "'maxLimitRequestRatio':{'cpu':'1.5'}|'cpu':'2'|'cpu':'3'|",
            "'min':{'cpu':'1'},'max':{'cpu':'2'},'maxLimitRequestRatio':{'cpu':'2'}|'cpu':'100m'|'cpu':'3'|[minimum cpu usage per Container is 1, but request is 100m, maximum cpu usage per Container is 2, but limit is 3, cpu max limit to request ratio per Container is 2, but provided ratio is 30.000000]"})
    void aContainerKeepsWithinItsBounds(String bounds, String requests, String limits, String problem) {
        range("l", "{'type':'Container'," + bounds + "}");
        assertAllowed(pod("p", containers(container("c", requests, limits))), "pods \"p\"", problem);
    }

    private static void assertAllowed(Answer answer, String what, String problem) {
        if (problem == null) {
            assertThat(answer.code()).as(answer.message()).isEqualTo(201);
            return;
        }
        assertThat(answer.code()).isEqualTo(403);
        assertThat(answer.reason()).isEqualTo("Forbidden");
        assertThat(answer.message()).isEqualTo(what + " is forbidden: " + problem);
    }

    @Test
    void whatSeveralContainersDoIsToldOnce() {
        range("l", "{'type':'Container','min':{'cpu':'1'}}");
        String small = container("a", "'cpu':'1m'", "");
        assertThat(pod("p", containers(small, small.replace("'a'", "'b'"))).message())
                .endsWith("forbidden: minimum cpu usage per Container is 1, but request is 1m");
        assertThat(pod("p", containers(small) + ",'initContainers':[" + container("i", "'cpu':'2m'", "") + "]")
                .message())
                .endsWith("forbidden: [minimum cpu usage per Container is 1, but request is 1m,"
                        + " minimum cpu usage per Container is 1, but request is 2m]");
        Answer generated = post("pods", "{'metadata':{'generateName':'gen-'},'spec':{" + containers(small) + "}}");
        assertThat(generated.message()).matches("pods \"gen-[a-z0-9]{5}\" is forbidden: .*");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "'max':{'cpu':'2'}|~~|~~|maximum cpu usage per Pod is 2.  No limit is specified",
            "'min':{'cpu':'2'}|~~|~~|minimum cpu usage per Pod is 2.  No request is specified",
            "'max':{'cpu':'2'}|'cpu':'1'|~~|",
            "'max':{'cpu':'2'}|'cpu':'1500m'|~~|maximum cpu usage per Pod is 2, but limit is 3",
            "'max':{'cpu':'2'}|~~|,'resources':{'limits':{'cpu':'2'}}|",
            "'max':{'cpu':'2'}|'cpu':'1'|,'resources':{'limits':{'cpu':'4'}}|maximum cpu usage per Pod is 2, but limit is 4",
            "'max':{'cpu':'2'}|'cpu':'1'|,'initContainers':[{'name':'i','image':'i','resources':{'limits':{'cpu':'3'}}}]|maximum cpu usage per Pod is 2, but limit is 3",
            "'max':{'cpu':'2'}|'cpu':'1'|,'initContainers':[{'name':'i','image':'i','restartPolicy':'Always','resources':{'limits':{'cpu':'1m'}}}]|maximum cpu usage per Pod is 2, but limit is 2001m"})
    void thePodAsAWholeKeepsWithinItsBounds(String bounds, String limits, String more, String problem) {
        range("l", "{'type':'Pod'," + bounds + "}");
        assertAllowed(pod("p", containers(container("c", "", limits), container("d", "", limits)) + more),
                "pods \"p\"", problem);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', value = {
            "1Gi|", "5Gi|", "1023Mi|minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1023Mi",
            "6G|maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6G"})
    void aClaimKeepsWithinItsBounds(String storage, String problem) {
        range("l", "{'type':'PersistentVolumeClaim','min':{'storage':'1Gi'},'max':{'storage':'5Gi'}}");
        assertAllowed(claim("c", storage), "persistentvolumeclaims \"c\"", problem);
    }

    @Test
    void aClaimThatWasThereBeforeMustChangeIntoOneThatIsAllowed() {
        for (String name : new String[]{"large", "leaving"}) {
            assertThat(claim(name, "6Gi").code()).isEqualTo(201);
        }
        range("l", "{'type':'PersistentVolumeClaim','max':{'storage':'5Gi'}}");
        String label = "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}";
        String at = namespace + "persistentvolumeclaims/";
        assertThat(wire.merge(at + "large", label).message()).endsWith(
                "forbidden: maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi");
        assertThat(wire.merge(at + "large/status", "{\"status\":{\"phase\":\"Lost\"}}").code()).isEqualTo(200);
        wire.delete(at + "leaving");
        assertThat(wire.merge(at + "leaving", label).code()).isEqualTo(200);
    }

    @Test
    void aPodThatIsThereIsLookedAtWhenItIsResized() {
        for (String name : new String[]{"p", "leaving"}) {
            post("pods", "{'metadata':{'name':'" + name + "','finalizers':['a.b/c']},'spec':{"
                    + containers(container("c", "'cpu':'1'", "")) + "}}");
        }
        range("l", "{'type':'Container','max':{'cpu':'2'},'default':{'cpu':'2','memory':'1Mi'}}");
        assertThat(wire.merge(namespace + "pods/p", "{\"metadata\":{\"labels\":{\"a\":\"b\"}}}").code()).isEqualTo(200);
        assertThat(resize("p", "'requests':{'cpu':'2'},'limits':{'cpu':'3'}").message())
                .isEqualTo("pods \"p\" is forbidden: maximum cpu usage per Container is 2, but limit is 3");

        Answer resized = resize("p", "'requests':{'cpu':'1500m'}");
        assertThat(resources(resized.body().at("/spec/containers/0")))
                .isEqualTo("{'limits':{'cpu':'2','memory':'1Mi'},'requests':{'cpu':'1500m','memory':'1Mi'}}");
        assertThat(resized.body().path("metadata").has("annotations")).isFalse();

        wire.delete(namespace + "pods/leaving");
        Answer leaving = resize("leaving", "'requests':{'cpu':'3'}");
        assertThat(leaving.code()).as(leaving.message()).isEqualTo(200);
        assertThat(resources(leaving.body().at("/spec/containers/0"))).isEqualTo("{'requests':{'cpu':'3'}}");
    }

    @Test
    void aLimitRangeCountsAsLongAsItIsThere() {
        range("l", "{'type':'Container','max':{'cpu':'1'}}");
        range("k", "{'type':'Pod','max':{'memory':'1Mi'}}");
        String large = containers(container("c", "", "'cpu':'2','memory':'2Mi'"));
        assertThat(pod("p", large).message()).endsWith("maximum memory usage per Pod is 1Mi, but limit is 2Mi");
        wire.delete(namespace + "limitranges/k");
        assertThat(pod("p", large).message()).endsWith("maximum cpu usage per Container is 1, but limit is 2");
        wire.put(namespace + "limitranges/l",
                "{\"metadata\":{\"name\":\"l\"},\"spec\":{\"limits\":[{\"type\":\"Container\",\"max\":{\"cpu\":\"2\"}}]}}");
        assertThat(pod("p", large).code()).isEqualTo(201);
    }
}
