package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What services allow. Stateless. */
final class ServiceChecks {
    static final String MODE = "service.kubernetes.io/topology-mode";
    static final String HINTS = "service.kubernetes.io/topology-aware-hints";
    private static final String RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";
    private static final String ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";
    private static final int MAX_AFFINITY = 86_400;

    private ServiceChecks() {
    }

    /** @param before not set when the service is new */
    static void service(Field now, Field before) {
        Field annotations = now.at("metadata", "annotations");
        Field mode = annotations.key(MODE);
        Field hints = annotations.key(HINTS);
        if (mode.isSet() && hints.isSet() && !mode.text().equals(hints.text())) {
            mode.invalid(mode.text(), "must match annotations[" + HINTS + "] when both are specified");
        }
        Field spec = now.at("spec");
        if (spec.at("ports").isEmpty() && !ServiceType.isHeadless(spec.value())
                && !ServiceType.is(spec.value(), ServiceType.EXTERNAL_NAME)) {
            spec.at("ports").required("");
        }
        ofType(spec);
        ports(spec.at("ports"));
        spec.at("selector").labels();
        affinity(spec);
        clusterAddresses(spec, before.at("spec"));
        for (Field ip : spec.at("externalIPs").items()) {
            if (legacyAddress(ip, before.at("spec", "externalIPs").texts())) {
                CoreChecks.endpointAddress(ip);
            }
        }
        spec.at("type").oneOf(ServiceType.CLUSTER_IP, ServiceType.EXTERNAL_NAME, ServiceType.LOAD_BALANCER,
                ServiceType.NODE_PORT);
        uniquePorts(spec);
        sourceRanges(now, before);
        balancer(spec);
        traffic(spec);
    }

    private static void ofType(Field spec) {
        String type = spec.at("type").text();
        switch (type) {
            case ServiceType.LOAD_BALANCER, ServiceType.NODE_PORT -> {
                if (ServiceType.isHeadless(spec.value())) {
                    spec.at("clusterIPs").items().getFirst().invalid("None",
                            "may not be set to 'None' for " + type + " services");
                }
            }
            case ServiceType.EXTERNAL_NAME -> {
                for (String field : List.of("clusterIPs", "ipFamilies", "ipFamilyPolicy")) {
                    Field each = spec.at(field);
                    if (each.isSet() && !(each.value().isContainer() && each.isEmpty())) {
                        each.forbidden("may not be set for ExternalName services");
                    }
                }
                externalName(spec.at("externalName"));
            }
            default -> {
            }
        }
    }

    /** It may end with a dot, as one that is fully qualified does. */
    private static void externalName(Field name) {
        String bare = name.text().endsWith(".") ? name.text().substring(0, name.text().length() - 1) : name.text();
        if (bare.isEmpty()) {
            name.required("");
        } else {
            NameRules.subdomain(bare).forEach(problem -> name.invalid(bare, problem));
        }
    }

