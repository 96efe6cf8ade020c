package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.Set;

/** What the status of a service allows. Stateless. */
final class ServiceStatusChecks {
    private ServiceStatusChecks() {
    }

    static void status(Field now, Field before) {
        Field ingress = now.at("status", "loadBalancer", "ingress");
        if (!ServiceType.is(now.at("spec").value(), ServiceType.LOAD_BALANCER)) {
            if (!ingress.isEmpty()) {
                ingress.forbidden("may only be used when `spec.type` is 'LoadBalancer'");
            }
            return;
        }
        Set<String> known = new HashSet<>();
        before.at("status", "loadBalancer", "ingress").items().forEach(each -> known.add(each.at("ip").text()));
        ingress.items().forEach(each -> ingress(each, known));
    }

    private static void ingress(Field ingress, Set<String> known) {
        Field ip = ingress.at("ip");
        if (!ip.isEmpty() && !known.contains(ip.text())) {
            Addresses.address(ip.text()).forEach(problem -> ip.invalid(ip.text(), problem));
        }
        Field mode = ingress.at("ipMode");
        if (mode.isSet() && ip.isEmpty()) {
            mode.forbidden("may not be specified when `ip` is not set");
        } else {
            mode.oneOfIfSet("Proxy", "VIP");
        }
        Field host = ingress.at("hostname");
        if (!host.isEmpty()) {
            host.named(NameRules::subdomain);
            if (Addresses.parse(host.text()) != null) {
                host.invalid("must be a DNS name, not an IP address");
            }
        }
    }
}
