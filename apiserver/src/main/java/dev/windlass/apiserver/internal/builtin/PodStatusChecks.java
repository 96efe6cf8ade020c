package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the status may say of a pod. Its specification has been checked when it was written. Stateless. */
final class PodStatusChecks {
    private static final List<String> SYSTEM_CONDITIONS = List.of("PodScheduled", "Ready", "Initialized");
    private static final String GENERATION = "observedGeneration";
    private static final String CLAIM = "resourceClaimName";
    private static final int MOST_ADDRESSES = 2;

    private PodStatusChecks() {
    }

    static void status(Field pod, Field old) {
        Field annotations = pod.at("metadata", "annotations");
        PodUpdateChecks.annotations(annotations, old.at("metadata", "annotations"));
        PodAnnotationChecks.meaning(annotations, pod.at("spec"));
        Field status = pod.at("status");
        Field before = old.at("status");
        status.at("conditions").items().forEach(PodStatusChecks::condition);
        nomination(status.at("nominatedNodeName"), before.at("nominatedNodeName"),
                !old.at("spec", "nodeName").isEmpty());
        generation(status.at(GENERATION));
        status.at("qosClass").immutable(before.at("qosClass"));
        ContainerStatusChecks.transitions(status, before, old.at("spec"));
        claims(status.at("resourceClaimStatuses"), pod.at("spec", "resourceClaims"));
        Field extended = status.at("extendedResourceClaimStatus");
        if (extended.isSet()) {
            extended(extended, pod.at("spec"));
        }
        podAddresses(status, before);
        hostAddresses(status, before);
        ContainerStatusChecks.users(status, pod.at("spec", "os", "name").text());
        ContainerStatusChecks.allocated(status, pod.at("spec"));
    }

    private static void condition(Field condition) {
        generation(condition.at(GENERATION));
        Field type = condition.at("type");
        if (!SYSTEM_CONDITIONS.contains(type.text())) {
            type.as(condition.at("Type").path()).named(NameRules::qualifiedName);
        }
    }

    private static void generation(Field generation) {
        if (generation.number() < 0) {
            generation.invalid("must be a non-negative integer");
        }
    }

    private static void nomination(Field node, Field before, boolean isBound) {
        if (node.isEmpty() || !node.differs(before)) {
            return;
        }
        node.named(NameRules::subdomain);
        if (isBound) {
            node.forbidden("may not be set on pods that are already bound to a node");
        }
    }

    private static void claims(Field statuses, Field claims) {
        List<String> known = claims.items().stream().map(each -> each.at("name").text()).toList();
        Set<String> seen = new HashSet<>();
        for (Field status : statuses.items()) {
            Field name = status.at("name");
            if (!known.contains(name.text())) {
                name.invalid(name.text(), "must match the name of an entry in `spec.resourceClaims`");
            }
            if (!seen.add(name.text())) {
                name.duplicate();
            }
            if (status.at(CLAIM).isSet()) {
                status.at(CLAIM).named(NameRules::subdomain);
            }
        }
    }

    private static void extended(Field status, Field spec) {
        Field mappings = status.at("requestMappings");
        mappings.mustBeSet("at least one request mapping is required");
        Map<String, Field> containers = new HashMap<>();
        for (String list : List.of("initContainers", "containers")) {
            spec.at(list).items().forEach(each -> containers.put(each.at("name").text(), each));
        }
        Set<List<String>> seen = new HashSet<>();
        for (Field mapping : mappings.items()) {
            Field container = mapping.at("containerName");
            Field resource = mapping.at("resourceName");
            Field request = mapping.at("requestName");
            Field found = containers.get(container.text());
            if (found == null) {
                container.invalid(container.text(),
                        "must match the name of an entry in spec.initContainers.name or spec.containers.name");
            } else if (!found.at("resources", "requests").value().has(resource.text())) {
                resource.invalid(resource.text(), "must match the extended resource name of an entry in"
                        + " spec.initContainers.resources.requests or spec.containers.resources.requests");
            }
            request.as(status.at("requestName").path()).named(NameRules::label);
            if (!seen.add(List.of(container.text(), resource.text(), request.text()))) {
                List.of(container, resource, request).forEach(each -> Field.textAt(each).duplicate());
            }
        }
        status.at(CLAIM).requiredName(NameRules::subdomain);
    }

    private static void podAddresses(Field status, Field before) {
        Field list = status.at("podIPs");
        each(list, before.at("podIPs"));
        families(list);
        // That they are otherwise the same is seen to where defaults are filled in.
        if (status.at("podIP").isEmpty() != list.isEmpty()) {
            list.invalid("podIP and podIPs must either both be set or both be unset");
        }
    }

    private static void hostAddresses(Field status, Field before) {
        Field list = status.at("hostIPs");
        if (list.isEmpty()) {
            return;
        }
        Field first = list.items().getFirst().at("ip");
        if (!first.text().equals(status.at("hostIP").text())) {
            first.invalid(first.text(), "must be equal to `hostIP`");
        }
        each(list, before.at("hostIPs"));
        families(list);
    }

    /** What is wrong and there already may stay. */
    private static void each(Field list, Field before) {
        List<String> known = before.items().stream().map(each -> each.at("ip").text()).toList();
        for (Field item : list.items()) {
            String address = item.at("ip").text();
            if (!known.contains(address)) {
                Addresses.address(address).forEach(each -> item.invalid(address, each));
            }
        }
    }

    private static void families(Field list) {
        List<String> addresses = list.items().stream().map(each -> each.at("ip").text()).toList();
        if (addresses.size() < 2) {
            return;
        }
        Set<Integer> sizes = new HashSet<>();
        for (int i = 0; i < addresses.size(); i++) {
            byte[] bytes = Addresses.parse(addresses.get(i));
            if (bytes == null) {
                list.errors().add(new FieldError("InternalError", list.path(),
                        "Internal error: failed to check for dual stack with error:invalid IP[" + i + "]: "
                                + addresses.get(i)));
                sizes.clear();
                break;
            }
            sizes.add(Addresses.isVersion4(bytes) ? 4 : 6);
        }
        if (sizes.size() != 2 || addresses.size() > MOST_ADDRESSES) {
            list.invalid("may specify no more than one IP for each IP family");
        }
    }
}
