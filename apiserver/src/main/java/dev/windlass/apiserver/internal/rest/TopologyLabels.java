package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The labels that tell a pod where in the topology its node is. Thread-safe. */
public final class TopologyLabels {
    private static final List<String> COPIED = List.of("topology.kubernetes.io/zone", "topology.kubernetes.io/region");

    private final Resources resources;

    public TopologyLabels(Resources resources) {
        this.resources = resources;
    }

    /**
     * Copies those of a node, over what is there.
     *
     * @param node
     *            its name; where there is no such node, nothing is copied
     */
    public void copy(String node, ObjectNode to) {
        ObjectNode found = resources.read(resources.catalog().require("", "v1", "nodes"), "", node);
        for (String label : COPIED) {
            String value = Json.text(found, "metadata", "labels", label);
            if (value != null) {
                Json.child(Metadata.of(to), "labels").put(label, value);
            }
        }
    }
}
