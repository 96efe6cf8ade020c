package dev.windlass.apiserver;

import dev.windlass.apiserver.Wire.Answer;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What the status of a quota allows, and what is counted in it. */
@Timeout(120)
class QuotasTest extends AskingServer {
    private static final String CORE = "/api/v1/namespaces/default/";
    private static final String QUOTAS = CORE + "resourcequotas";
    private static final String MAPS = CORE + "configmaps";
    private static final String PODS = CORE + "pods";

    private void quota(String name, String scopes, String hard, String used) {
        assertThat(wire.post(QUOTAS, "{'metadata':{'name':'%s'},'spec':{'hard':{%s}%s}}".formatted(name, hard, scopes)
                .replace('\'', '"')).code()).isEqualTo(201);
        Answer told = wire.merge(QUOTAS + "/" + name + "/status",
                "{'status':{'hard':{%s},'used':{%s}}}".formatted(hard, used).replace('\'', '"'));
        assertThat(told.code()).as(told.message()).isEqualTo(200);
    }

    private String used(String quota, String resource) {
        return wire.get(QUOTAS + "/" + quota).text("status", "used", resource);
    }

    private static String pod(String name, String spec) {
        return "{'metadata':{'name':'%s'},'spec':{%s,'containers':[{'name':'c','image':'i'}]}}".formatted(name, spec)
                .replace('\'', '"');
    }

    @Test
    void whatHasRoomIsCountedAndWhatHasNoneRefused() {
        quota("q", "", "'configmaps':'1'", "'configmaps':'0'");
        assertThat(wire.post(MAPS + "?dryRun=All", Wire.configMap("a")).code()).isEqualTo(201);
        assertThat(used("q", "configmaps")).isEqualTo("0");
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        assertThat(used("q", "configmaps")).isEqualTo("1");
        Answer refused = wire.post(MAPS, Wire.configMap("b"));
        assertThat(refused.code()).isEqualTo(403);
        assertThat(refused.message()).isEqualTo("configmaps \"b\" is forbidden: exceeded quota: q, "
                + "requested: configmaps=1, used: configmaps=1, limited: configmaps=1");
        assertThat(wire.post("/api/v1/namespaces/kube-system/configmaps", Wire.configMap("b")).code()).isEqualTo(201);
    }

    @Test
    void theLimitsOfTheStatusHoldAndNotThoseThatAreWanted() {
        wire.post(QUOTAS, "{\"metadata\":{\"name\":\"q\"},\"spec\":{\"hard\":{\"configmaps\":\"0\"}}}");
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
        wire.merge(QUOTAS + "/q/status", "{\"status\":{\"hard\":{\"configmaps\":\"0\"}}}");
        assertThat(wire.post(MAPS, Wire.configMap("b")).message())
                .endsWith("status unknown for quota: q, resources: configmaps");
    }

    @Test
    void whatIsNotStoredOrIsDeletedStaysCounted() {
        quota("q", "", "'configmaps':'5'", "'configmaps':'0'");
        wire.post(MAPS, Wire.configMap("a"));
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(409);
        assertThat(used("q", "configmaps")).isEqualTo("2");
        wire.delete(MAPS + "/a");
        assertThat(used("q", "configmaps")).isEqualTo("2");
    }

