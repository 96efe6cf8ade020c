package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** What endpoint slices may say. Stateless. */
final class EndpointSliceChecks {
    private static final int MOST_ENDPOINTS = 1000;
    private static final int MOST_ADDRESSES = 100;
    private static final int MOST_PORTS = 20_000;
    private static final int MOST_HINTS = 8;

    private EndpointSliceChecks() {
    }

    static void slice(Field now, Field before) {
        Field type = now.at("addressType");
        if (now.at("ports").atMost(MOST_PORTS)) {
            ports(now.at("ports"));
        }
        Field endpoints = now.at("endpoints");
        if ((!before.isSet() || endpoints.differs(before.at("endpoints"))) && endpoints.atMost(MOST_ENDPOINTS)) {
            endpoints.items().forEach(each -> endpoint(each, type.text()));
        }
        if (type.mustBeSet("")) {
            type.oneOf("FQDN", "IPv4", "IPv6");
        }
        if (before.isSet()) {
            type.declaredImmutable(before.at("addressType"));
        }
        for (Field endpoint : endpoints.items()) {
            endpoint.at("addresses").mustBeSet("");
            endpoint.at("addresses").atMost(MOST_ADDRESSES);
        }
    }

    private static void ports(Field ports) {
        Set<String> names = new HashSet<>();
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                name.named(NameRules::label);
            }
            if (!names.add(name.text())) {
                name.duplicate();
            }
            port.at("protocol").oneOf("SCTP", "TCP", "UDP");
            if (port.at("appProtocol").isSet()) {
                port.at("appProtocol").named(NameRules::qualifiedName);
            }
        }
    }

    private static void endpoint(Field endpoint, String type) {
        for (Field address : endpoint.at("addresses").items()) {
            switch (type) {
                case "IPv4" -> address(endpoint, address, type, Addresses::address);
                case "IPv6" -> address(endpoint, address, type, Addresses::canonicalAddress);
                case "FQDN" -> domain(address);
                default -> {
                    // said of the type
                }
            }
        }
        if (endpoint.at("nodeName").isSet()) {
            endpoint.at("nodeName").named(NameRules::subdomain);
        }
        if (endpoint.at("hostname").isSet()) {
            endpoint.at("hostname").named(NameRules::label);
        }
        Field hints = endpoint.at("hints");
        if (hints.at("forZones").atMost(MOST_HINTS)) {
            hints(hints.at("forZones"), NameRules::labelValue);
            if (hints.at("forNodes").atMost(MOST_HINTS)) {
                hints(hints.at("forNodes"), NameRules::subdomain);
            }
        }
    }

    private static void address(Field endpoint, Field address, String type, Function<String, List<String>> rule) {
        int known = address.errors().size();
        address.named(rule);
        if (address.errors().size() > known) {
            return;
        }
        byte[] bytes = Addresses.parse(address.text());
        if (bytes != null && bytes.length != (type.equals("IPv4") ? 4 : 16)) {
            address.as(endpoint.path() + ".addresses").invalid("must be an " + type + " address");
        }
        CoreChecks.endpointAddress(address);
    }

    private static void domain(Field address) {
        String name = address.text().endsWith(".")
                ? address.text().substring(0, address.text().length() - 1)
                : address.text();
        List<String> problems = NameRules.subdomain(name);
        if (address.isEmpty()) {
            address.required("");
        } else if (!problems.isEmpty()) {
            address.invalid(name, String.join(",", problems));
        } else if (!name.contains(".")) {
            address.invalid(name, "should be a domain with at least two segments separated by dots");
        } else {
            for (String label : name.split("\\.", -1)) {
                List<String> odd = NameRules.label(label);
                if (!odd.isEmpty()) {
                    address.invalid(label, String.join(",", odd));
                }
            }
        }
    }

    private static void hints(Field hints, Function<String, List<String>> rule) {
        Set<String> names = new HashSet<>();
        for (Field hint : hints.items()) {
            Field name = hint.at("name");
            if (!names.add(name.text())) {
                name.duplicate();
            }
            name.named(rule);
        }
    }
}
