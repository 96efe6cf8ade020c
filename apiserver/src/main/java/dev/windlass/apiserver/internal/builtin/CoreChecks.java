package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** What the smaller kinds of the core group allow. Stateless. */
final class CoreChecks {
    private static final List<String> LIMIT_TYPES = List.of("Pod", "Container", "PersistentVolumeClaim");

    private CoreChecks() {
    }

    static void limitRange(Field now, Field before) {
        Set<String> types = new HashSet<>();
        for (Field limit : now.at("spec", "limits").items()) {
            Field type = limit.at("type");
            int known = type.errors().size();
            type.named(NameRules::qualifiedName);
            if (type.errors().size() == known && !type.text().contains("/") && !LIMIT_TYPES.contains(type.text())) {
                type.invalid("must be a standard limit type or fully qualified");
            }
            if (!types.add(type.text())) {
                type.duplicate();
            }
            limit(limit, type.text());
        }
    }

    private static void limit(Field limit, String type) {
        for (String bound : List.of("max", "min", "default", "defaultRequest", "maxLimitRequestRatio")) {
            Field amounts = limit.at(bound);
            if (type.equals("Pod") && bound.startsWith("default")) {
                if (!amounts.isEmpty()) {
                    amounts.forbidden("may not be specified when `type` is 'Pod'");
                }
            } else {
                amounts.value().propertyNames().forEach(name -> Amounts.resourceName(amounts.key(name), name));
            }
        }
        if (type.equals("PersistentVolumeClaim") && !limit.at("max", "storage").isSet()
                && !limit.at("min", "storage").isSet()) {
            limit.at("limits")
                    .required("either minimum or maximum storage value is required, but neither was provided");
        }
        ordered(limit, "min", "min", "max", "min value %s is greater than max value %s");
        ordered(limit, "defaultRequest", "min", "defaultRequest",
                "min value %s is greater than default request value %s");
        ordered(limit, "defaultRequest", "defaultRequest", "max",
                "default request value %s is greater than max value %s");
        ordered(limit, "defaultRequest", "defaultRequest", "default",
                "default request value %s is greater than default limit value %s");
        ordered(limit, "default", "min", "default", "min value %s is greater than default value %s");
        ordered(limit, "default", "default", "max", "default value %s is greater than max value %s");
    }

    private static void ordered(Field limit, String told, String small, String large, String detail) {
        for (Map.Entry<String, JsonNode> entry : limit.at(small).value().properties()) {
            Field upper = limit.at(large).key(entry.getKey());
            if (upper.isSet() && Amounts.of(entry.getValue()).compareTo(Amounts.of(upper.value())) > 0) {
                limit.at(told).key(entry.getKey()).invalid(entry.getValue(),
                        detail.formatted(entry.getValue().asString(""), upper.text()));
            }
        }
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
