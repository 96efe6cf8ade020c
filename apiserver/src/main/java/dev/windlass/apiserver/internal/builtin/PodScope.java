package dev.windlass.apiserver.internal.builtin;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * The specification of a pod while it is checked: what its parts must know of each other.
 *
 * @param volumes
 *            those that are right, by name
 * @param claims
 *            the names of the claims on resources
 */
record PodScope(Field spec, Map<String, JsonNode> volumes, Set<String> claims) {

    /** Whether containers have the users of the node. */
    boolean hostUsers() {
        return !spec.at("hostUsers").isSet() || spec.at("hostUsers").flag();
    }

    String os() {
        return spec.at("os", "name").text();
    }

    long gracePeriod() {
        return spec.at("terminationGracePeriodSeconds").number();
    }

    /** All containers of all sorts, in the order in which they are looked through for what they have in common. */
    static List<Field> containers(Field spec) {
        return Stream.of("initContainers", "containers", "ephemeralContainers")
                .flatMap(list -> spec.at(list).items().stream()).toList();
    }
}