    private static void ports(Field ports) {
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

    private static void affinity(Field spec) {
        Field affinity = spec.at("sessionAffinity");
        affinity.oneOf("ClientIP", "None");
        if (affinity.text().equals("ClientIP")) {
            Field seconds = spec.at("sessionAffinityConfig", "clientIP", "timeoutSeconds");
            if (seconds.number() <= 0 || seconds.number() > MAX_AFFINITY) {
                seconds.invalid("must be greater than 0 and less than " + MAX_AFFINITY);
            }
        }
    }

    /** An address that need not be right if it was there before. */
    private static boolean legacyAddress(Field ip, List<String> before) {
        List<String> problems = before.contains(ip.text()) ? List.of() : Addresses.address(ip.text());
        problems.forEach(problem -> ip.invalid(ip.text(), problem));
        return problems.isEmpty();
    }

    /** Addresses, families and the policy of families. */
    static void clusterAddresses(Field spec, Field before) {
        if (ServiceType.is(spec.value(), ServiceType.EXTERNAL_NAME)) {
            return;
        }
        Field addresses = spec.at("clusterIPs");
        List<String> all = addresses.texts();
        Field address = spec.at("clusterIP");
        if (!address.isEmpty() && all.isEmpty()) {
            addresses.required("");
        } else if (!address.isEmpty() && !all.getFirst().equals(address.text())) {
            addresses.invalid("first value must match `clusterIP`");
        } else if (address.isEmpty() && !all.isEmpty()) {
            addresses.invalid("must be empty when `clusterIP` is not specified");
        }
        families(spec);
        boolean right = true;
        for (Field each : addresses.items()) {
            if (each.text().equals("None") && each.path().endsWith("[0]")) {
                if (all.size() > 1) {
                    right = false;
                    addresses.invalid("'None' must be the first and only value");
                }
            } else {
                right &= legacyAddress(each, before.at("clusterIPs").texts());
            }
        }
        if (all.size() > 2) {
            addresses.invalid("may only hold up to 2 values");
        }
        if (right) {
            addressesOfFamilies(addresses, spec.at("ipFamilies").texts());
        }
    }

    private static void families(Field spec) {
        Set<String> seen = new HashSet<>();
        for (Field family : spec.at("ipFamilies").items()) {
            family.oneOf("IPv4", "IPv6");
            if (!seen.add(family.text())) {
                family.duplicate();
            }
        }
        spec.at("ipFamilyPolicy").oneOfIfSet("PreferDualStack", "RequireDualStack", "SingleStack");
    }

    private static void addressesOfFamilies(Field addresses, List<String> families) {
        List<String> all = addresses.texts();
        if (all.size() > 1 && all.stream().map(ServiceFamilies::isVersion6).distinct().count() < 2) {
            addresses.invalid("may specify no more than one IP for each IP family");
        }
        if (all.equals(List.of("None"))) {
            return;
        }
        List<Field> items = addresses.items();
        for (int i = 0; i < Math.min(items.size(), families.size()); i++) {
            String family = families.get(i);
            boolean version6 = ServiceFamilies.isVersion6(all.get(i));
            if ((family.equals("IPv4") && version6) || (family.equals("IPv6") && !version6)) {
                items.get(i).invalid("expected an " + family + " value as indicated by `ipFamilies[" + i + "]`");
            }
        }
    }

    private static void uniquePorts(Field spec) {
        List<Field> ports = spec.at("ports").items();
        if (ServiceType.is(spec.value(), ServiceType.CLUSTER_IP)) {
            ports.stream().map(port -> port.at("nodePort")).filter(port -> port.number() != 0)
                    .forEach(port -> port.forbidden("may not be used when `type` is 'ClusterIP'"));
        }
        Set<List<JsonNode>> seen = new HashSet<>();
        for (Field port : ports) {
            Field nodePort = port.at("nodePort");
            if (nodePort.number() != 0 && !seen.add(List.of(port.at("protocol").value(), nodePort.value()))) {
                nodePort.duplicate();
            }
        }
        seen.clear();
        for (Field port : ports) {
            if (!seen.add(List.of(port.at("protocol").value(), port.at("port").value()))) {
                port.duplicate(Json.object().put("protocol", port.at("protocol").text())
                        .put("port", port.at("port").number()));
            }
        }
    }

    private static void sourceRanges(Field now, Field before) {
        boolean balanced = ServiceType.is(now.at("spec").value(), ServiceType.LOAD_BALANCER);
        Field ranges = now.at("spec", "loadBalancerSourceRanges");
        Field annotation = now.at("metadata", "annotations").key(RANGES);
        if (!ranges.isEmpty()) {
            Field told = ranges.as("spec.LoadBalancerSourceRanges");
            if (!balanced) {
                told.forbidden(ONLY_BALANCED);
            }
            List<String> known = new ArrayList<>();
            before.at("spec", "loadBalancerSourceRanges").texts().forEach(each -> known.add(GoText.trimmed(each)));
            told.items().stream().filter(each -> !known.contains(GoText.trimmed(each.text())))
                    .forEach(each -> range(each, GoText.trimmed(each.text())));
        } else if (annotation.isSet()) {
            if (!balanced) {
                annotation.forbidden(ONLY_BALANCED);
            }
            String text = GoText.trimmed(annotation.text());
            if (!text.isEmpty() && annotation.differs(before.at("metadata", "annotations").key(RANGES))) {
                for (String each : text.split(",", -1)) {
                    range(annotation, GoText.trimmed(each));
                }
            }
        }
    }

    private static void range(Field field, String text) {
        Addresses.cidr(text).forEach(problem -> field.invalid(text, problem));
    }

    private static void balancer(Field spec) {
        boolean balanced = ServiceType.is(spec.value(), ServiceType.LOAD_BALANCER);
        if (spec.at("allocateLoadBalancerNodePorts").isSet() && !balanced) {
            spec.at("allocateLoadBalancerNodePorts").forbidden(ONLY_BALANCED);
        }
        balancerClass(spec);
    }

    static void balancerClass(Field spec) {
        Field name = spec.at("loadBalancerClass");
        if (!name.isSet()) {
            return;
        }
        if (ServiceType.is(spec.value(), ServiceType.LOAD_BALANCER)) {
            name.named(NameRules::qualifiedName);
        } else {
            name.forbidden(ONLY_BALANCED);
        }
    }

    private static void traffic(Field spec) {
        Field external = spec.at("externalTrafficPolicy");
        if (ServiceType.isExternallyAccessible(spec.value())) {
            external.oneOf("Cluster", "Local");
        } else if (!external.isEmpty()) {
            external.invalid("may only be set for externally-accessible services");
        }
        Field health = spec.at("healthCheckNodePort");
        if (ServiceType.needsHealthCheck(spec.value())) {
            health.port();
        } else if (health.number() != 0) {
            health.invalid(
                    "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'");
        }
        spec.at("internalTrafficPolicy").oneOfIfSet("Cluster", "Local");
        if (spec.at("trafficDistribution").isSet()) {
            spec.at("trafficDistribution").textOneOf("PreferClose", "PreferSameZone", "PreferSameNode");
        }
    }
}
