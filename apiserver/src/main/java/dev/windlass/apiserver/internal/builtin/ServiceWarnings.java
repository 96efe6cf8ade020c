package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import java.util.List;

/** What is told of services that are right. Stateless. */
final class ServiceWarnings {
    private ServiceWarnings() {
    }

    static void service(Field service, List<String> warnings) {
        if (service.at("metadata", "annotations").key(ServiceChecks.HINTS).isSet()) {
            warnings.add("annotation " + ServiceChecks.HINTS + " is deprecated, please use " + ServiceChecks.MODE
                    + " instead");
        }
        Field spec = service.at("spec");
        boolean external = ServiceType.is(spec.value(), ServiceType.EXTERNAL_NAME);
        boolean none = spec.at("clusterIP").text().equals("None");
        boolean headless = ServiceType.is(spec.value(), ServiceType.CLUSTER_IP) && none;
        if (!none) {
            addresses(spec.at("clusterIPs"), warnings);
        }
        Field externalAddresses = spec.at("externalIPs");
        if (headless) {
            ofHeadless(spec, warnings);
        }
        addresses(externalAddresses, warnings);
        if (!externalAddresses.isEmpty() && !headless && !external) {
            warnings.add("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
        }
        address(spec.at("loadBalancerIP"), warnings);
        for (Field range : spec.at("loadBalancerSourceRanges").items()) {
            range.warn(Addresses.cidrWarning(range.text()), warnings);
        }
        if (external && !externalAddresses.isEmpty()) {
            warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
        if (!external && !spec.at("externalName").isEmpty()) {
            warnings.add("spec.externalName is ignored when spec.type is not \"ExternalName\"");
        }
        if (spec.at("trafficDistribution").text().equals("PreferClose")) {
            warnings.add("spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"");
        }
    }

    private static void ofHeadless(Field spec, List<String> warnings) {
        if (!spec.at("loadBalancerIP").isEmpty()) {
            warnings.add("spec.loadBalancerIP is ignored for headless services");
        }
        if (!spec.at("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is ignored for headless services");
        }
        if (!spec.at("sessionAffinity").text().equals("None")) {
            warnings.add("spec.SessionAffinity is ignored for headless services");
        }
    }

    private static void addresses(Field addresses, List<String> warnings) {
        addresses.items().forEach(each -> address(each, warnings));
    }

    private static void address(Field address, List<String> warnings) {
        address.warn(Addresses.addressWarning(address.text()), warnings);
    }
}
