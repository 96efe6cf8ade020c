package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The containers of a pod by their names. Stateless. */
final class Containers {
    private Containers() {
    }

    /**
     * The container that a request is about: the given one, or the only one.
     *
     * @throws ApiException
     *             400 when there is no such container, or none is given and there are several
     */
    static String choose(ObjectNode pod, String given) {
        List<String> all = names(pod, "initContainers", "containers", "ephemeralContainers");
        String name = Metadata.name(pod);
        if (!given.isEmpty()) {
            if (!all.contains(given)) {
                throw ApiException.badRequest("container " + given + " is not valid for pod " + name);
            }
            return given;
        }
        List<String> ordinary = names(pod, "containers");
        if (ordinary.size() != 1) {
            throw ApiException.badRequest("a container name must be specified for pod " + name
                    + (ordinary.isEmpty() ? "" : ", choose one of: [" + String.join(" ", all) + "]"));
        }
        return ordinary.getFirst();
    }

    private static List<String> names(ObjectNode pod, String... lists) {
        List<String> names = new ArrayList<>();
        for (String list : lists) {
            pod.path("spec").path(list).forEach(each -> names.add(Json.textOrEmpty((ObjectNode) each, "name")));
        }
        return names;
    }
}
