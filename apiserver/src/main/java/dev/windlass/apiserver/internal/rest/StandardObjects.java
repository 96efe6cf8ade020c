package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a server makes for itself when it starts, beside namespaces and roles: the classes of priority of the system, and objects in which it tells of itself.
 * No ConfigMaps: those of a real server say nothing that a test asks for, and would be in each of its lists. They are stored as they stand here. That the server listens on loopback, for one, would be refused of anybody else's endpoints.
 */
public final class StandardObjects {
    /** Of 10.96.0.0/12, from which services get theirs. */
    private static final String ADDRESS = "10.96.0.1";
    private static final String LEASES = "apiserver-";
    /** In the order in which a real server's objects have their fields. The words in capitals are replaced. */
    private static final String OBJECTS = """
            [{"is":"scheduling.k8s.io/v1/priorityclasses","kind":"PriorityClass",
              "metadata":{"name":"system-node-critical","generation":1},"value":2000001000,
              "description":"Used for system critical pods that must not be moved from their current node.",
              "preemptionPolicy":"PreemptLowerPriority"},
             {"is":"scheduling.k8s.io/v1/priorityclasses","kind":"PriorityClass",
              "metadata":{"name":"system-cluster-critical","generation":1},"value":2000000000,
              "description":"Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
              "preemptionPolicy":"PreemptLowerPriority"},
             {"is":"networking.k8s.io/v1/servicecidrs","kind":"ServiceCIDR","metadata":{"name":"kubernetes"},
              "spec":{"cidrs":["10.96.0.0/12"]},
              "status":{"conditions":[{"type":"Ready","status":"True","lastTransitionTime":"NOW","reason":"",
               "message":"Kubernetes default Service CIDR is ready"}]}},
             {"is":"networking.k8s.io/v1/ipaddresses","kind":"IPAddress",
              "metadata":{"name":"ADDRESS","labels":{"ipaddress.kubernetes.io/ip-family":"IPv4",
               "ipaddress.kubernetes.io/managed-by":"ipallocator.k8s.io"}},
              "spec":{"parentRef":{"resource":"services","namespace":"default","name":"kubernetes"}}},
             {"is":"/v1/services","kind":"Service",
              "metadata":{"name":"kubernetes","namespace":"default",
               "labels":{"component":"apiserver","provider":"kubernetes"}},
              "spec":{"ports":[{"name":"https","protocol":"TCP","port":443,"targetPort":PORT}],
               "clusterIP":"ADDRESS","clusterIPs":["ADDRESS"],"type":"ClusterIP","sessionAffinity":"None",
               "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","internalTrafficPolicy":"Cluster"},
              "status":{"loadBalancer":{}}},
             {"is":"/v1/endpoints","kind":"Endpoints",
              "metadata":{"name":"kubernetes","namespace":"default",
               "labels":{"endpointslice.kubernetes.io/skip-mirror":"true"}},
              "subsets":[{"addresses":[{"ip":"127.0.0.1"}],
               "ports":[{"name":"https","port":PORT,"protocol":"TCP"}]}]},
             {"is":"discovery.k8s.io/v1/endpointslices","kind":"EndpointSlice",
              "metadata":{"name":"kubernetes","namespace":"default","generation":1,
               "labels":{"kubernetes.io/service-name":"kubernetes"}},
              "addressType":"IPv4","endpoints":[{"addresses":["127.0.0.1"],"conditions":{"ready":true}}],
              "ports":[{"name":"https","protocol":"TCP","port":PORT}]},
             {"is":"coordination.k8s.io/v1/leases","kind":"Lease",
              "metadata":{"name":"IDENTITY","namespace":"kube-system",
               "labels":{"apiserver.kubernetes.io/identity":"kube-apiserver","kubernetes.io/hostname":"localhost"},
               "annotations":{"kubernetes.io/peer-advertise-address":"127.0.0.1:PORT"}},
              "spec":{"holderIdentity":"IDENTITY_UID","leaseDurationSeconds":3600,"renewTime":"MOMENT"}}]
            """;
    private static final Set<String> OF_THE_SERVER = Set.of("Service default/kubernetes",
            "Endpoints default/kubernetes", "EndpointSlice default/kubernetes", "ServiceCIDR /kubernetes",
            "IPAddress /" + ADDRESS);

    private StandardObjects() {
    }

    /**
     * Makes them.
     *
     * @param port that the server listens on
     */
    public static void create(Resources resources, String server, int port) {
        String now = resources.surroundings().now();
        String objects = OBJECTS.replace("IDENTITY", LEASES + identity(server))
                .replace("_UID", "_" + resources.surroundings().uid()).replace("PORT", Integer.toString(port))
                .replace("ADDRESS", ADDRESS).replace("NOW", now).replace("MOMENT", now.replace("Z", ".000000Z"));
        for (JsonNode each : Json.parse(objects)) {
            create(resources, (ObjectNode) each);
        }
    }

    private static void create(Resources resources, ObjectNode object) {
        String[] is = object.remove("is").stringValue().split("/", -1);
        ResourceType type = resources.catalog().require(is[0], is[1], is[2]);
        object.put("apiVersion", type.apiVersion());
        Metadata.of(object).put("uid", resources.surroundings().uid()).put("creationTimestamp",
                resources.surroundings().now());
        resources.shelf(type).create(Codec.draft(object, type));
    }

    /** As a real one makes it of the name of its machine: the same at each start. */
    private static String identity(String server) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(server.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 13);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-256", e);
        }
    }

    /** Whether an object tells of the very server that made it, so that it means nothing to another. */
    public static boolean isOfTheServer(ObjectNode object) {
        String kind = Json.textOrEmpty(object, "kind");
        String namespace = Metadata.namespace(object);
        String name = Metadata.name(object);
        return OF_THE_SERVER.contains(kind + " " + namespace + "/" + name)
                || (kind.equals("Lease") && namespace.equals("kube-system") && name.startsWith(LEASES));
    }
}
