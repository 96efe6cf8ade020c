package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Map;

/** The paths under which the real server stores objects, in which some namespaces would lead astray. Stateless. */
final class StorageKeys {
    static final String ROOT = "/registry";
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

    /**
     * What the storage says of an object that is not what is asked for.
     *
     * @param root
     *            of all that is stored, as the one that says it knows it
     */
    static ApiException invalidObject(Target target, String root, long version, String why) {
        ResourceType type = target.type();
        return ApiException.conflict(type.group(), type.plural(), target.name(),
                "StorageError: invalid object, Code: 4, Key: " + root + "/" + place(type) + "/"
                        + Stored.key(target.namespace(), target.name()) + ", ResourceVersion: " + version
                        + ", AdditionalErrorMsg: " + why);
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
