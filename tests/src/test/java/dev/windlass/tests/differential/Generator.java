package dev.windlass.tests.differential;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes sequences for every kind from one right object of it: what everybody does with objects, and what goes wrong. The same seed makes the same. */
final class Generator {
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";
    private static final String TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    private static final String METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
    private static final String METADATA_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

    /** Of each group a file with one object of each of its kinds. */
    private static final List<String> GROUPS = List.of(
            "core",
            "apps",
            "batch",
            "autoscaling",
            "discovery",
            "events",
            "policy",
            "networking",
            "rbac",
            "coordination",
            "storage",
            "scheduling",
            "node",
            "admissionregistration",
            "certificates",
            "apiextensions");

    private final Random random;
    private final List<Sequence> sequences = new ArrayList<>();
    private List<Request> requests = new ArrayList<>();

    private Generator(long seed) {
        random = new Random(seed);
    }

    static List<Sequence> sequences(long seed) {
        return GROUPS.stream().flatMap(group -> sequences(seed, objects("objects-" + group + ".jsonl")).stream())
                .toList();
    }

    /** @param objects
     *            a line for each kind with an object of it and the path of its collection */
    static List<Sequence> sequences(long seed, String objects) {
        List<Sequence> all = new ArrayList<>();
        objects.lines().filter(line -> !line.isBlank()).map(JsonMapper.shared()::readTree).forEach(line -> {
            Kind kind = new Kind(line.path("path").stringValue(), (ObjectNode) line.path("object"));
            // Each kind has a seed of its own, so that another kind does not change what is sent to this one.
            Generator generator = new Generator(seed + kind.title().hashCode());
            generator.of(kind);
            all.addAll(generator.sequences);
        });
        return all;
    }

    /** One object of each kind, a line each. */
    static List<String> objects() {
        return Stream.concat(GROUPS.stream(), Stream.of("mutations"))
                .flatMap(group -> objects("objects-" + group + ".jsonl").lines()).filter(line -> !line.isBlank())
                .toList();
    }

