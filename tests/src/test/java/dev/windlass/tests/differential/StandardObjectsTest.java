package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Holds what is there when the embedded server has started against what the real one makes for itself, kind by kind. */
@Tag("real-apiserver")
class StandardObjectsTest {
    /** The real server tells of its endpoints where it is given an address for others, which the one of the tests is not: it refuses loopback. */
    private static final Pattern ONLY_EMBEDDED = Pattern.compile("(Endpoints|EndpointSlice) default/kubernetes");
    /**
     * What a test lists of ConfigMaps is what it has made. There is an event when the real server looks at the address
     * of its service before it has written it down, which depends on how busy the machine is.
     */
    private static final Pattern ONLY_REAL = Pattern
            .compile("ConfigMap kube-system/.*|Event default/kubernetes\\.[0-9a-f]+");
    private static final List<String> OF_ONE_SERVER = List.of("uid", "resourceVersion", "creationTimestamp",
            "managedFields");
    /** Names of machines, what is made at random, times, the port, and the range of services' addresses. */
    private static final Pattern OWN = Pattern.compile("(?<![a-z]-)apiserver-[a-z0-9]+(_[0-9a-f-]{36})?"
            + "|\\d{4}-\\d\\d-\\d\\d(T[\\d:.]+Z)?|127\\.0\\.0\\.1:\\d+|10\\.(0|96)\\.0\\.[01](/\\d+)?"
            + "|(?<=\"targetPort\":)\\d+|(?<=\"kubernetes.io/hostname\":\")[^\"]+");

    @Test
    void areThoseOfTheRealServer() throws InterruptedException {
        try (Server real = Server.real(); Server embedded = Server.embedded()) {
            Map<String, JsonNode> made = objects(embedded);
            assertThat(made.keySet()).filteredOn(ONLY_EMBEDDED.asMatchPredicate()).hasSize(2);
            made.keySet().removeIf(ONLY_EMBEDDED.asMatchPredicate());

            // It makes them one after the other, and says before that it is ready.
            await("what the real server makes").until(() -> ofBoth(real).keySet(), made.keySet()::equals);
            ofBoth(real).forEach((name, object) -> assertThat(made.get(name)).as(name).isEqualTo(object));
        }
    }

    private static Map<String, JsonNode> ofBoth(Server real) {
        Map<String, JsonNode> objects = objects(real);
        objects.keySet().removeIf(ONLY_REAL.asMatchPredicate());
        return objects;
    }

    /** By kind, namespace and name, of the kinds that the embedded server serves. */
    private static Map<String, JsonNode> objects(Server server) {
        Map<String, JsonNode> objects = new TreeMap<>();
        List<String> versions = new ArrayList<>(List.of("/api/v1"));
        get(server, "/apis").path("groups").forEach(group -> versions
                .add("/apis/" + group.path("preferredVersion").path("groupVersion").asString()));
        versions.stream().filter(version -> !version.matches("/apis/(apiregistration|flowcontrol)\\..*"))
                .flatMap(version -> lists(server, version))
                .forEach(list -> add(get(server, list), objects));
        return objects;
    }

    private static Stream<String> lists(Server server, String version) {
        return get(server, version).path("resources").valueStream()
                .filter(resource -> resource.path("verbs").toString().contains("\"list\""))
                .map(resource -> version + "/" + resource.path("name").asString());
    }

    private static void add(JsonNode list, Map<String, JsonNode> objects) {
        String kind = list.path("kind").asString().replaceFirst("List$", "");
        for (JsonNode each : list.path("items")) {
            ObjectNode metadata = (ObjectNode) each.path("metadata");
            metadata.remove(OF_ONE_SERVER);
            String name = kind + " " + metadata.path("namespace").asString("") + "/"
                    + metadata.path("name").asString();
            objects.put(OWN.matcher(name).replaceAll("<own>"),
                    JsonMapper.shared().readTree(OWN.matcher(each.toString()).replaceAll("0")));
        }
    }

    private static JsonNode get(Server server, String path) {
        Answer answer = server.send("GET", path, Map.of(), "");
        assertThat(answer.code()).as(path).isEqualTo(200);
        return answer.body();
    }
}
