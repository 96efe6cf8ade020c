package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Of which families the addresses of services are. Those that are given out are IPv4, as in a cluster that is told of no others. Stateless.
 */
final class ServiceFamilies {
    private static final String SINGLE = "SingleStack";
    private static final String PREFER = "PreferDualStack";
    private static final String REQUIRE = "RequireDualStack";

    private ServiceFamilies() {
    }

    /**
     * Settles families and their policy as far as the service leaves that open.
     *
     * @throws ApiException
     *             422 with what is wrong with them; the real server tells that alone, before it looks at the rest
     */
    static void fill(ObjectNode object, @Nullable ObjectNode old) {
        ObjectNode spec = Defaults.child(object, "spec");
        JsonNode before = old == null ? Json.object() : old.path("spec");
        if (ServiceType.is(spec, ServiceType.EXTERNAL_NAME) || (old != null && stillPrefers(before, spec))) {
            return;
        }
        if (!spec.has("ipFamilyPolicy")) {
            JsonNode policy = before.get("ipFamilyPolicy");
            Defaults.put(spec, "ipFamilyPolicy",
                    policy != null ? policy.asString() : isOpen(spec) ? REQUIRE : SINGLE);
        }
        List<FieldError> errors = new ArrayList<>();
        Field field = Field.of(object, errors).at("spec");
        ServiceChecks.clusterAddresses(field, Field.of(old, errors).at("spec"));
        refuse(object, errors);
        if (old != null) {
            reduce(field, spec, before);
        }
        checkSingle(field);
        inferFamilies(field, spec);
        refuse(object, errors);
        if (isOpen(spec)) {
            addFamilies(spec);
            return;
        }
        checkConfigured(field);
        refuse(object, errors);
        if (spec.path("ipFamilies").isEmpty()) {
            spec.putArray("ipFamilies").add("IPv4");
        }
    }

    private static void refuse(ObjectNode object, List<FieldError> errors) {
        if (!errors.isEmpty()) {
            throw ApiException.invalid("", "Service", Json.textOrEmpty(object, "metadata", "name"), errors);
        }
    }

    /** A cluster that gets a second family does not change what would have liked to have it. */
    private static boolean stillPrefers(JsonNode before, JsonNode spec) {
        return Json.textOrEmpty(spec, "ipFamilyPolicy").equals(PREFER)
                && Json.textOrEmpty(before, "ipFamilyPolicy").equals(PREFER)
                && Json.alike(before.get("type"), spec.get("type"))
                && Json.alike(before.get("clusterIPs"), spec.get("clusterIPs"))
                && Json.alike(before.get("ipFamilies"), spec.get("ipFamilies"));
    }

    /** Without an address and a selector: whoever fills it decides of which families its addresses are. */
    private static boolean isOpen(JsonNode spec) {
        return Json.textOrEmpty(spec, "clusterIP").equals("None") && spec.path("selector").isEmpty();
    }

    private static void reduce(Field field, ObjectNode spec, JsonNode before) {
        for (String list : List.of("clusterIPs", "ipFamilies")) {
            JsonNode now = spec.path(list);
            if (field.at("ipFamilyPolicy").text().equals(SINGLE)) {
                if (now.size() > 1 && Json.alike(before.get(list), now)) {
                    spec.putArray(list).add(now.get(0));
                }
            } else if (!now.isEmpty() && now.size() < before.path(list).size()) {
                field.at("ipFamilyPolicy").invalid("must be 'SingleStack' to release the secondary "
                        + (list.equals("clusterIPs") ? "cluster IP" : "IP family"));
            }
        }
    }

    private static void checkSingle(Field spec) {
        Field policy = spec.at("ipFamilyPolicy");
        if (policy.text().equals(SINGLE)) {
            if (spec.at("clusterIPs").value().size() == 2) {
                policy.invalid(
                        "must be 'RequireDualStack' or 'PreferDualStack' when multiple cluster IPs are specified");
            }
            if (spec.at("ipFamilies").value().size() == 2) {
                policy.invalid(
                        "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified");
            }
        }
    }

    private static void inferFamilies(Field field, ObjectNode spec) {
        Field addresses = field.at("clusterIPs");
        List<Field> items = addresses.items();
        for (int i = 0; i < items.size(); i++) {
            String address = items.get(i).text();
            if (address.equals("None")) {
                return;
            }
            if (i < spec.path("ipFamilies").size()) {
                continue;
            }
            if (isVersion6(address)) {
                addresses.as(items.get(i).path()).invalid("IPv6 is not configured on this cluster");
            } else {
                spec.withArray("ipFamilies").add("IPv4");
            }
        }
    }

    static boolean isVersion6(String address) {
        byte[] bytes = Addresses.parse(address);
        return bytes != null && !Addresses.isVersion4(bytes);
    }

    private static void addFamilies(ObjectNode spec) {
        ArrayNode families = spec.withArray("ipFamilies");
        if (families.isEmpty()) {
            families.add("IPv4");
        }
        if (families.size() == 1 && !Json.textOrEmpty(spec, "ipFamilyPolicy").equals(SINGLE)) {
            families.add(families.get(0).asString("").equals("IPv4") ? "IPv6" : "IPv4");
        }
    }

    private static void checkConfigured(Field spec) {
        if (spec.at("ipFamilyPolicy").text().equals(REQUIRE)) {
            spec.at("ipFamilyPolicy").invalid("this cluster is not configured for dual-stack services");
        }
        for (Field family : spec.at("ipFamilies").items()) {
            if (family.text().equals("IPv6")) {
                family.invalid("not configured on this cluster");
            }
        }
    }
}
