package dev.windlass.apiserver;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/** What services allow, what they are given, and what becomes of it. */
class ServiceRulesTest extends SharedServer {
    private static final String SERVICES = "/api/v1/namespaces/default/services";

    ServiceRulesTest() {
        super("services");
    }

    private Wire.Answer create(String name, String spec) {
        return wire.post(SERVICES, Wire.service(name, spec));
    }

    private JsonNode created(String name, String spec) {
        Wire.Answer answer = create(name, spec);
        assertThat(answer.code()).as(answer.message()).isEqualTo(201);
        return answer.body().path("spec");
    }

    private Wire.Answer change(String name, String spec) {
        return wire.merge(SERVICES + "/" + name, ("{'spec':{" + spec + "}}").replace('\'', '"'));
    }

    private JsonNode changed(String name, String spec) {
        Wire.Answer answer = change(name, spec);
        assertThat(answer.code()).as(answer.message()).isEqualTo(200);
        return answer.body().path("spec");
    }

    private static String ports(int nodePort) {
        return "'type':'NodePort','ports':[{'port':80,'nodePort':" + nodePort + "}]";
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "`'ports':[{'port':80,'name':'a'},{'port':80,'name':'b'}]`|spec.ports[1]: Duplicate value: {\"Name\":\"\",\"Protocol\":\"TCP\",\"AppProtocol\":null,\"Port\":80,\"TargetPort\":0,\"NodePort\":0}",
            "`'ports':[{'port':80,'nodePort':30005}]`|spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
            "`'type':'NodePort','ports':[{'port':80,'nodePort':80}]`|spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
            "`'ports':[{'port':80}],'clusterIP':'10.4.5.6'`|spec.clusterIPs: Invalid value: [\"10.4.5.6\"]: failed to allocate IP 10.4.5.6: the provided network does not match the current range",
            "`'ports':[{'port':80}],'clusterIPs':['10.96.0.9']`|spec.clusterIPs: Invalid value: [\"10.96.0.9\"]: must be empty when `clusterIP` is not specified",
            "`'ports':[{'port':80}],'clusterIP':'fd00::1'`|spec.clusterIPs[0]: Invalid value: [\"fd00::1\"]: IPv6 is not configured on this cluster",
            "`'ports':[{'port':80}],'ipFamilies':['IPv4','IPv6']`|spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
            "`'type':'NodePort','ports':[{'port':80}],'clusterIP':'None'`|spec.clusterIPs[0]: Invalid value: \"None\": may not be set to 'None' for NodePort services",
            "`'type':'ExternalName'`|spec.externalName: Required value",
            "`'type':'ExternalName','externalName':'a','internalTrafficPolicy':'X'`|spec.internalTrafficPolicy: Unsupported value: \"X\": supported values: \"Cluster\", \"Local\"",
            "`'ports':[{'port':80}],'externalIPs':['fe80::1']`|spec.externalIPs[0]: Invalid value: \"fe80::1\": may not be in the link-local range (169.254.0.0/16, fe80::/10)",
            "`'ports':[{'port':80}],'externalIPs':['ff02::1']`|spec.externalIPs[0]: Invalid value: \"ff02::1\": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
            "`'ports':[{'port':80}],'loadBalancerClass':'a'`|spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'",
            "`'ports':[{'port':80}],'externalTrafficPolicy':'Local'`|spec.externalTrafficPolicy: Invalid value: \"Local\": may only be set for externally-accessible services",
            "`'ports':[{'port':80}],'healthCheckNodePort':30006`|spec.healthCheckNodePort: Invalid value: 30006: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
            "`'type':'LoadBalancer','ports':[{'port':80}],'loadBalancerSourceRanges':['10.0.0.1/8']`|spec.LoadBalancerSourceRanges[0]: Invalid value: \"10.0.0.1/8\": must not have bits set beyond the prefix length",
            "`'ports':[{'port':80}],'sessionAffinity':'ClientIP','sessionAffinityConfig':{'clientIP':{'timeoutSeconds':86401}}`|spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400",
            "`'ports':[{'port':80}],'trafficDistribution':'X'`|spec.trafficDistribution: Unsupported value: \"X\": supported values: \"PreferClose\", \"PreferSameZone\", \"PreferSameNode\""})
    void whatIsNotAllowedIsRefused(String spec, String problem) {
        wire.assertRefused(SERVICES, "'spec':{" + spec + "}", problem);
    }

    @Test
    void anAddressIsOfOneServiceUntilThatIsGone() {
        String spec = "'ports':[{'port':80}],'clusterIP':'10.96.0.77'";
        created("first", spec);
        assertThat(create("second", spec).message()).endsWith("provided IP is already allocated");
        assertThat(create("first", "'ports':[{'port':80}],'clusterIP':'10.96.0.78'").code()).isEqualTo(409);
        created("third", "'ports':[{'port':80}],'clusterIP':'10.96.0.78'");
        wire.delete(SERVICES + "/first");
        created("second", spec);
        changed("second", "'type':'ExternalName','externalName':'a.example.com'");
        created("fourth", spec);
        assertThat(wire
                .post(SERVICES + "?dryRun=All", Wire.service("fifth", "'ports':[{'port':80}],'clusterIP':'10.4.5.6'"))
                .message()).endsWith("The range of valid IPs is 10.96.0.0/12");
    }

    @Test
    void aNodePortIsOfOneServiceUntilThatHasAnother() {
        created("one", ports(30_021));
        assertThat(create("two", ports(30_021)).message())
                .endsWith("spec.ports[0].nodePort: Invalid value: 30021: provided port is already allocated");
        assertThat(wire.merge(SERVICES + "/one?dryRun=All",
                "{\"spec\":{\"ports\":[{\"port\":80,\"nodePort\":30022}]}}").code()).isEqualTo(200);
        created("two", ports(30_022));
        assertThat(change("one", ports(30_022)).code()).isEqualTo(422);
        changed("one", ports(30_023));
        created("three", ports(30_021));
        assertThat(create("four", "'type':'LoadBalancer','externalTrafficPolicy':'Local','healthCheckNodePort':30021,"
                + "'ports':[{'port':80}]").message()).isEqualTo("Internal error occurred: failed to allocate requested"
                        + " HealthCheck NodePort 30021: provided port is already allocated");
        String twice = "'ports':[{'port':80,'name':'a','nodePort':30023},{'port':81,'name':'b','nodePort':30023}]";
        assertThat(change("one", twice).message()).isEqualTo("duplicate nodePort: {TCP 30023}");
    }

    @Test
    void keepsWhatItHasBeenGivenWhenItIsSentAgain() {
        JsonNode before = created("kept", "'type':'NodePort','ports':[{'port':80,'name':'web'}]");
        JsonNode after = wire
                .put(SERVICES + "/kept", Wire.service("kept", "'type':'NodePort','ports':[{'port':90,'name':'web'}]"))
                .body().path("spec");
        assertThat(after.path("clusterIP")).isEqualTo(before.path("clusterIP"));
        assertThat(after.path("ports").path(0).path("nodePort"))
                .isEqualTo(before.path("ports").path(0).path("nodePort"));
        assertThat(change("kept", "'clusterIP':'10.96.0.79'").message())
                .endsWith("spec.clusterIPs[0]: Invalid value: [\"10.96.0.79\"]: may not change once set");
    }

    @Test
    void losesWhatItsNewTypeHasNoUseFor() {
        created("typed",
                "'type':'LoadBalancer','externalTrafficPolicy':'Local','loadBalancerClass':'a','ports':[{'port':80}]");
        Wire.Answer told = wire.merge(SERVICES + "/typed/status",
                "{\"status\":{\"loadBalancer\":{\"ingress\":[{\"ip\":\"1.2.3.4\"}]}}}");
        assertThat(told.body().path("status").path("loadBalancer").path("ingress")).hasSize(1);
        assertThat(change("typed", "'type':'ClusterIP','loadBalancerClass':'b'").message())
                .contains("spec.loadBalancerClass: Forbidden");
        JsonNode spec = changed("typed", "'type':'ClusterIP'");
        for (String gone : new String[]{"externalTrafficPolicy", "loadBalancerClass", "healthCheckNodePort",
                "allocateLoadBalancerNodePorts"}) {
            assertThat(spec.has(gone)).as(gone).isFalse();
        }
        assertThat(spec.path("ports").path(0).has("nodePort")).isFalse();
        assertThat(wire.get(SERVICES + "/typed").body().path("status").path("loadBalancer")).isEmpty();
        spec = changed("typed", "'type':'ExternalName','externalName':'a.example.com'");
        for (String gone : new String[]{"clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy",
                "internalTrafficPolicy"}) {
            assertThat(spec.has(gone)).as(gone).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
            "ClusterIP   |{'ip':'1.2.3.4'}             |status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
            "LoadBalancer|{'ip':'x'}                   |status.loadBalancer.ingress[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
            "LoadBalancer|{'hostname':'1.2.3.4'}       |status.loadBalancer.ingress[0].hostname: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
            "LoadBalancer|{'ipMode':'VIP'}             |status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set",
            "LoadBalancer|{'ip':'1.2.3.4','ipMode':'X'}|status.loadBalancer.ingress[0].ipMode: Unsupported value: \"X\": supported values: \"Proxy\", \"VIP\""})
    void aStatusThatIsNotAllowedIsRefused(String type, String ingress, String problem) {
        String name = "status-" + Integer.toHexString(ingress.hashCode());
        created(name, "'type':'" + type + "','ports':[{'port':80}]");
        Wire.Answer refused = wire.merge(SERVICES + "/" + name + "/status",
                ("{'status':{'loadBalancer':{'ingress':[" + ingress + "]}}}").replace('\'', '"'));
        assertThat(refused.code()).isEqualTo(422);
        assertThat(refused.message()).endsWith("is invalid: " + problem);
    }

    @Test
    void whatIsIgnoredOrOldIsWarnedOf() {
        assertThat(create("warned", "'clusterIP':'None','externalIPs':['1.2.3.4'],'trafficDistribution':'PreferClose'")
                .raw().headers().allValues("Warning")).containsExactly(
                        "299 - \"spec.externalIPs is ignored for headless services\"",
                        "299 - \"spec.trafficDistribution: \\\"PreferClose\\\" is deprecated; use \\\"PreferSameZone\\\"\"");
    }
}
