package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.rest.Reservation;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The addresses of services, of 10.96.0.0/12. Thread-safe. */
final class ServiceAddresses {
    private static final int ADDRESSES = 1 << 20;
    /** Those before are left, as long as there are others, to who asks for a certain one. */
    private static final int FIRST = 257;
    private static final Addresses.Range RANGE = new Addresses.Range(new byte[]{10, 96, 0, 0}, 12);

    private final Holders<String> holders = new Holders<>();
    private final AtomicInteger next = new AtomicInteger(FIRST);

    /**
     * Gives a service the address that it wants, or any.
     *
     * @throws ApiException
     *             422 when somebody else has it, or nobody can
     */
    void give(ObjectNode object, Reservation reservation) {
        ObjectNode spec = Defaults.child(object, "spec");
        if (ServiceType.is(spec, ServiceType.EXTERNAL_NAME)
                || Json.texts(spec.path("clusterIPs")).stream().findFirst().orElse("").equals("None")) {
            return;
        }
        Holders<String>.Claims claims = holders.claims(reservation);
        ArrayNode addresses = spec.withArray("clusterIPs");
        if (addresses.isEmpty()) {
            String address = free(claims);
            addresses.add(address);
            spec.put("clusterIP", address);
            return;
        }
        String wanted = addresses.path(0).asString("");
        String why = refusal(wanted, reservation.dryRun(), claims);
        if (!why.isEmpty()) {
            throw ApiException.invalid("", "Service", Json.textOrEmpty(object, "metadata", "name"),
                    List.of(FieldError.invalid("spec.clusterIPs", addresses,
                            "failed to allocate IP " + wanted + ": " + why)));
        }
    }

    private static String refusal(String wanted, boolean dryRun, Holders<String>.Claims claims) {
        byte[] bytes = Addresses.parse(wanted);
        if (bytes == null || !RANGE.contains(new Addresses.Range(bytes, bytes.length * Byte.SIZE))
                || wanted.equals("10.96.0.0") || wanted.equals("10.111.255.255")) {
            return dryRun
                    ? "the provided IP (" + wanted
                            + ") is not in the valid range. The range of valid IPs is 10.96.0.0/12"
                    : "the provided network does not match the current range";
        }
        return !dryRun && !claims.take(wanted) ? "provided IP is already allocated" : "";
    }

    private String free(Holders<String>.Claims claims) {
        while (true) {
            int number = Math.floorMod(next.getAndIncrement(), ADDRESSES);
            String address = "10." + (96 + (number >> 16)) + "." + ((number >> 8) & 0xff) + "." + (number & 0xff);
            if (claims.take(address)) {
                return address;
            }
        }
    }

    void held(ObjectNode object) {
        JsonNode addresses = object.path("spec").path("clusterIPs");
        Set<String> all = Json.texts(addresses).stream().filter(each -> !each.equals("None"))
                .collect(Collectors.toSet());
        holders.hold(object, all);
    }

    void released(ObjectNode object) {
        holders.hold(object, Set.of());
    }
}