    @Test
    void itIsAskedAfterWebhooks() {
        quota("q", "", "'configmaps':'5'", "'configmaps':'0'");
        hooks.on("/deny", response -> response.put("allowed", false));
        String rules = "'rules':[{'apiGroups':[''],'apiVersions':['v1'],'resources':['configmaps'],'operations':['*']}]";
        assertThat(wire.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
                hooks.configuration("Validating", "deny", "/deny", rules)).code()).isEqualTo(201);
        assertThat(wire.post(MAPS, Wire.configMap("a")).message()).contains("denied the request");
        assertThat(used("q", "configmaps")).isEqualTo("0");
    }

    @Test
    void ofManyThatComeAtOnceAsManyPassAsThereIsRoomFor() throws Exception {
        quota("q", "", "'configmaps':'10','count/configmaps':'30'", "'configmaps':'0','count/configmaps':'0'");
        quota("r", "", "'count/configmaps':'20'", "'count/configmaps':'0'");
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = IntStream.range(0, 60)
                    .mapToObj(i -> clients.submit(() -> wire.post(MAPS, Wire.configMap("m" + i)))).toList();
            int created = 0;
            for (Future<Answer> each : answers) {
                created += each.get().code() == 201 ? 1 : 0;
            }
            assertThat(created).isEqualTo(10);
        }
        assertThat(wire.get(MAPS).body().path("items").size()).isEqualTo(10);
        assertThat(used("q", "configmaps")).isEqualTo("10");
    }

    @Test
    void overheadIsCounted() {
        wire.post("/apis/node.k8s.io/v1/runtimeclasses",
                "{\"metadata\":{\"name\":\"k\"},\"handler\":\"h\",\"overhead\":{\"podFixed\":{\"cpu\":\"10m\"}}}");
        quota("q", "", "'requests.cpu':'1','limits.cpu':'5'", "'requests.cpu':'0','limits.cpu':'0'");
        Answer made = wire.post(PODS, pod("p", "'runtimeClassName':'k','resources':{'requests':{'cpu':'100m'}}"));
        assertThat(made.code()).as(made.message()).isEqualTo(201);
        assertThat(used("q", "requests.cpu")).isEqualTo("110m");
        assertThat(used("q", "limits.cpu")).isEqualTo("0");
        wire.post(PODS, pod("r", "'runtimeClassName':'k','resources':{'limits':{'cpu':'200m'}}"));
        assertThat(used("q", "requests.cpu")).isEqualTo("320m");
        assertThat(used("q", "limits.cpu")).isEqualTo("210m");
    }

    @Test
    void podsSayWhatTheyNeedWhereItIsLimited() {
        quota("q", "", "'cpu':'1','limits.memory':'1Gi'", "'cpu':'0','limits.memory':'0'");
        assertThat(wire.post(PODS, pod("p", "'initContainers':[{'name':'b','image':'i'}]")).message())
                .endsWith("failed quota: q: must specify cpu for: b,c; limits.memory for: b,c");
    }

    @Test
    void aPodThatIsResizedHasToFit() {
        quota("q", "", "'requests.cpu':'1'", "'requests.cpu':'0'");
        String resources = "{'spec':{'containers':[{'name':'c','image':'i','resources':{'requests':{'cpu':'%s'}}}]}}"
                .replace('\'', '"');
        String pod = resources.formatted("300m").replaceFirst("\\{", "{\"metadata\":{\"name\":\"p\"},");
        assertThat(wire.post(PODS, pod).code()).isEqualTo(201);
        assertThat(wire.merge(PODS + "/p/resize", resources.formatted("1100m")).message())
                .endsWith("requested: requests.cpu=800m, used: requests.cpu=300m, limited: requests.cpu=1");
        assertThat(wire.merge(PODS + "/p/resize", resources.formatted("600m")).code()).isEqualTo(200);
        assertThat(used("q", "requests.cpu")).isEqualTo("600m");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            'scopes':['Terminating'] | 'activeDeadlineSeconds':5 | 'activeDeadlineSeconds':null
            'scopes':['BestEffort'] | 'hostNetwork':false | 'resources':{'limits':{'cpu':'1'}}
            'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'In','values':['system-node-critical']}]} | 'priorityClassName':'system-node-critical' | 'priorityClassName':'system-cluster-critical'
            'scopeSelector':{'matchExpressions':[{'scopeName':'PriorityClass','operator':'Exists'}]} | 'priorityClassName':'system-node-critical' | 'priorityClassName':''
            'scopes':['CrossNamespacePodAffinity'] | 'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'k','namespaces':['n']}]}} | 'affinity':{'podAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':[{'topologyKey':'k'}]}}
            """)
    void scopesSayWhichPodsAreCounted(String scope, String inside, String outside) {
        quota("q", "," + scope, "'pods':'0'", "'pods':'0'");
        assertThat(wire.post(PODS, pod("in", inside)).message()).contains("exceeded quota: q");
        Answer out = wire.post(PODS, pod("out", outside));
        assertThat(out.code()).as(out.message()).isEqualTo(201);
        assertThat(wire.post(MAPS, Wire.configMap("a")).code()).isEqualTo(201);
    }

    @Test
    void aServiceMayBecomeOneThatThereIsNoRoomFor() {
        quota("q", "", "'services.nodeports':'1','services.loadbalancers':'0'",
                "'services.nodeports':'0','services.loadbalancers':'0'");
        String services = CORE + "services";
        assertThat(wire.post(services, Wire.service("s", "'ports':[{'port':80}]")).code()).isEqualTo(201);
        assertThat(wire.merge(services + "/s", "{\"spec\":{\"type\":\"LoadBalancer\"}}").message())
                .endsWith("requested: services.loadbalancers=1, used: services.loadbalancers=0, "
                        + "limited: services.loadbalancers=0");
        assertThat(wire.merge(services + "/s", "{\"spec\":{\"type\":\"NodePort\"}}").code()).isEqualTo(200);
        assertThat(used("q", "services.nodeports")).isEqualTo("1");
    }

    @Test
    void claimsAreCountedByTheirClass() {
        String gold = "gold.storageclass.storage.k8s.io/requests.storage";
        quota("q", "", "'requests.storage':'5Gi','" + gold + "':'2Gi'", "'requests.storage':'0','" + gold + "':'0'");
        String claim = "{'metadata':{'name':'%s'},'spec':{'accessModes':['ReadWriteOnce'],'storageClassName':'%s','resources':{'requests':{'storage':'%s'}}}}"
                .replace('\'', '"');
        String claims = CORE + "persistentvolumeclaims";
        assertThat(wire.post(claims, claim.formatted("a", "gold", "3Gi")).message())
                .endsWith("requested: " + gold + "=3Gi, used: " + gold + "=0, limited: " + gold + "=2Gi");
        assertThat(wire.post(claims, claim.formatted("a", "silver", "3Gi")).code()).isEqualTo(201);
        assertThat(wire.post(claims, claim.formatted("b", "gold", "1500Mi")).code()).isEqualTo(201);
        assertThat(used("q", "requests.storage")).isEqualTo("4572Mi");
        assertThat(used("q", gold)).isEqualTo("1500Mi");
    }

    @Test
    void whatAQuotaCountsAlreadyIsLoadedBeforeIt() {
        server.load("""
                apiVersion: v1
                kind: ResourceQuota
                metadata: {name: q}
                spec: {hard: {secrets: "1"}}
                status: {hard: {secrets: "1"}, used: {secrets: "1"}}
                ---
                apiVersion: v1
                kind: Secret
                metadata: {name: s}
                """);
        assertThat(used("q", "secrets")).isEqualTo("1");
        assertThat(wire.get(CORE + "secrets/s").code()).isEqualTo(200);
    }
}