    private static String objects(String file) {
        try (InputStream in = Generator.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }

    /** A kind with one right object of it. */
    private record Kind(String collection, ObjectNode object) {
        String name() {
            return object.path("metadata").path("name").stringValue();
        }

        String one() {
            return collection + "/" + name();
        }

        String selected() {
            return "fieldSelector=metadata.name%3D" + name().replace(":", "%3A");
        }

        String title() {
            return object.path("apiVersion").stringValue() + " " + object.path("kind").stringValue();
        }

        ObjectNode with(String field, String value) {
            ObjectNode copy = object.deepCopy();
            ((ObjectNode) copy.path("metadata")).put(field, value);
            return copy;
        }
    }

    private void of(Kind kind) {
        life(kind);
        applied(kind);
        patched(kind);
        refused(kind);
        mistyped(kind);
        changed(kind);
        deleted(kind);
        status(kind);
    }

    private void end(String title, Kind kind) {
        sequences.add(new Sequence(kind.title() + " " + title, requests));
        requests = new ArrayList<>();
    }

    private void send(String method, String path, String contentType, Object body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("User-Agent", "differential/1");
        if (!contentType.isEmpty()) {
            headers.put("Content-Type", contentType);
        }
        requests.add(new Request(method, path, headers, body.toString(), 0));
    }

    private void get(String path, String accept) {
        requests.add(new Request("GET", path, Map.of("Accept", accept), "", 0));
    }

    private void get(String path) {
        get(path, "application/json");
    }

    private void post(Kind kind, String query, Object body) {
        send("POST", kind.collection() + query, "application/json", body);
    }

    private static boolean isDefinition(Kind kind) {
        return kind.object().path("kind").stringValue().equals("CustomResourceDefinition");
    }

    /** What the real server does with a definition it does after it has answered. */
    private void settle(Kind kind, String until) {
        if (isDefinition(kind)) {
            requests.add(new Request("GET", kind.one(), Map.of(), until, until.isEmpty() ? 404 : 200));
        }
    }

    private void settle(Kind kind) {
        settle(kind, "\"reason\":\"InitialNamesAccepted\"");
        awaitServed(kind);
    }

    /** The real server cannot empty what it cannot list yet, and may not try again for a minute. */
    private void awaitServed(Kind kind) {
        if (isDefinition(kind)) {
            JsonNode spec = kind.object().path("spec");
            requests.add(new Request("GET", "/apis/%s/%s/%s".formatted(spec.path("group").stringValue(),
                    spec.at("/versions/0/name").stringValue(), spec.at("/names/plural").stringValue()), Map.of(),
                    "\"items\"", 200));
        }
    }

    private void apply(Kind kind, String query, Object body) {
        send("PATCH", kind.one() + query, APPLY, body);
    }

    private static String metadata(String inner) {
        return "{\"metadata\":{" + inner + "}}";
    }

    private void life(Kind kind) {
        post(kind, "", kind.object());
        settle(kind);
        get(kind.one());
        get(kind.collection() + "?" + kind.selected());
        get(kind.one(), TABLE);
        get(kind.collection() + "?includeObject=Object&" + kind.selected(), TABLE);
        get(kind.one(), METADATA);
        get(kind.collection() + "?" + kind.selected(), METADATA_LIST);
        post(kind, "", kind.object());
        send("PUT", kind.one(), "application/json", "{{1}}");
        send("PATCH", kind.one(), MERGE, metadata("\"labels\":{\"x\":\"y\"}"));
        send("PATCH", kind.one() + "?fieldManager=other", JSON_PATCH,
                "[{\"op\":\"add\",\"path\":\"/metadata/annotations\",\"value\":{\"a\":\"b\"}}]");
        send("PATCH", kind.one(), STRATEGIC, metadata("\"labels\":{\"z\":\"1\",\"x\":null}"));
        send("PUT", kind.one(), "application/json", "{{1}}");
        send("PUT", kind.one(), "application/json", kind.object());
        get(kind.collection() + "?watch=1&timeoutSeconds=1&resourceVersion={{1.metadata.resourceVersion}}&"
                + kind.selected());
        awaitServed(kind);
        send("DELETE", kind.one() + "?dryRun=All", "", "");
        send("DELETE", kind.one(), "", "");
        settle(kind, "");
        get(kind.one());
        end("lives", kind);
    }

    private void applied(Kind kind) {
        ObjectNode labelled = kind.object().deepCopy();
        ((ObjectNode) labelled.path("metadata")).putObject("labels").put("l", "1").put("m", "2");
        apply(kind, "?fieldManager=first", labelled);
        settle(kind);
        apply(kind, "?fieldManager=first", labelled);
        ObjectNode little = JsonNodeFactory.instance.objectNode();
        little.set("apiVersion", kind.object().get("apiVersion"));
        little.set("kind", kind.object().get("kind"));
        little.putObject("metadata").put("name", kind.name()).putObject("labels").put("l", "9").put("n", "3");
        apply(kind, "?fieldManager=second", little);
        apply(kind, "?fieldManager=second&force=true", little);
        apply(kind, "?fieldManager=first", labelled);
        ((ObjectNode) labelled.path("metadata")).remove("labels");
        apply(kind, "?fieldManager=first", labelled);
        send("PATCH", kind.one() + "?fieldManager=third", MERGE, metadata("\"labels\":{\"n\":\"4\"}"));
        apply(kind, "?fieldManager=second", little);
        apply(kind, "", little);
        apply(kind, "?fieldManager=first&dryRun=All", kind.object());
        ((ObjectNode) little.path("metadata")).remove("labels");
        apply(kind, "?fieldManager=second", little);
        get(kind.one());
        end("is applied", kind);
    }

    /** Takes out, puts in and changes what is in the object, one thing at a time, by each kind of patch. */
    private void patched(Kind kind) {
        post(kind, "", kind.object());
        settle(kind);
        List<String> fields = leaves(kind.object());
        for (int i = 0; i < 4 && !fields.isEmpty(); i++) {
            String pointer = fields.get(random.nextInt(fields.size()));
            send("PATCH", kind.one() + "?dryRun=All", JSON_PATCH,
                    "[{\"op\":\"remove\",\"path\":\"" + pointer + "\"}]");
            send("PATCH", kind.one() + "?dryRun=All", JSON_PATCH,
                    "[{\"op\":\"replace\",\"path\":\"" + pointer + "\",\"value\":"
                            + otherValue(kind.object().at(pointer))
                            + "}]");
        }
        send("PATCH", kind.one() + "?dryRun=All", JSON_PATCH, "[{\"op\":\"remove\",\"path\":\"/none/there\"}]");
        send("PATCH", kind.one() + "?dryRun=All", JSON_PATCH,
                "[{\"op\":\"test\",\"path\":\"/metadata/name\",\"value\":\"another\"}]");
        send("PATCH", kind.one(), "text/plain", "x");
        send("PATCH", kind.one(), MERGE, "{\"metadata\":{\"resourceVersion\":\"1\"}}");
        send("PATCH", kind.one(), MERGE, "{\"metadata\":{\"name\":\"another\"}}");
        send("PATCH", kind.one(), MERGE, "{\"metadata\":{\"uid\":\"another\"}}");
        send("PATCH", kind.one(), MERGE, "{}");
        send("PATCH", kind.one(), MERGE, "[]");
        send("PATCH", kind.one(), MERGE, "{");
        send("PATCH", kind.one() + "-none", MERGE, "{}");
        end("is patched", kind);
    }

    private static List<String> leaves(JsonNode object) {
        List<String> out = new ArrayList<>();
        object.properties().forEach(entry -> {
            if (!List.of("metadata", "kind", "apiVersion").contains(entry.getKey())) {
                leaves(entry.getValue(), "/" + entry.getKey().replace("~", "~0").replace("/", "~1"), out);
            }
        });
        return out;
    }

    private static void leaves(JsonNode node, String path, List<String> out) {
        out.add(path);
        if (node.isObject()) {
            node.properties().forEach(entry -> leaves(entry.getValue(),
                    path + "/" + entry.getKey().replace("~", "~0").replace("/", "~1"), out));
        } else if (node.isArray()) {
            for (int i = 0; i < node.size(); i++) {
                leaves(node.get(i), path + "/" + i, out);
            }
        }
    }

    /** Of the same type, and something else. */
    private static String otherValue(JsonNode value) {
        if (value.isNumber()) {
            return Integer.toString(value.intValue() + 1);
        }
        if (value.isBoolean()) {
            return Boolean.toString(!value.booleanValue());
        }
        return value.isString() ? "\"" + value.stringValue() + "x\"" : value.toString();
    }

    private void refused(Kind kind) {
        ObjectNode unknown = kind.object().deepCopy();
        unknown.put("colour", "red");
        ((ObjectNode) unknown.path("metadata")).put("flavour", "sweet");
        post(kind, "?fieldValidation=Strict", unknown);
        post(kind, "?fieldValidation=Warn&dryRun=All", unknown);
        post(kind, "?fieldValidation=Ignore&dryRun=All", unknown);
        post(kind, "?fieldValidation=None", unknown);
        String text = kind.object().toString();
        post(kind, "?fieldValidation=Strict&dryRun=All", text.replaceFirst("\\{", "{\"kind\":\"X\","));
        post(kind, "", kind.object().deepCopy().put("kind", "Other"));
        post(kind, "", kind.object().deepCopy().put("apiVersion", "v9"));
        post(kind, "", kind.object().deepCopy().put("apiVersion", "other.example.com/v1"));
        ObjectNode nameless = kind.object().deepCopy();
        ((ObjectNode) nameless.path("metadata")).remove("name");
        post(kind, "", nameless);
        post(kind, "", kind.with("name", "Not_a $NS"));
        post(kind, "", kind.with("name", "-x"));
        post(kind, "", kind.with("namespace", "another"));
        post(kind, "", kind.with("resourceVersion", "5"));
        ObjectNode labelled = kind.object().deepCopy();
        ((ObjectNode) labelled.path("metadata")).putObject("labels").put("bad key", "bad value");
        post(kind, "", labelled);
        ObjectNode finalized = kind.object().deepCopy();
        ((ObjectNode) finalized.path("metadata")).putArray("finalizers").add("nothing").add("ex ample/x");
        post(kind, "?dryRun=All", finalized);
        ObjectNode owned = kind.object().deepCopy();
        ((ObjectNode) owned.path("metadata")).putArray("ownerReferences").addObject().put("kind", "Thing");
        post(kind, "?dryRun=All", owned);
        post(kind, "", text.substring(0, text.length() - 2));
        post(kind, "", "");
        post(kind, "", "[]");
        post(kind, "", "null");
        send("POST", kind.collection(), "application/xml", "<x/>");
        post(kind, "?dryRun=Some", kind.object());
        send("PUT", kind.one(), "application/json", kind.object());
        send("DELETE", kind.one() + "-none", "", "");
        get(kind.one() + "/none");
        send("POST", kind.one(), "application/json", kind.object());
        send("PUT", kind.collection(), "application/json", kind.object());
        send("POST", kind.collection() + "?dryRun=All", "application/yaml",
                "kind: " + kind.object().path("kind").stringValue() + "\napiVersion: "
                        + kind.object().path("apiVersion").stringValue() + "\nmetadata:\n  name: \"yaml-$NS\"\n");
        end("is refused", kind);
    }

    /** Values of the wrong type, in several places. */
    private void mistyped(Kind kind) {
        List<String> fields = leaves(kind.object());
        List<JsonNode> values = List.of(JsonNodeFactory.instance.stringNode("x"),
                JsonNodeFactory.instance.numberNode(7), JsonNodeFactory.instance.booleanNode(true),
                JsonNodeFactory.instance.arrayNode(), JsonNodeFactory.instance.objectNode().put("x", 1),
                JsonNodeFactory.instance.nullNode());
        for (int i = 0; i < 8 && !fields.isEmpty(); i++) {
            ObjectNode copy = kind.object().deepCopy();
            set(copy, fields.get(random.nextInt(fields.size())), values.get(random.nextInt(values.size())));
            post(kind, "?dryRun=All", copy);
        }
        for (String field : List.of("labels", "annotations", "finalizers", "ownerReferences", "name")) {
            ObjectNode copy = kind.object().deepCopy();
            ((ObjectNode) copy.path("metadata")).set(field, values.get(random.nextInt(values.size())));
            post(kind, "?dryRun=All", copy);
        }
        end("is mistyped", kind);
    }

    private static void set(ObjectNode object, String pointer, JsonNode value) {
        int last = pointer.lastIndexOf('/');
        JsonNode parent = last == 0 ? object : object.at(pointer.substring(0, last));
        String name = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
        if (parent instanceof ObjectNode holder) {
            holder.set(name, value);
        } else if (parent instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), value);
        }
    }

    /** Updates of the whole object, each of which changes one thing. */
    private void changed(Kind kind) {
        post(kind, "", kind.object());
        settle(kind);
        List<String> fields = leaves(kind.object());
        for (int i = 0; i < 5 && !fields.isEmpty(); i++) {
            ObjectNode copy = kind.object().deepCopy();
            String pointer = fields.get(random.nextInt(fields.size()));
            set(copy, pointer, JsonMapper.shared().readTree(otherValue(copy.at(pointer))));
            ((ObjectNode) copy.path("metadata")).put("resourceVersion", "{{1.metadata.resourceVersion}}");
            send("PUT", kind.one() + "?dryRun=All&fieldManager=m" + i, "application/json", copy);
        }
        get(kind.one());
        end("is changed", kind);
    }

    private void deleted(Kind kind) {
        ObjectNode held = kind.object().deepCopy();
        ((ObjectNode) held.path("metadata")).putArray("finalizers").add("example.com/hold");
        post(kind, "", held);
        settle(kind);
        send("DELETE", kind.one(), "application/json", "{\"preconditions\":{\"uid\":\"another\"}}");
        send("DELETE", kind.one(), "application/json", "{\"preconditions\":{\"resourceVersion\":\"1\"}}");
        send("DELETE", kind.one(), "application/json", "{\"propagationPolicy\":\"Sometimes\"}");
        send("DELETE", kind.one(), "application/json",
                "{\"kind\":\"DeleteOptions\",\"apiVersion\":\"v1\",\"preconditions\":{\"uid\":\"{{1.metadata.uid}}\"},\"dryRun\":[\"All\"]}");
        send("DELETE", kind.one(), "application/json",
                "{\"gracePeriodSeconds\":0,\"propagationPolicy\":\"Background\"}");
        settle(kind, "\"reason\":\"InstanceDeletionCompleted\"");
        get(kind.one());
        send("DELETE", kind.one(), "", "");
        send("PATCH", kind.one(), MERGE, metadata("\"finalizers\":[\"example.com/hold\",\"example.com/more\"]"));
        send("PATCH", kind.one(), MERGE, metadata("\"labels\":{\"still\":\"here\"}"));
        send("PATCH", kind.one(), MERGE, metadata("\"finalizers\":null"));
        get(kind.one());
        ObjectNode generated = kind.object().deepCopy();
        ((ObjectNode) generated.path("metadata")).remove("name");
        if (!isDefinition(kind)) {
            ((ObjectNode) generated.path("metadata")).put("generateName", "made-a-").putObject("labels").put("made",
                    "$NS");
            post(kind, "", generated);
            ((ObjectNode) generated.path("metadata")).put("generateName", "made-b-");
            post(kind, "", generated);
        }
        send("DELETE", kind.collection() + "?labelSelector=made%3D$NS&dryRun=All", "", "");
        send("DELETE", kind.collection() + "?labelSelector=made%3D$NS", "", "");
        get(kind.collection() + "?labelSelector=made%3D$NS");
        end("is deleted", kind);
    }

    private void status(Kind kind) {
        post(kind, "", kind.object());
        settle(kind);
        get(kind.one() + "/status");
        send("PATCH", kind.one() + "/status", MERGE,
                "{\"metadata\":{\"labels\":{\"s\":\"1\"},\"annotations\":{\"s\":\"1\"}},\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\",\"reason\":\"R\",\"message\":\"m\",\"lastTransitionTime\":\"2020-01-01T00:00:00Z\"}]}}");
        send("PUT", kind.one() + "/status", "application/json", "{{1}}");
        ObjectNode config = JsonNodeFactory.instance.objectNode();
        config.set("apiVersion", kind.object().get("apiVersion"));
        config.set("kind", kind.object().get("kind"));
        config.putObject("metadata").put("name", kind.name());
        send("PATCH", kind.one() + "/status?fieldManager=s", APPLY, config);
        get(kind.one() + "/scale");
        send("PATCH", kind.one() + "/scale", MERGE, "{\"spec\":{\"replicas\":5}}");
        send("PUT", kind.one() + "/scale", "application/json",
                "{\"metadata\":{\"name\":\"" + kind.name() + "\",\"namespace\":\"$NS\"},\"spec\":{\"replicas\":-1}}");
        get(kind.one());
        end("has a status", kind);
    }
}
