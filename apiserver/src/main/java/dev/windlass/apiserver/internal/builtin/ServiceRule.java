package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Reservation;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Services: they get an address, and a node port where they want one, though nothing listens there. */
final class ServiceRule implements KindRule {
    private static final int AFFINITY_SECONDS = 10_800;

    private final ServiceAddresses addresses = new ServiceAddresses();
    private final NodePorts nodePorts = new NodePorts();

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        Defaults.put(spec, "type", ServiceType.CLUSTER_IP);
        Defaults.put(spec, "sessionAffinity", "None");
        affinityDefaults(spec);
        Defaults.each(spec.path("ports"), port -> {
            Defaults.put(port, "protocol", "TCP");
            JsonNode number = port.get("port");
            JsonNode target = port.get("targetPort");
            boolean unset = target == null || target.asString().isEmpty()
                    || (target.isNumber() && target.asString().equals("0"));
            if (unset) {
                port.set("targetPort", number == null ? port.numberNode(0) : number);
            }
        });
        boolean loadBalancer = ServiceType.is(spec, ServiceType.LOAD_BALANCER);
        if (ServiceType.is(spec, ServiceType.CLUSTER_IP) || ServiceType.usesNodePorts(spec)) {
            Defaults.put(spec, "internalTrafficPolicy", "Cluster");
        }
        if (ServiceType.isExternallyAccessible(spec)) {
            Defaults.put(spec, "externalTrafficPolicy", "Cluster");
        }
        if (loadBalancer) {
            Defaults.put(spec, "allocateLoadBalancerNodePorts", true);
            Defaults.each(object.path("status").path("loadBalancer").path("ingress"), place -> {
                if (!Json.textOrEmpty(place, "ip").isEmpty()) {
                    Defaults.put(place, "ipMode", "VIP");
                }
            });
        }
    }

    private static void affinityDefaults(ObjectNode spec) {
        String affinity = Json.textOrEmpty(spec, "sessionAffinity");
        if (affinity.equals("ClientIP")
                && Json.find(spec, "sessionAffinityConfig", "clientIP", "timeoutSeconds") == null) {
            spec.putObject("sessionAffinityConfig").putObject("clientIP").put("timeoutSeconds", AFFINITY_SECONDS);
        } else if (affinity.equals("None")) {
            spec.remove("sessionAffinityConfig");
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status").putObject("loadBalancer");
        ObjectNode spec = Defaults.child(object, "spec");
        if (spec.path("clusterIPs").isEmpty() && !Json.textOrEmpty(spec, "clusterIP").isEmpty()) {
            spec.putArray("clusterIPs").add(Json.textOrEmpty(spec, "clusterIP"));
        }
        ServiceFamilies.fill(object, null);
        hideInternalPolicy(spec);
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        ObjectNode spec = Defaults.child(object, "spec");
        JsonNode before = old.path("spec");
        ServiceUpdate.keepGiven(before, spec);
        ServiceFamilies.fill(object, old);
        ServiceUpdate.dropByType(before, spec);
        if (!ServiceType.is(spec, ServiceType.LOAD_BALANCER)) {
            // The status is shared with what it was before.
            ObjectNode status = object.path("status") instanceof ObjectNode shared ? shared.deepCopy() : Json.object();
            status.putObject("loadBalancer");
            object.set("status", status);
        }
        hideInternalPolicy(spec);
    }

    @Override
    public void reserve(@Nullable ObjectNode old, ObjectNode object, Reservation reservation) {
        if (old == null || ServiceType.is(old.path("spec"), ServiceType.EXTERNAL_NAME)) {
            addresses.give(object, reservation);
        }
        if (old == null) {
            nodePorts.give(object, reservation);
        } else {
            nodePorts.giveToChanged(old, object, reservation);
        }
    }

    /** The real server never shows it for what is elsewhere, though it looks whether it is right. */
    private static void hideInternalPolicy(ObjectNode spec) {
        if (ServiceType.is(spec, ServiceType.EXTERNAL_NAME)
                && List.of("Cluster", "Local").contains(Json.textOrEmpty(spec, "internalTrafficPolicy"))) {
            spec.remove("internalTrafficPolicy");
        }
    }

    /** Also one that comes back from a snapshot. */
    @Override
    public void committed(ObjectNode object) {
        addresses.held(object);
        nodePorts.held(object);
    }

    @Override
    public void deleted(ObjectNode object) {
        addresses.released(object);
        nodePorts.released(object);
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        Field service = Field.of(object, errors);
        Field before = Field.of(old, errors);
        if (old != null) {
            ServiceUpdateChecks.spec(service.at("spec"), before.at("spec"));
        }
        ServiceChecks.service(service, before);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        ServiceStatusChecks.status(Field.of(object, errors), Field.of(old, errors));
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        ServiceWarnings.service(Field.of(object, new ArrayList<>()), warnings);
    }

    @Override
    public void warnOfValidStatus(ObjectNode object, ObjectNode old, List<String> warnings) {
        StatusChecks.warnOfBalancers(object, warnings);
    }
}
