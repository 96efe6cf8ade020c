package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Reservation;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The ports that services have on each node, for what they serve and to tell whether they are well. Thread-safe. */
final class NodePorts {
    private static final int FIRST = 30_000;
    private static final int PORTS = 2_768;
    /** So many are left, as long as there are others, to who asks for a certain one. */
    private static final int RESERVED = 86;
    private static final String OUTSIDE = "provided port is not in the valid range. The range of valid ports is "
            + FIRST + "-" + (FIRST + PORTS - 1);
    private static final String HELD = "provided port is already allocated";

    private final Holders<Long> holders = new Holders<>();
    private final AtomicInteger next = new AtomicInteger(RESERVED);

    /** What one request takes. */
    private final class Taking {
        private final boolean dryRun;
        private final Holders<Long>.Claims claims;

        Taking(Reservation reservation) {
            this.dryRun = reservation.dryRun();
            this.claims = holders.claims(reservation);
        }

        /** @return why it cannot be taken, empty when it is */
        String take(long port) {
            // A dry run does not look at the range.
            if (!dryRun && (port < FIRST || port >= FIRST + PORTS)) {
                return OUTSIDE;
            }
            return claims.take(port) ? "" : HELD;
        }

        int takeAny() {
            for (int i = 0; i < PORTS; i++) {
                int port = FIRST + Math.floorMod(next.getAndIncrement(), PORTS);
                if (take(port).isEmpty()) {
                    return port;
                }
            }
            throw ApiException.internal("failed to allocate a nodePort: range is full");
        }
    }

    /**
     * Gives a new service what it needs.
     *
     * @throws ApiException
     *             422 when it wants what it cannot have
     */
    void give(ObjectNode object, Reservation reservation) {
        ObjectNode spec = Defaults.child(object, "spec");
        Taking taking = new Taking(reservation);
        if (ServiceType.usesNodePorts(spec)) {
            giveToPorts(object, spec, taking);
        }
        if (ServiceType.needsHealthCheck(spec)) {
            giveHealthCheck(spec, taking);
        }
    }

    /** Ports of the same number share a node port, whatever their protocol. */
    private static void giveToPorts(ObjectNode object, ObjectNode spec, Taking taking) {
        Map<Long, Long> given = new HashMap<>();
        JsonNode ports = spec.path("ports");
        for (int i = 0; i < ports.size(); i++) {
            ObjectNode port = (ObjectNode) ports.get(i);
            long number = Json.number(port, 0, "port");
            long wanted = Json.number(port, 0, "nodePort");
            if (wanted == 0 && !ServiceType.needsNodePorts(spec)) {
                continue;
            }
            Long shared = given.get(number);
            if (shared == null) {
                long requested = requested(number, ports);
                if (requested == 0) {
                    requested = taking.takeAny();
                } else {
                    refuse(object, i, requested, taking.take(requested));
                }
                port.put("nodePort", (int) requested);
                given.put(number, requested);
            } else if (wanted == 0) {
                port.put("nodePort", shared.intValue());
            } else if (wanted != shared) {
                refuse(object, i, wanted, taking.take(wanted));
            }
        }
    }

    private static long requested(long number, JsonNode ports) {
        for (JsonNode port : ports) {
            long nodePort = Json.number(port, 0, "nodePort");
            if (Json.number(port, 0, "port") == number && nodePort != 0) {
                return nodePort;
            }
        }
        return 0;
    }

    private static void refuse(ObjectNode object, int index, long nodePort, String why) {
        if (!why.isEmpty()) {
            throw ApiException.invalid("", "Service", Json.textOrEmpty(object, "metadata", "name"),
                    List.of(FieldError.invalid("spec.ports[" + index + "].nodePort", object.numberNode(nodePort),
                            why)));
        }
    }

    private static void giveHealthCheck(ObjectNode spec, Taking taking) {
        long wanted = Json.number(spec, 0, "healthCheckNodePort");
        if (wanted == 0) {
            spec.put("healthCheckNodePort", taking.takeAny());
            return;
        }
        String why = taking.take(wanted);
        if (!why.isEmpty()) {
            throw ApiException.internal(
                    "failed to allocate requested HealthCheck NodePort " + wanted + ": " + why);
        }
    }

    /** Gives a service what it needs and did not need, or have, before. */
    void giveToChanged(ObjectNode old, ObjectNode object, Reservation reservation) {
        ObjectNode spec = Defaults.child(object, "spec");
        JsonNode before = old.path("spec");
        Taking taking = new Taking(reservation);
        if (ServiceType.usesNodePorts(spec)) {
            giveToChangedPorts(object, before, taking);
        }
        if (ServiceType.needsHealthCheck(spec) && !ServiceType.needsHealthCheck(before)) {
            giveHealthCheck(spec, taking);
        }
    }

    private static void giveToChangedPorts(ObjectNode object, JsonNode before, Taking taking) {
        JsonNode spec = object.path("spec");
        Set<Long> had = ServiceUpdate.numbers(before);
        Set<String> seen = new HashSet<>();
        JsonNode ports = spec.path("ports");
        for (int i = 0; i < ports.size(); i++) {
            ObjectNode port = (ObjectNode) ports.get(i);
            long wanted = Json.number(port, 0, "nodePort");
            if (wanted == 0) {
                if (!ServiceType.needsNodePorts(spec)) {
                    continue;
                }
                wanted = taking.takeAny();
                port.put("nodePort", (int) wanted);
            } else if (had.add(wanted)) {
                refuse(object, i, wanted, taking.take(wanted));
            }
            String shown = "{" + Json.textOrEmpty(port, "protocol") + " " + wanted + "}";
            if (!seen.add(shown)) {
                throw ApiException.of(500, "", "duplicate nodePort: " + shown);
            }
        }
    }

    void held(ObjectNode object) {
        JsonNode spec = object.path("spec");
        Set<Long> all = ServiceType.usesNodePorts(spec) ? ServiceUpdate.numbers(spec) : new HashSet<>();
        if (ServiceType.needsHealthCheck(spec)) {
            all.add(Json.number(spec, 0, "healthCheckNodePort"));
        }
        holders.hold(object, all);
    }

    void released(ObjectNode object) {
        holders.hold(object, Set.of());
    }
}
