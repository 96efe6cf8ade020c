package dev.windlass.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Takes a cluster back to what it held at its start. It asks the server which kinds there are, so that no kind is
 * forgotten, and does what the missing controller manager would do for namespaces.
 */
final class Cleaner {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final String DELETE_OPTIONS = """
            {"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0,"propagationPolicy":"Background"}""";
    /** What the server makes and keeps by itself, partly only after it calls itself ready. */
    private static final Set<String> KEPT_KINDS = Set.of("apiservices.apiregistration.k8s.io",
            "ipaddresses.networking.k8s.io");
    private static final Set<String> KEPT = Set.of("namespaces default", "namespaces kube-system",
            "namespaces kube-public", "namespaces kube-node-lease", "services default/kubernetes",
            "endpoints default/kubernetes", "endpointslices.discovery.k8s.io default/kubernetes",
            "servicecidrs.networking.k8s.io kubernetes", "configmaps kube-system/extension-apiserver-authentication",
            "configmaps kube-system/kube-apiserver-legacy-service-account-token-tracking");
    private static final String SERVER_LEASE = "leases.coordination.k8s.io kube-system/apiserver-";
    private static final String NAMESPACES = "namespaces";
    private static final String DEFINITIONS = "customresourcedefinitions.apiextensions.k8s.io";

    private final Set<String> atStart;

    private Cleaner(Set<String> atStart) {
        this.atStart = atStart;
    }

    /** Remembers what a cluster holds now. */
    static Cleaner of(Api api) throws InterruptedException {
        Set<String> present = new HashSet<>();
        for (Resource resource : resources(api)) {
            for (Item item : items(api, resource)) {
                present.add(item.id());
            }
        }
        return new Cleaner(present);
    }

    /** A kind, as its path shows it; {@code id} is {@code plural} or {@code plural.group}. */
    private record Resource(String id, String base, String plural, boolean namespaced, boolean collection) {

        String list() {
            return base + "/" + plural;
        }

        String in(String namespace) {
            return namespaced && !namespace.isEmpty() ? base + "/namespaces/" + namespace + "/" + plural : list();
        }
    }

    private record Item(Resource resource, String namespace, String name, boolean finalizers) {

        String id() {
            return resource.id() + " " + (namespace.isEmpty() ? name : namespace + "/" + name);
        }

        String path() {
            return resource.in(namespace) + "/" + name;
        }
    }

    void clean(Api api) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        List<Item> left = left(api);
        while (!left.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("after " + LIMIT.toSeconds() + " s of cleaning there is still: "
                        + left.stream().limit(20).map(Item::id).collect(Collectors.joining(", ")));
            }
            remove(api, left);
            left = left(api);
            if (!left.isEmpty()) {
                LockSupport.parkNanos(PAUSE.toNanos());
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while cleaning");
                }
            }
        }
    }

    private List<Item> left(Api api) throws InterruptedException {
        List<Item> left = new ArrayList<>();
        for (Resource resource : resources(api)) {
            for (Item item : items(api, resource)) {
                if (!atStart.contains(item.id()) && !KEPT.contains(item.id()) && !item.id().startsWith(SERVER_LEASE)) {
                    left.add(item);
                }
            }
        }
        left.sort(Comparator.comparingInt(Cleaner::turn));
        return left;
    }

    /** Objects first, then what defines their kinds, then the namespaces that held them. */
    private static int turn(Item item) {
        return switch (item.resource().id()) {
            case DEFINITIONS -> 1;
            case NAMESPACES -> 2;
            default -> 0;
        };
    }

    private void remove(Api api, List<Item> items) throws InterruptedException {
        Map<String, List<Item>> byPlace = items.stream().collect(Collectors
                .groupingBy(item -> turn(item) + item.resource().in(item.namespace()), TreeMap::new,
                        Collectors.toList()));
        for (List<Item> place : byPlace.values()) {
            Item first = place.getFirst();
            if (turn(first) == 0 && first.resource().collection() && place.size() > 1 && !holdsKept(first)) {
                accept(api.send("DELETE", first.resource().in(first.namespace()), DELETE_OPTIONS, "application/json"));
            }
            for (Item item : place) {
                removeOne(api, item, place.size() == 1 || !first.resource().collection() || turn(first) > 0
                        || holdsKept(first));
            }
        }
    }

    private static void removeOne(Api api, Item item, boolean delete) throws InterruptedException {
        if (delete) {
            accept(api.send("DELETE", item.path(), DELETE_OPTIONS, "application/json"));
        }
        if (item.resource().id().equals(NAMESPACES)) {
            accept(api.send("PUT", item.path() + "/finalize", """
                    {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"%s"},"spec":{"finalizers":[]}}"""
                    .formatted(item.name()), "application/json"));
        } else if (item.finalizers() && turn(item) == 0) {
            accept(api.send("PATCH", item.path(), "{\"metadata\":{\"finalizers\":null}}",
                    "application/merge-patch+json"));
        }
    }

    private boolean holdsKept(Item item) {
        String place = item.resource().id() + " " + (item.namespace().isEmpty() ? "" : item.namespace() + "/");
        return atStart.stream().anyMatch(id -> id.startsWith(place))
                || KEPT.stream().anyMatch(id -> id.startsWith(place))
                || SERVER_LEASE.startsWith(place);
    }

    /** The next round looks again, so a conflict with somebody else's change is no failure yet. */
    private static void accept(Api.Answer answer) {
        if (!answer.gone() && answer.status() != 409) {
            answer.orThrow();
        }
    }

    private static List<Item> items(Api api, Resource resource) throws InterruptedException {
        Api.Answer answer = api.list(resource.list());
        if (answer.gone() || answer.status() == 405) {
            return List.of(); // its definition was deleted meanwhile
        }
        List<Item> items = new ArrayList<>();
        for (JsonNode item : api.parse(answer.orThrow()).path("items")) {
            JsonNode metadata = item.path("metadata");
            items.add(new Item(resource, metadata.path("namespace").asString(""), metadata.path("name").asString(""),
                    !metadata.path("finalizers").isEmpty()));
        }
        return items;
    }

    private static Set<Resource> resources(Api api) throws InterruptedException {
        Map<String, Resource> resources = new TreeMap<>();
        collect(api, "/api/v1", "", resources);
        for (JsonNode group : api.parse(api.get("/apis").orThrow()).path("groups")) {
            for (JsonNode version : group.path("versions")) {
                collect(api, "/apis/" + version.path("groupVersion").asString(""),
                        "." + group.path("name").asString(""), resources);
            }
        }
        KEPT_KINDS.forEach(resources::remove);
        return new LinkedHashSet<>(resources.values());
    }

    private static void collect(Api api, String base, String suffix, Map<String, Resource> resources)
            throws InterruptedException {
        Api.Answer answer = api.get(base);
        if (answer.gone()) {
            return;
        }
        for (JsonNode resource : api.parse(answer.orThrow()).path("resources")) {
            String plural = resource.path("name").asString("");
            Set<String> verbs = new HashSet<>();
            resource.path("verbs").forEach(verb -> verbs.add(verb.asString("")));
            if (!plural.contains("/") && verbs.contains("list") && verbs.contains("delete")) {
                resources.putIfAbsent(plural + suffix, new Resource(plural + suffix, base, plural,
                        resource.path("namespaced").asBoolean(false), verbs.contains("deletecollection")));
            }
        }
    }
}
