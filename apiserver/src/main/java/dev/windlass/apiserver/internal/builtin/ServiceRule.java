package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Services: they get an address, and a node port where they want one, though nothing listens there. */
final class ServiceRule implements KindRule {
    private static final int FIRST_NODE_PORT = 30_000;
    private static final int NODE_PORTS = 2_768;
    private static final int ADDRESSES = 1 << 20;
    private static final int FIRST_ADDRESS = 10;
    private static final int AFFINITY_SECONDS = 10_800;

    private final Set<String> taken = ConcurrentHashMap.newKeySet();
    private final AtomicInteger nextAddress = new AtomicInteger(FIRST_ADDRESS);
    private final AtomicInteger nextPort = new AtomicInteger();

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        Defaults.put(spec, "type", "ClusterIP");
        Defaults.put(spec, "sessionAffinity", "None");
        affinityDefaults(spec);
        Defaults.each(spec.path("ports"), port -> {
            Defaults.put(port, "protocol", "TCP");
            JsonNode number = port.get("port");
            JsonNode target = port.get("targetPort");
            boolean unset = target == null || target.asString().isEmpty() || target.asString().equals("0");
            if (unset && number != null) {
                port.set("targetPort", number);
            }
        });
        boolean external = type(object).equals("ExternalName");
        if (!external) {
            Defaults.put(spec, "internalTrafficPolicy", "Cluster");
        }
        if (type(object).equals("NodePort") || type(object).equals("LoadBalancer")) {
            Defaults.put(spec, "externalTrafficPolicy", "Cluster");
        }
        if (type(object).equals("LoadBalancer")) {
            Defaults.put(spec, "allocateLoadBalancerNodePorts", true);
            Defaults.each(object.path("status").path("loadBalancer").path("ingress"), place -> {
                if (!Json.textOrEmpty(place, "ip").isEmpty()) {
                    Defaults.put(place, "ipMode", "VIP");
                }
            });
        }
    }

    private static void affinityDefaults(ObjectNode spec) {
        String affinity = Json.textOrEmpty(spec, "sessionAffinity");
        if (affinity.equals("ClientIP")
                && Json.find(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds") == null) {
            spec.putObject("sessionAffinityConfig").putObject("clientIP").put("timeoutSeconds", AFFINITY_SECONDS);
        } else if (affinity.equals("None")) {
            spec.remove("sessionAffinityConfig");
        }
    }

    private static String type(ObjectNode service) {
        return Json.textOrEmpty(service, "spec", "type");
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status").putObject("loadBalancer");
        assign(object);
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (!type(object).equals("ExternalName")) {
            for (String kept : List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
                JsonNode before = Json.find(old, "spec", kept);
                JsonNode now = spec.get(kept);
                if (before != null && (now == null || (now.isString() && now.stringValue().isEmpty()))) {
                    spec.set(kept, before);
                }
            }
            keepNodePorts(old, spec);
        }
        assign(object);
    }

    private static void keepNodePorts(ObjectNode old, ObjectNode spec) {
        for (JsonNode before : old.path("spec").path("ports")) {
            Defaults.each(spec.path("ports"), port -> {
                JsonNode nodePort = before.get("nodePort");
                if (nodePort != null && Json.same(before.get("port"), port.get("port"))
                        && Json.same(before.get("protocol"), port.get("protocol"))) {
                    port.putIfAbsent("nodePort", nodePort);
                }
            });
        }
    }

    /** Gives the service what it needs and does not have. */
    private void assign(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (type(object).equals("ExternalName")) {
            spec.remove(List.of("clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"));
            return;
        }
        if (Json.textOrEmpty(spec, "clusterIP").isEmpty()) {
            JsonNode first = spec.path("clusterIPs").get(0);
            spec.put("clusterIP", first == null ? address() : first.stringValue(""));
        }
        if (!spec.has("clusterIPs")) {
            spec.putArray("clusterIPs").add(Json.textOrEmpty(spec, "clusterIP"));
        }
        if (!spec.has("ipFamilies")) {
            ArrayNode families = spec.putArray("ipFamilies");
            families.add(Json.textOrEmpty(spec, "clusterIP").contains(":") ? "IPv6" : "IPv4");
        }
        boolean open = isOpen(spec);
        Defaults.put(spec, "ipFamilyPolicy", open ? "RequireDualStack" : "SingleStack");
        if (open && !Json.textOrEmpty(spec, "ipFamilyPolicy").equals("SingleStack")) {
            addOtherFamily(spec.withArray("ipFamilies"));
        }
        taken.add(Json.textOrEmpty(spec, "clusterIP"));
        if (type(object).equals("NodePort") || type(object).equals("LoadBalancer")) {
            Defaults.each(spec.path("ports"), port -> {
                if (Json.number(port, 0, "nodePort") == 0) {
                    port.put("nodePort", FIRST_NODE_PORT + nextPort.getAndIncrement() % NODE_PORTS);
                }
            });
        } else {
            Defaults.each(spec.path("ports"), port -> port.remove("nodePort"));
        }
    }

    /** Without an address and a selector: whoever fills it decides of which families its addresses are. */
    private static boolean isOpen(JsonNode spec) {
        return Json.textOrEmpty(spec, "clusterIP").equals("None") && spec.path("selector").isEmpty();
    }

    private static void addOtherFamily(ArrayNode families) {
        if (families.size() == 1) {
            families.add(families.get(0).asString("").equals("IPv4") ? "IPv6" : "IPv4");
        }
    }

    /** The next free address of 10.96.0.0/12. */
    private String address() {
        while (true) {
            int number = nextAddress.getAndIncrement() % ADDRESSES;
            String address = "10." + (96 + (number >> 16)) + "." + ((number >> 8) & 0xff) + "." + (number & 0xff);
            if (taken.add(address)) {
                return address;
            }
        }
    }

    /** Also one that comes back from a snapshot. */
    @Override
    public void committed(ObjectNode object) {
        taken.add(Json.textOrEmpty(object, "spec", "clusterIP"));
    }

    @Override
    public void deleted(ObjectNode object) {
        taken.remove(Json.textOrEmpty(object, "spec", "clusterIP"));
    }

    private static void checkPorts(Field ports) {
        Set<String> names = new HashSet<>();
        boolean several = ports.items().size() > 1;
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (several || !name.isEmpty()) {
                name.requiredName(NameRules::label);
            }
            if (!name.isEmpty() && !names.add(name.text())) {
                name.duplicate();
            }
            port.at("port").port();
            port.at("protocol").oneOf("SCTP", "TCP", "UDP");
            PodChecks.portOrName(port.at("targetPort"));
            Field protocol = port.at("appProtocol");
            if (protocol.isSet()) {
                protocol.named(NameRules::qualifiedName);
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        JsonNode spec = object.path("spec");
        String address = Json.textOrEmpty(spec, "clusterIP");
        String type = type(object);
        if (!List.of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName").contains(type)) {
            errors.add(FieldError.notSupported("spec.type", spec.get("type"),
                    List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort")));
        }
        JsonNode ports = spec.path("ports");
        if (ports.isEmpty() && !address.equals("None") && !type.equals("ExternalName")) {
            errors.add(FieldError.required("spec.ports", ""));
        }
        checkPorts(Field.of(object, errors).at("spec", "ports"));
        if (old != null && type.equals(type(old))) {
            JsonNode before = Json.find(old, "spec", "clusterIP");
            if (before != null && !before.equals(spec.get("clusterIP"))) {
                errors.add(FieldError.invalid("spec.clusterIPs[0]", spec.get("clusterIPs"), "may not change once set"));
            }
        }
        if (errors.isEmpty() && !type.equals("ExternalName") && !isOpen(spec)) {
            checkFamilies(spec, errors);
        }
    }

    /** Addresses are IPv4 here, as in a cluster that is told of no others. What is open has none, and may ask for both. */
    private static void checkFamilies(JsonNode spec, List<FieldError> errors) {
        JsonNode policy = spec.path("ipFamilyPolicy");
        if (policy.asString("").equals("RequireDualStack")) {
            errors.add(FieldError.invalid("spec.ipFamilyPolicy", policy,
                    "this cluster is not configured for dual-stack services"));
        }
        for (int i = 0; i < spec.path("ipFamilies").size(); i++) {
            JsonNode family = spec.path("ipFamilies").path(i);
            if (family.asString("").equals("IPv6")) {
                errors.add(FieldError.invalid("spec.ipFamilies[" + i + "]", family, "not configured on this cluster"));
            }
        }
    }
}
