package dev.windlass.tests.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a sequence for every kind that changes a right object of it again and again at random, in all ways there are to change one, and reads it after each.
 * The same seed makes the same.
 */
final class Mutations {
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";
    /** What would change how others are treated, or what the real server goes on to change itself. */
    private static final List<String> ONLY_TRIED = List.of("MutatingWebhookConfiguration",
            "ValidatingWebhookConfiguration", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding",
            "ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy", "PriorityClass", "StorageClass",
            "IngressClass",
            "ServiceCIDR", "CustomResourceDefinition", "VolumeAttributesClass");
    private static final List<String> SCALED = List.of("Deployment", "ReplicaSet", "StatefulSet",
            "ReplicationController");
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Random random;
    private final Schemas schemas;
    private final RandomEdits edits;
    private final String collection;
    private final ObjectNode object;
    private final JsonNode type;
    private final List<Request> requests = new ArrayList<>();

    private Mutations(long seed, JsonNode openApi, String collection, ObjectNode object) {
        this.random = new Random(seed);
        this.schemas = new Schemas(openApi, random);
        this.edits = new RandomEdits(random, schemas);
        this.collection = collection;
        this.object = object;
        this.type = schemas.of(object.path("apiVersion").stringValue(), kind());
    }

    /**
     * @param openApi
     *            the OpenAPI v2 document of either server
     * @param objects
     *            a line for each kind with an object of it and the path of its collection
     * @param changes
     *            of each object
     */
    static List<Sequence> sequences(long seed, JsonNode openApi, List<String> objects, int changes) {
        List<Sequence> all = new ArrayList<>();
        for (String line : objects) {
            JsonNode kind = JsonMapper.shared().readTree(line);
            ObjectNode object = (ObjectNode) kind.path("object");
            // Each object has a seed of its own, so that another does not change what is sent to this one.
            Mutations mutations = new Mutations(31 * seed + line.hashCode(), openApi, kind.path("path").stringValue(),
                    object);
            all.add(new Sequence(
                    "%s %s, object %d at random, seed %d".formatted(object.path("apiVersion").stringValue(),
                            mutations.kind(), objects.indexOf(line), seed),
                    mutations.requests(changes)));
        }
        return all;
    }

    private String kind() {
        return object.path("kind").stringValue();
    }

    private List<Request> requests(int changes) {
        send("POST", collection, "", object);
        if (kind().equals("CustomResourceDefinition")) {
            requests.add(new Request("GET", one(), Map.of(), "\"reason\":\"InitialNamesAccepted\"", 200));
        }
        get();
        for (int i = 0; i < changes; i++) {
            change();
            get();
        }
        return requests;
    }

    private String one() {
        return collection + "/" + object.path("metadata").path("name").stringValue();
    }

    private void get() {
        requests.add(new Request("GET", one(), Map.of(), "", 0));
    }

