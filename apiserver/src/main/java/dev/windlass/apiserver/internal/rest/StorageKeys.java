package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Map;

/** The paths under which the real server stores objects, in which some namespaces would lead astray. Stateless. */
final class StorageKeys {
    private static final List<String> DOTS = List.of(".", "..");
    private static final Map<String, String> PLACES = Map.of("replicationcontrollers", "controllers", "services",
            "services/specs", "endpoints", "services/endpoints", "nodes", "minions", "ingresses", "ingress");

    private StorageKeys() {
    }

    /** Where all objects of a kind are. */
    static String place(ResourceType type) {
        return type.isCustom() || type.group().equals("apiextensions.k8s.io")
                ? type.group() + "/" + type.plural()
                : PLACES.getOrDefault(type.plural(), type.plural());
    }

    /** Where an object is. */
    static String of(ResourceType type, Target target) {
        return "/registry/" + place(type) + "/" + (type.namespaced() ? target.namespace() + "/" : "") + target.name();
    }

    /**
     * Before something is read.
     *
     * @param name
     *            empty for all in the namespace
     * @throws ApiException
     *             500 in the words of the storage
     */
    static void check(ResourceType type, String namespace, String name) {
        if (DOTS.contains(namespace)) {
            String key = "/" + place(type) + "/" + namespace + (name.isEmpty() ? "" : "/" + name);
            throw ApiException.of(500, "", "invalid key: " + GoText.quoted(key));
        }
    }

    /** Before something is created in a namespace. */
    static void checkNamespace(String namespace) {
        if (DOTS.contains(namespace)) {
            throw ApiException.internal("invalid resource name " + GoText.quoted(namespace) + ": [may not be '"
                    + namespace + "']");
        }
    }
}
