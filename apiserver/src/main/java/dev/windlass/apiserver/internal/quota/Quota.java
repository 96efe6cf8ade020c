package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/**
 * A quota as it was read.
 *
 * @param hard
 *            the limits that its status has
 * @param used
 *            what its status says is used of them
 */
record Quota(Stored stored, ObjectNode object, ResourceList hard, ResourceList used, List<ScopeSelector> scopes) {

    static Quota of(Stored stored, ObjectNode object) {
        return new Quota(stored, object, ResourceList.of(object.path("status").path("hard")),
                ResourceList.of(object.path("status").path("used")), ScopeSelector.allOf(object.path("spec")));
    }

    String name() {
        return Metadata.name(object);
    }

    /** Whether it is said how much is used of the resources that it limits. */
    boolean knowsUseOf(Set<String> resources) {
        Set<String> limited = new TreeSet<>(hard.names());
        limited.retainAll(resources);
        return used.names().containsAll(limited);
    }
}
