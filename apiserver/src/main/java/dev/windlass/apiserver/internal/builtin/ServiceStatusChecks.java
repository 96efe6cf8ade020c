package dev.windlass.apiserver.internal.builtin;

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
        for (Field each : ingress.items()) {
            Field address = each.at("ip");
            StatusChecks.balancerAddress(address, before);
            Field mode = each.at("ipMode");
            if (mode.isSet() && address.isEmpty()) {
                mode.forbidden("may not be specified when `ip` is not set");
            } else {
                mode.oneOfIfSet("Proxy", "VIP");
            }
            StatusChecks.balancerHost(each.at("hostname"));
        }
    }
}
