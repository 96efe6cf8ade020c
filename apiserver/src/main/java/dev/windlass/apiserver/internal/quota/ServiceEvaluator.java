package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What services take: node ports, and balancers of load. Stateless. */
final class ServiceEvaluator implements Evaluator {
    static final ServiceEvaluator INSTANCE = new ServiceEvaluator();

    private static final String COUNT = "count/services";
    private static final String SERVICES = "services";
    private static final String NODE_PORTS = "services.nodeports";
    private static final String BALANCERS = "services.loadbalancers";

    private ServiceEvaluator() {
    }

    @Override
    public boolean handles(String subresource, ObjectNode object, @Nullable ObjectNode old) {
        return subresource.isEmpty();
    }

    @Override
    public boolean takes(String resource) {
        return List.of(COUNT, SERVICES, NODE_PORTS, BALANCERS).contains(resource);
    }

    @Override
    public boolean isIn(ScopeSelector scope, ObjectNode object) {
        return false;
    }

    @Override
    public ResourceList usage(ObjectNode service) {
        JsonNode spec = service.path("spec");
        JsonNode ports = spec.path("ports");
        String type = Json.textOrEmpty(spec, "type");
        boolean balanced = type.equals("LoadBalancer");
        int nodePorts = 0;
        if (type.equals("NodePort") || (balanced && Json.flag(spec, true, "allocateLoadBalancerNodePorts"))) {
            nodePorts = ports.size();
        } else if (balanced) {
            nodePorts = (int) ports.valueStream().filter(port -> Json.number(port, 0, "nodePort") != 0).count();
        }
        Quantity balancers = balanced ? ResourceList.ONE : ResourceList.ZERO;
        return new ResourceList(new TreeMap<>(Map.of(COUNT, ResourceList.ONE, SERVICES, ResourceList.ONE,
                NODE_PORTS, ResourceList.count(nodePorts), BALANCERS, balancers)));
    }
}
