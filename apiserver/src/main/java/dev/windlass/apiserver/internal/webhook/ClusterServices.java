package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Resources;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Finds services as the real server does, after those whose place is given, since nothing runs behind the others. Thread-safe. */
public final class ClusterServices implements ServiceAddresses {
    private final Resources resources;
    private final Given given;

    public ClusterServices(Resources resources, Given given) {
        this.resources = resources;
        this.given = given;
    }

    /** Where services are answered. */
    @FunctionalInterface
    public interface Given {

        /** @return null for a service that is not known */
        @Nullable
        InetSocketAddress find(String namespace, String name, int port);
    }

    @Override
    public InetSocketAddress find(String namespace, String name, int port) throws CallFailedException {
        InetSocketAddress known = given.find(namespace, name, port);
        if (known != null) {
            return known;
        }
        ObjectNode service = resources.read(resources.catalog().require("", "v1", "services"), namespace, name);
        if (service == null) {
            throw new CallFailedException("service " + GoText.quoted(name) + " not found");
        }
        JsonNode spec = service.path("spec");
        if (Json.textOrEmpty(spec, "type").equals("ExternalName")) {
            return InetSocketAddress.createUnresolved(Json.textOrEmpty(spec, "externalName"), port);
        }
        String address = Json.textOrEmpty(spec, "clusterIP");
        if (address.equals("None")) {
            throw new CallFailedException("cannot route to service with ClusterIP \"None\"");
        }
        for (JsonNode each : spec.path("ports")) {
            if (Json.number(each, 0, "port") == port) {
                throw new CallFailedException("dial tcp " + address + ":" + port
                        + ": connect: no route to host; nothing runs behind the services of this server: tell it where "
                        + namespace + "/" + name
                        + " is answered by builder().services(…), or let the service be of type ExternalName");
            }
        }
        throw new CallFailedException("no service port " + port + " found for service " + GoText.quoted(name));
    }
}
