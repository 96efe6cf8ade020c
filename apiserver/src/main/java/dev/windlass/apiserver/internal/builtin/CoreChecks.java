package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;

/** What the smaller kinds of the core group allow. Stateless. */
final class CoreChecks {
    private CoreChecks() {
    }

    static void endpoints(Field now, Field before) {
        for (Field subset : now.at("subsets").items()) {
            if (subset.at("addresses").isEmpty() && subset.at("notReadyAddresses").isEmpty()) {
                subset.required("must specify `addresses` or `notReadyAddresses`");
            }
            subset.at("addresses").items().forEach(CoreChecks::address);
            subset.at("notReadyAddresses").items().forEach(CoreChecks::address);
            Field ports = subset.at("ports");
            for (Field port : ports.items()) {
                Field name = port.at("name");
                if (ports.value().size() > 1 || !name.isEmpty()) {
                    name.requiredName(NameRules::label);
                }
                port.at("port").port();
                port.at("protocol").oneOf("SCTP", "TCP", "UDP");
                if (port.at("appProtocol").isSet()) {
                    port.at("appProtocol").named(NameRules::qualifiedName);
                }
            }
        }
    }

    private static void address(Field address) {
        Field ip = address.at("ip");
        ip.named(Addresses::address);
        if (!address.at("hostname").isEmpty()) {
            address.at("hostname").named(NameRules::label);
        }
        if (address.at("nodeName").isSet()) {
            address.at("nodeName").named(NameRules::subdomain);
        }
        endpointAddress(ip);
    }

    /** An address that a service may lead to. */
    static void endpointAddress(Field ip) {
        byte[] bytes = Addresses.parse(ip.text());
        if (bytes == null) {
            ip.invalid(ip.text(), "must be a valid IP address");
            return;
        }
        if (isAll(bytes, 0)) {
            ip.invalid("may not be unspecified (" + ip.text() + ")");
        } else if (bytes.length == 4 ? bytes[0] == 127 : isAll(java.util.Arrays.copyOf(bytes, 15), 0)) {
            ip.invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
        } else if (bytes.length == 4
                ? (bytes[0] & 0xff) == 169 && (bytes[1] & 0xff) == 254
                : (bytes[0] & 0xff) == 0xfe && (bytes[1] & 0xc0) == 0x80) {
            ip.invalid("may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        } else if (bytes.length == 4
                ? (bytes[0] & 0xff) == 224 && bytes[1] == 0 && bytes[2] == 0
                : (bytes[0] & 0xff) == 0xff && (bytes[1] & 0xf) == 2) {
            ip.invalid("may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }

    private static boolean isAll(byte[] bytes, int value) {
        for (byte each : bytes) {
            if (each != value) {
                return false;
            }
        }
        return true;
    }

    static void controllerRevision(Field now, Field before) {
        Field data = now.at("data");
        now.at("revision").notNegative();
        if (before.isSet()) {
            data.immutable(before.at("data"));
        } else if (!data.isSet()) {
            data.required("data is mandatory");
        } else if (!data.value().isObject()) {
            data.required("data must be a valid JSON object");
        }
    }
}