    private void send(String method, String path, String contentType, JsonNode body) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("User-Agent", "differential/1");
        headers.put("Content-Type", contentType.isEmpty() ? "application/json" : contentType);
        requests.add(new Request(method, path, headers, body.toString(), 0));
    }

    private void change() {
        String part = part();
        String path = one() + part;
        ObjectNode from = part.equals("/scale") ? scale() : object.deepCopy();
        JsonNode schema = part.equals("/scale") ? schemas.of("autoscaling/v1", "Scale") : type;
        if (part.equals("/status") && hasStatus()) {
            from.set("status", schemas.value(schemas.field(type, "status")));
        }
        ObjectNode changed = from.deepCopy();
        for (int i = random.nextInt(3); i >= 0; i--) {
            edits.mutate(changed, schema, part);
        }
        switch (random.nextInt(10)) {
            case 0, 1, 2 -> send("PUT", path + query(false), "", versioned(changed));
            case 3, 4 -> send("PATCH", path + query(false), MERGE, difference(from, changed, part));
            case 5, 6 -> send("PATCH", path + query(false), STRATEGIC, strategic(difference(from, changed, part)));
            case 7 -> send("PATCH", path + query(false), JSON_PATCH, jsonPatch(from, changed));
            default -> send("PATCH", path + query(true), APPLY, applied(changed));
        }
    }

    private boolean hasStatus() {
        return schemas.fields(type).contains("status") && !kind().equals("CustomResourceDefinition");
    }

    private String part() {
        int dice = random.nextInt(10);
        if (dice < 3 && hasStatus()) {
            return "/status";
        }
        return dice == 3 && SCALED.contains(kind()) ? "/scale" : "";
    }

    private ObjectNode scale() {
        ObjectNode scale = NODES.objectNode().put("apiVersion", "autoscaling/v1").put("kind", "Scale");
        scale.putObject("metadata").put("name", object.path("metadata").path("name").stringValue()).put("namespace",
                "$NS");
        scale.putObject("spec").put("replicas", random.nextInt(4));
        return scale;
    }

    private String query(boolean apply) {
        List<String> options = new ArrayList<>();
        if (ONLY_TRIED.contains(kind()) || random.nextInt(5) == 0) {
            options.add("dryRun=All");
        }
        if (random.nextInt(3) == 0) {
            options.add("fieldValidation=" + schemas.any(List.of("Strict", "Warn", "Ignore")));
        }
        if (apply || random.nextInt(3) == 0) {
            options.add("fieldManager=" + schemas.any(List.of("m1", "m2")));
        }
        if (apply && random.nextInt(2) == 0) {
            options.add("force=true");
        }
        return options.isEmpty() ? "" : "?" + String.join("&", options);
    }

    /** With what is needed to replace it, now and then. */
    private ObjectNode versioned(ObjectNode changed) {
        if (changed.path("metadata") instanceof ObjectNode metadata && !metadata.has("resourceVersion")
                && random.nextInt(3) == 0) {
            metadata.put("resourceVersion", "{{%d.metadata.resourceVersion}}".formatted(requests.size()));
        }
        return changed;
    }

    /** The merge patch that makes one from the other. */
    private ObjectNode difference(ObjectNode from, ObjectNode to, String part) {
        ObjectNode patch = NODES.objectNode();
        from.properties().forEach(entry -> {
            if (!to.has(entry.getKey())) {
                patch.putNull(entry.getKey());
            }
        });
        to.properties().forEach(entry -> {
            JsonNode old = from.get(entry.getKey());
            JsonNode value = entry.getValue();
            if (old instanceof ObjectNode before && value instanceof ObjectNode after && !value.isEmpty()) {
                ObjectNode inner = difference(before, after, "");
                if (!inner.isEmpty()) {
                    patch.set(entry.getKey(), inner);
                }
            } else if (old == null || !old.equals(value)) {
                patch.set(entry.getKey(), value);
            }
        });
        if (part.equals("/status") && to.has("status")) {
            patch.set("status", to.get("status"));
        }
        return patch;
    }

    /** Some of the items of its lists, and directives. */
    private ObjectNode strategic(ObjectNode patch) {
        List<JsonNode> nodes = new ArrayList<>();
        containers(patch, nodes);
        for (JsonNode node : nodes) {
            if (node instanceof ArrayNode list) {
                while (list.size() > 1 && random.nextInt(2) == 0) {
                    list.remove(random.nextInt(list.size()));
                }
                if (random.nextInt(5) == 0) {
                    list.insert(random.nextInt(list.size() + 1),
                            RandomEdits.readTree(schemas.any(List.of("{\"$patch\":\"replace\"}",
                                    "{\"$patch\":\"delete\"}", "{\"$patch\":\"merge\"}", "{\"$patch\":\"x\"}", "null",
                                    "{\"$patch\":\"delete\",\"name\":\"web\"}"))));
                }
            } else if (node instanceof ObjectNode fields && random.nextInt(6) == 0) {
                directive(fields);
            }
        }
        return patch;
    }

    private void directive(ObjectNode fields) {
        List<String> names = new ArrayList<>(fields.properties().stream().map(Map.Entry::getKey).toList());
        String name = names.isEmpty() ? "x" : schemas.any(names);
        switch (random.nextInt(4)) {
            case 0 -> fields.put("$patch", schemas.any(List.of("replace", "delete", "merge", "x")));
            case 1 -> fields.set("$retainKeys",
                    RandomEdits.readTree(schemas.any(List.of("[]", "[\"" + name + "\"]", "[\"zzz\"]", "\"x\"",
                            "[1]"))));
            case 2 -> fields.set("$setElementOrder/" + name,
                    RandomEdits.readTree(schemas.any(List.of("[]", "[{\"name\":\"web\"}]",
                            "[\"a\"]", "[{}]", "\"x\""))));
            default -> fields.set("$deleteFromPrimitiveList/" + name,
                    RandomEdits.readTree(schemas.any(List.of("[]", "[\"a\"]", "[{}]",
                            "\"x\"", "[1]"))));
        }
    }

    private static void containers(JsonNode node, List<JsonNode> out) {
        if (node.isContainer()) {
            out.add(node);
            node.forEach(child -> containers(child, out));
        }
    }

    private ArrayNode jsonPatch(ObjectNode from, ObjectNode changed) {
        ArrayNode patch = NODES.arrayNode();
        List<String> places = new ArrayList<>();
        RandomEdits.places(changed, "", places);
        places.addAll(List.of("/metadata/labels", "/metadata/labels/a", "/metadata/annotations/x~1y",
                "/metadata/finalizers/0", "/metadata/finalizers/-", "/metadata/name", "/metadata/none/there", "",
                "/", "x", "/spec/-", "/spec/01", "/spec/~2", "/status", "/metadata/ownerReferences/-1",
                "/metadata/resourceVersion", "/metadata/managedFields", "/metadata/managedFields/0", "/kind"));
        for (int i = random.nextInt(3); i >= 0; i--) {
            String path = schemas.any(places);
            ObjectNode step = patch.addObject();
            String op = schemas
                    .any(List.of("add", "replace", "remove", "test", "move", "copy", "add", "replace", "test",
                            "remove", "jump", ""));
            step.put("op", op).put("path",
                    random.nextInt(12) == 0 ? path + "/" + schemas.any(List.of("0", "-", "x")) : path);
            if (List.of("move", "copy").contains(op)) {
                step.put("from", schemas.any(places));
            }
            if (List.of("add", "replace", "test").contains(op) && random.nextInt(12) > 0) {
                step.set("value", value(from, changed, path));
            }
        }
        return patch;
    }

    private JsonNode value(ObjectNode from, ObjectNode changed, String path) {
        JsonNode value = path.startsWith("/") ? changed.at(path) : NODES.missingNode();
        if (value.isMissingNode() || random.nextInt(4) == 0) {
            value = random.nextInt(3) == 0 ? from : edits.wrong();
        }
        return random.nextInt(3) == 0 ? edits.other(value) : value;
    }

    /** Some of the object. */
    private ObjectNode applied(ObjectNode changed) {
        List<String> names = new ArrayList<>(changed.properties().stream().map(Map.Entry::getKey)
                .filter(name -> !List.of("apiVersion", "kind", "metadata").contains(name)).toList());
        while (!names.isEmpty() && random.nextInt(3) == 0) {
            changed.remove(names.remove(random.nextInt(names.size())));
        }
        if (changed.path("spec") instanceof ObjectNode spec) {
            List<String> fields = new ArrayList<>(spec.properties().stream().map(Map.Entry::getKey).toList());
            while (!fields.isEmpty() && random.nextInt(3) == 0) {
                spec.remove(fields.remove(random.nextInt(fields.size())));
            }
        }
        return changed;
    }
}
