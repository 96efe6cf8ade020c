package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Where the nodes would answer: none of them runs, so that whatever is sent there is refused as on a node that is down. Thread-safe. */
final class Kubelets {
    private static final int PORT = 10250;
    private static final List<String> PREFERRED = List.of("Hostname", "InternalDNS", "InternalIP", "ExternalDNS",
            "ExternalIP");

    private final Resources resources;

    Kubelets(Resources resources) {
        this.resources = resources;
    }

    /** Where something listens. */
    record Address(String host, int port) {
        @Override
        public String toString() {
            return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        }

        /** What comes of connecting to it. */
        String refusal() {
            return "dial tcp " + this + ": connect: connection refused";
        }
    }

    /**
     * The address of the kubelet of a node.
     *
     * @param asked
     *            the resource for whose sake it is asked for: the one that is told not to be there
     * @throws ApiException
     *             404 when there is no such node, 500 when it has no address
     */
    Address of(String node, ResourceType asked) {
        ResourceType nodes = resources.catalog().require("", "v1", "nodes");
        Stored stored = resources.find(nodes, "", node);
        if (stored == null) {
            throw ApiException.notFound("", asked.plural(), node);
        }
        ObjectNode status = Json.child(Codec.decode(stored, nodes), "status");
        int given = status.path("daemonEndpoints").path("kubeletEndpoint").path("Port").intValue(0);
        int port = given == 0 ? PORT : given;
        JsonNode addresses = status.path("addresses");
        for (String type : PREFERRED) {
            for (JsonNode each : addresses) {
                if (each.path("type").stringValue("").equals(type)) {
                    return new Address(each.path("address").stringValue(""), port);
                }
            }
        }
        List<String> known = addresses.valueStream().map(each -> "{" + each.path("type").stringValue("") + " "
                + each.path("address").stringValue("") + "}").toList();
        throw ApiException.of(500, "",
                "no preferred addresses found; known addresses: [" + String.join(" ", known) + "]");
    }
}
