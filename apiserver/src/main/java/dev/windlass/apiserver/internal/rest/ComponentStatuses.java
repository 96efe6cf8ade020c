package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** How the parts of the control plane are: as in one that has an API server and its store, and nothing else. Thread-safe. */
final class ComponentStatuses {
    private static final Map<String, Integer> PORTS = Map.of("scheduler", 10259, "controller-manager", 10257);
    private static final String STORE = "etcd-0";
    private static final List<String> ALL = List.of("scheduler", "controller-manager", STORE);

    private final Resources resources;

    ComponentStatuses(Resources resources) {
        this.resources = resources;
    }

    static boolean appliesTo(ResourceType type) {
        return type.is("", "componentstatuses");
    }

    Reply.Whole answer(Target target, Call call, Accepted accepted) {
        ResourceType type = target.type();
        Rendering rendering = Rendering.of(type, accepted, call, resources);
        return switch (target.verb()) {
            case "get" -> {
                if (!ALL.contains(target.name())) {
                    throw ApiException.notFound("", type.singular(), target.name());
                }
                yield rendering.object(200, status(target.name(), type));
            }
            case "list" -> {
                Selection selection = ListOptions.of(call, target, false).selection();
                List<Stored> selected = ALL.stream().map(name -> status(name, type)).filter(selection::matches)
                        .toList();
                yield rendering.list(0, selected, "", null);
            }
            default -> throw ApiException.notSupported("", type.plural(), "watch");
        };
    }

    private static Stored status(String name, ResourceType type) {
        ObjectNode status = Json.object();
        status.putObject("metadata").put("name", name);
        ObjectNode condition = status.putArray("conditions").addObject().put("type", "Healthy");
        Integer port = PORTS.get(name);
        if (port == null) {
            condition.put("status", "True").put("message", "ok");
        } else {
            Kubelets.Address address = new Kubelets.Address("127.0.0.1", port);
            condition.put("status", "False").put("message",
                    "Get \"https://" + address + "/healthz\": " + address.refusal());
        }
        return Codec.draft(status, type);
    }
}
