package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What becomes of a service that is changed: it keeps what it has been given, but for what its new type has no use for. Stateless. */
final class ServiceUpdate {
    private ServiceUpdate() {
    }

    /** Who sends again what a service was made of does not know what it has been given. */
    static void keepGiven(JsonNode old, ObjectNode spec) {
        if (!ServiceType.is(old, ServiceType.EXTERNAL_NAME) && !ServiceType.is(spec, ServiceType.EXTERNAL_NAME)) {
            keepIfEmpty("clusterIP", old, spec);
            keepIfEmpty("clusterIPs", old, spec);
        }
        if (ServiceType.needsNodePorts(old) && ServiceType.needsNodePorts(spec)) {
            keepNodePorts(old, spec);
        }
        if (ServiceType.needsHealthCheck(old) && ServiceType.needsHealthCheck(spec)
                && Json.number(spec, 0, "healthCheckNodePort") == 0) {
            spec.put("healthCheckNodePort", (int) Json.number(old, 0, "healthCheckNodePort"));
        }
        alignAddresses(old, spec);
    }

    private static void keepIfEmpty(String field, JsonNode old, ObjectNode spec) {
        JsonNode now = spec.path(field);
        JsonNode before = old.get(field);
        if (before != null && (now.isMissingNode() || (now.isContainer() ? now.isEmpty() : now.asString().isEmpty()))) {
            spec.set(field, before.deepCopy());
        }
    }

    private static void keepNodePorts(JsonNode old, ObjectNode spec) {
        Set<Long> used = numbers(old);
        used.retainAll(numbers(spec));
        Map<String, Long> byName = new HashMap<>();
        old.path("ports").forEach(
                port -> byName.put(Json.textOrEmpty(port, "name"), Json.number(port, 0, "nodePort")));
        Defaults.each(spec.path("ports"), port -> {
            long before = byName.getOrDefault(Json.textOrEmpty(port, "name"), 0L);
            if (Json.number(port, 0, "nodePort") == 0 && before != 0 && !used.contains(before)) {
                port.put("nodePort", (int) before);
            }
        });
    }

    /** All node ports of its ports. */
    static Set<Long> numbers(JsonNode spec) {
        Set<Long> numbers = new HashSet<>();
        for (JsonNode port : spec.path("ports")) {
            long number = Json.number(port, 0, "nodePort");
            if (number != 0) {
                numbers.add(number);
            }
        }
        return numbers;
    }

    /** Who knows only of one address may have changed only that. */
    private static void alignAddresses(JsonNode old, ObjectNode spec) {
        String before = Json.textOrEmpty(old, "clusterIP");
        String now = Json.textOrEmpty(spec, "clusterIP");
        List<String> all = Json.texts(old.path("clusterIPs"));
        if (!all.isEmpty() && spec.path("clusterIPs").isEmpty() && now.equals(before)) {
            spec.set("clusterIPs", old.path("clusterIPs").deepCopy());
        }
        if (now.equals(before) || !Json.texts(spec.path("clusterIPs")).equals(all)) {
            return;
        }
        if (now.isEmpty()) {
            spec.remove("clusterIPs");
        } else {
            spec.putArray("clusterIPs").add(now);
        }
    }

    /** What a type has no use for goes with the change of the type, unless it is changed too: then it is refused. */
    static void dropByType(JsonNode old, ObjectNode spec) {
        if (!ServiceType.is(old, ServiceType.EXTERNAL_NAME) && ServiceType.is(spec, ServiceType.EXTERNAL_NAME)) {
            if (same("clusterIP", old, spec) && same("clusterIPs", old, spec)) {
                spec.remove(List.of("clusterIP", "clusterIPs"));
            }
            dropSame("ipFamilies", old, spec);
            dropSame("ipFamilyPolicy", old, spec);
        }
        if (ServiceType.usesNodePorts(old) && !ServiceType.usesNodePorts(spec)
                && numbers(old).containsAll(numbers(spec))) {
            Defaults.each(spec.path("ports"), port -> port.remove("nodePort"));
        }
        if (ServiceType.needsHealthCheck(old) && !ServiceType.needsHealthCheck(spec)) {
            dropSame("healthCheckNodePort", old, spec);
        }
        if (ServiceType.is(old, ServiceType.LOAD_BALANCER) && !ServiceType.is(spec, ServiceType.LOAD_BALANCER)) {
            dropSame("allocateLoadBalancerNodePorts", old, spec);
            dropSame("loadBalancerClass", old, spec);
        }
        if (ServiceType.isExternallyAccessible(old) && !ServiceType.isExternallyAccessible(spec)) {
            dropSame("externalTrafficPolicy", old, spec);
        }
    }

    private static boolean same(String field, JsonNode old, JsonNode spec) {
        return Json.alike(old.get(field), spec.get(field));
    }

    private static void dropSame(String field, JsonNode old, ObjectNode spec) {
        if (same(field, old, spec)) {
            spec.remove(field);
        }
    }
}
