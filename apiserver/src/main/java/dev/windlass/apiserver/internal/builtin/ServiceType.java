package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What the specification of a service needs by its type. Stateless. */
final class ServiceType {
    static final String CLUSTER_IP = "ClusterIP";
    static final String NODE_PORT = "NodePort";
    static final String LOAD_BALANCER = "LoadBalancer";
    static final String EXTERNAL_NAME = "ExternalName";

    private ServiceType() {
    }

    static boolean is(JsonNode spec, String type) {
        return Json.textOrEmpty(spec, "type").equals(type);
    }

    static boolean isHeadless(JsonNode spec) {
        return Json.texts(spec.path("clusterIPs")).equals(List.of("None"));
    }

    static boolean usesNodePorts(JsonNode spec) {
        return is(spec, NODE_PORT) || is(spec, LOAD_BALANCER);
    }

    /** Whether each of its ports gets a node port, also when none is asked for. */
    static boolean needsNodePorts(JsonNode spec) {
        return is(spec, NODE_PORT)
                || (is(spec, LOAD_BALANCER) && Json.flag(spec, true, "allocateLoadBalancerNodePorts"));
    }

    static boolean isExternallyAccessible(JsonNode spec) {
        return usesNodePorts(spec) || (is(spec, CLUSTER_IP) && !spec.path("externalIPs").isEmpty());
    }

    static boolean needsHealthCheck(JsonNode spec) {
        return is(spec, LOAD_BALANCER) && Json.textOrEmpty(spec, "externalTrafficPolicy").equals("Local");
    }
}
