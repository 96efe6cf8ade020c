package dev.windlass.tests.differential;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Makes a sequence of requests about a few objects whose parameters, media types and bodies are drawn at random, so that few of them are right and many are
 * wrong in several ways. The same seed makes the same.
 */
final class OddRequests {
    private static final String POD = "{\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}";
    private static final List<Kind> KINDS = List.of(
            new Kind("/api/v1/namespaces/$NS/configmaps", "v1", "ConfigMap", "\"data\":{\"k\":\"v\"}",
                    List.of("status", "scale", "x")),
            new Kind("/api/v1/namespaces/$NS/pods", "v1", "Pod", "\"spec\":" + POD,
                    List.of("status", "eviction", "binding", "resize", "x", "scale")),
            new Kind("/api/v1/namespaces/$NS/secrets", "v1", "Secret", "\"stringData\":{\"k\":\"v\"}", List.of("x")),
            new Kind("/api/v1/namespaces/$NS/services", "v1", "Service",
                    "\"spec\":{\"clusterIP\":\"None\",\"ports\":[{\"port\":80}]}", List.of("status")),
            new Kind("/api/v1/namespaces/$NS/events", "v1", "Event",
                    "\"involvedObject\":{\"kind\":\"Pod\",\"name\":\"p\",\"namespace\":\"$NS\"}", List.of("x")),
            new Kind("/apis/apps/v1/namespaces/$NS/deployments", "apps/v1", "Deployment",
                    "\"spec\":{\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":"
                            + POD + "}}",
                    List.of("status", "scale")),
            new Kind("/apis/batch/v1/namespaces/$NS/jobs", "batch/v1", "Job",
                    "\"spec\":{\"suspend\":true,\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"c\",\"image\":\"i:1\"}]}}}",
                    List.of("status", "x")),
            new Kind("/apis/coordination.k8s.io/v1/namespaces/$NS/leases", "coordination.k8s.io/v1", "Lease",
                    "\"spec\":{\"holderIdentity\":\"h\"}", List.of("status")),
            new Kind("/apis/$NS.example.com/v1/namespaces/$NS/boxes", "$NS.example.com/v1", "Box",
                    "\"spec\":{\"x\":\"y\"}", List.of("status", "scale", "x")));
    private static final String DEFINITION = """
            {"metadata":{"name":"boxes.$NS.example.com"},"spec":{"group":"$NS.example.com","scope":"Namespaced",\
            "names":{"plural":"boxes","kind":"Box"},"versions":[{"name":"v1","served":true,"storage":true,\
            "subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas","statusReplicasPath":".status.replicas"}},\
            "selectableFields":[{"jsonPath":".spec.x"}],"schema":{"openAPIV3Schema":{"type":"object","properties":{\
            "spec":{"type":"object","properties":{"x":{"type":"string"},"replicas":{"type":"integer"}}},\
            "status":{"type":"object","properties":{"replicas":{"type":"integer"}}}}}}}]}}""";
    private static final Map<String, List<String>> OF_LISTS = Map.ofEntries(
            Map.entry("limit", List.of("0", "1", "2", "-1", "x", "", "1.5", "99999999999999999999", "+1", "0x1")),
            Map.entry("continue",
                    List.of("abc", "", "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0")),
            Map.entry("resourceVersion", List.of("0", "1", "", "x", "-1", "1.0", "00")),
            Map.entry("resourceVersionMatch", List.of("Exact", "NotOlderThan", "", "exact")),
            Map.entry("labelSelector",
                    List.of("a=b", "a!=b", "a in (b,c)", "a notin (b)", "!a", "a,", "a in ()", "=b", "a>1", "a<x",
                            "a b",
                            "(a)", "a in (b", "a=b=c", "a in b", "A/B/c=d", "-a=b", "a=-b", "!a,!c", "é=b", " a = b ")),
            Map.entry("fieldSelector",
                    List.of("metadata.name=one", "metadata.name!=one", "metadata.namespace=$NS",
                            "status.phase!=Running", "metadata.name", "=one", "metadata.name=one,metadata.name=two",
                            "a=b", "type=Opaque", "metadata.name=o\\=ne", "metadata.name=o\\ne", "spec.x=y",
                            "status.successful=1", "METADATA.NAME=one", "involvedObject.kind=Pod")),
            Map.entry("sendInitialEvents", List.of("true", "false", "", "x")),
            Map.entry("allowWatchBookmarks", List.of("true", "x", "")),
            Map.entry("includeObject", List.of("None", "Object", "Metadata", "", "x")),
            Map.entry("timeout", List.of("1s", "x", "5")), Map.entry("other", List.of("x")));
    private static final Map<String, List<String>> OF_WRITES = Map.ofEntries(
            Map.entry("dryRun", List.of("All", "all", "", "None")),
            Map.entry("fieldManager", List.of("m", "", "x".repeat(129), "a b", "é", "a\tb")),
            Map.entry("fieldValidation", List.of("Strict", "Warn", "Ignore", "", "strict")),
            Map.entry("force", List.of("true", "false", "", "x")),
            Map.entry("gracePeriodSeconds", List.of("0", "1", "-1", "x", "")),
            Map.entry("propagationPolicy", List.of("Background", "Orphan", "Foreground", "background", "")),
            Map.entry("orphanDependents", List.of("true", "false", "x", "")),
            Map.entry("resourceVersion", List.of("1", "x", "")), Map.entry("uid", List.of("x", "")),
            Map.entry("timeout", List.of("1s", "x")), Map.entry("export", List.of("true", "x")),
            Map.entry("ignoreStoreReadErrorWithClusterBreakingPotential", List.of("true", "false")));
    private static final List<String> ACCEPTED = List.of("", "", "", "", "application/json", "application/yaml", "*/*",
            "application/*", "text/html", "application/json;as=Table;v=v1;g=meta.k8s.io",
            "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io",
            "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
            "application/json;as=Table;v=v2;g=meta.k8s.io", "application/json;q=0.5,application/yaml",
            "application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "application/json;stream=watch");
    private static final List<String> SENT = List.of("application/json", "application/json", "application/json",
            "application/json; charset=utf-8", "application/yaml", "APPLICATION/JSON", "text/plain",
            "application/merge-patch+json", "application/apply-patch+yaml", "");
    private static final List<String> PATCHES = List.of("application/json-patch+json", "application/merge-patch+json",
            "application/strategic-merge-patch+json", "application/apply-patch+yaml");
    private static final List<String> METADATA = List.of("", "", "", ",\"labels\":{\"z\":\"1\"}",
            ",\"namespace\":\"$NS\"", ",\"namespace\":\"other\"", ",\"resourceVersion\":\"1\"", ",\"uid\":\"x\"",
            ",\"generateName\":\"g-\"", ",\"finalizers\":[\"a/b\"]", ",\"managedFields\":[]",
            ",\"ownerReferences\":[]", ",\"annotations\":null");
    private static final List<String> CHANGES = List.of(
            "[{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"q\":\"1\"}}]",
            "[{\"op\":\"replace\",\"path\":\"/metadata/nope\",\"value\":1}]",
            "[{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"one\"}]",
            "[{\"op\":\"remove\",\"path\":\"/data/k\"}]", "[]", "[{}]", "[null]", "[{\"op\":\"x\",\"path\":\"/a\"}]",
            "{\"metadata\":{\"labels\":{\"a\":\"1\"}}}", "{\"metadata\":{\"labels\":null}}",
            "{\"metadata\":{\"name\":\"other\"}}", "{\"metadata\":{\"resourceVersion\":\"1\"}}",
            "{\"metadata\":{\"uid\":\"y\"}}", "{\"data\":{\"k\":null}}", "{\"data\":{\"k\":1}}", "{\"spec\":{\"x\":1}}",
            "{\"spec\":{\"replicas\":3}}", "{\"spec\":{\"replicas\":\"x\"}}", "{}", "null", "7",
            "{\"status\":{\"replicas\":1}}", "{\"unknown\":true}", "{\"metadata\":{\"annotations\":{\"a\":1}}}",
            "{\"spec\":{\"template\":{\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"j\"}]}}}}",
            "{\"$patch\":\"delete\"}");
    private static final List<String> DELETIONS = List.of("{\"dryRun\":[\"All\"]}", "{\"propagationPolicy\":\"x\"}",
            "{\"preconditions\":{\"uid\":\"x\"}}", "{\"gracePeriodSeconds\":0,\"dryRun\":[\"All\"]}",
            "{\"kind\":\"Wrong\"}", "[]", "{\"unknown\":1,\"dryRun\":[\"All\"]}");

    private final Random random;
    private final List<Request> requests = new ArrayList<>();

    private OddRequests(long seed) {
        this.random = new Random(seed);
    }

    /** @param fields what an object of this kind has beside its metadata */
    private record Kind(String collection, String apiVersion, String name, String fields, List<String> subresources) {
    }

    static Sequence sequence(long seed, int requests) {
        OddRequests odd = new OddRequests(seed);
        odd.prepare();
        for (int i = 0; i < requests; i++) {
            odd.next();
        }
        odd.send("DELETE",
                "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/boxes.$NS.example.com", "", "", "");
        return new Sequence("Odd requests at random, seed " + seed, odd.requests);
    }

    private void prepare() {
        send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", "", "application/json", DEFINITION);
        requests.add(new Request("GET", "/apis/$NS.example.com/v1/namespaces/$NS/boxes", Map.of(), "", 200));
        for (Kind kind : KINDS) {
            for (String name : List.of("one", "two")) {
                send("POST", kind.collection(), "", "application/json",
                        "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":{\"name\":\"%s\",\"labels\":{\"a\":\"b\"}},%s}"
                                .formatted(kind.apiVersion(), kind.name(), name, kind.fields()));
            }
        }
    }

    private void next() {
        Kind kind = any(KINDS);
        String name = any(List.of("one", "one", "two", "none"));
        switch (random.nextInt(10)) {
            case 0, 1, 2 ->
                send("GET", kind.collection() + (chance(4) ? "/" + name : "") + query(OF_LISTS), any(ACCEPTED),
                        "", "");
            case 3 -> {
                boolean many = chance(4);
                send("DELETE", kind.collection() + (many ? "" : "/" + name)
                        + tried(query(many && chance(2) ? OF_LISTS : OF_WRITES)), any(ACCEPTED),
                        chance(2) ? any(SENT) : "", chance(3) ? any(DELETIONS) : "");
            }
            case 4, 5 ->
                send("POST", kind.collection() + query(OF_WRITES), any(ACCEPTED), any(SENT), object(kind, name));
            case 6, 7 -> send("PUT", part(kind, name) + query(OF_WRITES), any(ACCEPTED), any(SENT), object(kind, name));
            default -> send("PATCH", part(kind, name) + query(OF_WRITES), any(ACCEPTED),
                    chance(8) ? any(SENT) : any(PATCHES), chance(3) ? object(kind, name) : any(CHANGES));
        }
    }

    private String part(Kind kind, String name) {
        return kind.collection() + "/" + name + (chance(4) ? "/" + any(kind.subresources()) : "");
    }

    private String object(Kind kind, String name) {
        String type = any(List.of("\"apiVersion\":\"%s\",\"kind\":\"%s\",", "\"apiVersion\":\"%s\",\"kind\":\"%s\",",
                "\"apiVersion\":\"%s\",\"kind\":\"%s\",", "", "\"apiVersion\":\"v9\",\"kind\":\"%2$s\",",
                "\"apiVersion\":\"%s\",\"kind\":\"Wrong\",")).formatted(kind.apiVersion(), kind.name());
        String whole = "{%s\"metadata\":{\"name\":\"%s\"%s},%s%s}".formatted(type, name, any(METADATA), kind.fields(),
                any(List.of("", "", "", "", ",\"unknown\":1", ",\"status\":{\"a\":1}")));
        return switch (random.nextInt(20)) {
            case 0 -> whole.substring(0, whole.length() - 1);
            case 1 -> "[]";
            case 2 -> "null";
            case 3 -> "";
            case 4 -> "\"x\"";
            default -> whole;
        };
    }

    private String query(Map<String, List<String>> parameters) {
        List<String> names = new ArrayList<>(parameters.keySet().stream().sorted().toList());
        Collections.shuffle(names, random);
        StringBuilder query = new StringBuilder();
        for (String name : names.subList(0, any(List.of(0, 1, 1, 2, 3)))) {
            query.append(query.isEmpty() ? '?' : '&').append(name).append('=').append(
                    URLEncoder.encode(any(Objects.requireNonNull(parameters.get(name))), StandardCharsets.UTF_8)
                            .replace("%24NS", "$NS"));
        }
        return query.toString();
    }

    /** Most deletions are only tried, or little would be left to ask for. */
    private String tried(String query) {
        return query.contains("dryRun") || chance(4) ? query : query + (query.isEmpty() ? "?" : "&") + "dryRun=All";
    }

    private void send(String method, String path, String accept, String contentType, String body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("User-Agent", "differential/1");
        if (!accept.isEmpty()) {
            headers.put("Accept", accept);
        }
        if (!contentType.isEmpty()) {
            headers.put("Content-Type", contentType);
        }
        requests.add(new Request(method, path, headers, body, 0));
    }

    private boolean chance(int oneIn) {
        return random.nextInt(oneIn) == 0;
    }

    private <T> T any(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }
}
