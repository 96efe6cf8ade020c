package dev.windlass.tests.differential;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
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
    private final String collection;
    private final ObjectNode object;
    private final JsonNode type;
    private final List<Request> requests = new ArrayList<>();

    private Mutations(long seed, JsonNode openApi, String collection, ObjectNode object) {
        this.random = new Random(seed);
        this.schemas = new Schemas(openApi, random);
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
            mutate(changed, schema, part);
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
            options.add("fieldValidation=" + any(List.of("Strict", "Warn", "Ignore")));
        }
        if (apply || random.nextInt(3) == 0) {
            options.add("fieldManager=" + any(List.of("m1", "m2")));
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

    private void mutate(ObjectNode changed, JsonNode schema, String part) {
        if (random.nextInt(5) == 0) {
            mutateMetadata(changed);
            return;
        }
        List<String> places = new ArrayList<>();
        places(changed, "", places);
        if (part.equals("/status") && random.nextInt(4) > 0) {
            places.removeIf(each -> !each.startsWith("/status"));
        }
        if (places.isEmpty()) {
            return;
        }
        String place = any(places);
        JsonNode holder = changed.at(place.substring(0, place.lastIndexOf('/')));
        String name = place.substring(place.lastIndexOf('/') + 1).replace("~1", "/").replace("~0", "~");
        JsonNode value = changed.at(place);
        switch (random.nextInt(12)) {
            case 0, 1 -> remove(holder, name);
            case 2 -> set(holder, name, NODES.nullNode());
            case 3 -> set(holder, name, wrong());
            case 4 -> set(holder, name, empty(value));
            case 5 -> set(holder, name, other(value));
            case 6 -> reorder(value);
            default -> add(changed, place, schema);
        }
    }

    private static void places(JsonNode node, String path, List<String> out) {
        if (node.isObject()) {
            node.properties().forEach(entry -> {
                String at = path + "/" + entry.getKey().replace("~", "~0").replace("/", "~1");
                if (!List.of("/metadata", "/kind", "/apiVersion").contains(at)) {
                    out.add(at);
                    places(entry.getValue(), at, out);
                }
            });
        }
        for (int i = 0; node.isArray() && i < node.size(); i++) {
            out.add(path + "/" + i);
            places(node.get(i), path + "/" + i, out);
        }
    }

    private static void remove(JsonNode holder, String name) {
        if (holder instanceof ObjectNode fields) {
            fields.remove(name);
        } else if (holder instanceof ArrayNode items) {
            items.remove(Integer.parseInt(name));
        }
    }

    private static void set(JsonNode holder, String name, JsonNode value) {
        if (holder instanceof ObjectNode fields) {
            fields.set(name, value);
        } else if (holder instanceof ArrayNode items) {
            items.set(Integer.parseInt(name), value);
        }
    }

    private JsonNode wrong() {
        return any(List.of(NODES.stringNode("x"), NODES.numberNode(7), NODES.booleanNode(true), NODES.arrayNode(),
                NODES.objectNode(), NODES.arrayNode().add("x"), NODES.objectNode().put("x", 1), NODES.numberNode(1.5),
                NODES.arrayNode().addNull()));
    }

    private static JsonNode empty(JsonNode value) {
        if (value.isString()) {
            return NODES.stringNode("");
        }
        return value.isNumber() ? NODES.numberNode(0) : value.isArray() ? NODES.arrayNode() : NODES.objectNode();
    }

    private JsonNode other(JsonNode value) {
        if (value.isNumber()) {
            return any(List.of(NODES.numberNode(value.asLong() + 1), NODES.numberNode(-1), NODES.numberNode(1L << 31),
                    NODES.numberNode(Long.MAX_VALUE), NODES.numberNode(BigInteger.TEN.pow(19))));
        }
        if (value.isBoolean()) {
            return NODES.booleanNode(!value.booleanValue());
        }
        if (value instanceof ArrayNode list && !list.isEmpty()) {
            return list.deepCopy().add(list.get(random.nextInt(list.size())).deepCopy());
        }
        return value.isString()
                ? NODES.stringNode(any(List.of(value.stringValue() + "x", "x".repeat(260), "UPPER", "-a", " ")))
                : value;
    }

    private static void reorder(JsonNode value) {
        if (value instanceof ArrayNode list) {
            List<JsonNode> items = new ArrayList<>();
            list.forEach(items::add);
            Collections.reverse(items);
            list.removeAll();
            list.addAll(items);
        }
    }

    /** A field that the object at the place, or what holds it, may have; now and then one that nothing has. */
    private void add(ObjectNode changed, String place, JsonNode schema) {
        String at = changed.at(place).isObject() ? place : place.substring(0, place.lastIndexOf('/'));
        JsonNode type = schema;
        for (String step : at.isEmpty() ? new String[0] : at.substring(1).split("/", -1)) {
            type = schemas.field(type, step);
        }
        if (!(changed.at(at) instanceof ObjectNode holder)) {
            return;
        }
        List<String> names = schemas.fields(type);
        if (names.isEmpty() || random.nextInt(10) == 0) {
            holder.put(any(List.of("nothing", "k")), any(List.of("x", "y")));
        } else if (!at.isEmpty() || random.nextInt(4) == 0) {
            String name = any(names);
            if (!at.isEmpty() || !List.of("metadata", "kind", "apiVersion").contains(name)) {
                holder.set(name, schemas.value(schemas.field(type, name)));
            }
        }
    }

    private void mutateMetadata(ObjectNode changed) {
        if (!(changed.path("metadata") instanceof ObjectNode metadata)) {
            return;
        }
        switch (random.nextInt(14)) {
            case 0 -> metadata.set("labels", readTree(any(List.of("{\"a\":\"b\"}", "{\"a\":\"c\",\"d\":\"\"}", "{}",
                    "null", "[]", "{\"bad key\":\"v\"}", "{\"a\":\"bad value\"}", "{\"a\":null}", "{\"a\":1}"))));
            case 1 -> metadata.set("annotations", readTree(any(List.of("{\"a\":\"b\"}", "{\"A/b\":\"c\"}", "{}",
                    "null", "\"x\"", "{\"bad key\":\"v\"}", "{\"a\":null}", "{\"a\":true}"))));
            case 2 -> metadata.set("finalizers", readTree(any(List.of("[\"example.com/f\"]", "[]", "null",
                    "[\"example.com/f\",\"example.com/f\"]", "[\"example.com/g\",\"example.com/f\"]", "[\"x y\"]",
                    "[\"nothing\"]", "[null]", "[\"\"]", "\"x\"", "[\"orphan\"]",
                    "[\"orphan\",\"foregroundDeletion\"]"))));
            case 3, 4 -> metadata.set("ownerReferences", readTree(any(List.of(
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"}]", "[]", "null",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\",\"controller\":true},{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"name\":\"p\",\"uid\":\"u2\",\"controller\":true}]",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"},{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"}]",
                    "[{}]", "[{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"name\":\"e\",\"uid\":\"u3\"}]",
                    "[{\"apiVersion\":\"a/b/c\",\"kind\":\"X\",\"name\":\"\",\"uid\":\"\"}]", "[null]", "{}",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\",\"blockOwnerDeletion\":true,\"x\":1}]"))));
            case 5 -> metadata.set("resourceVersion", readTree(any(List.of("\"1\"", "\"\"", "\"0\"", "\"x\"", "null",
                    "1", "\"{{1.metadata.resourceVersion}}\"", "\"-1\"", "\"99999999999999999999\""))));
            case 6 -> metadata.set("uid", readTree(any(List.of("\"other\"", "\"\"", "\"{{1.metadata.uid}}\"", "7"))));
            case 7 -> metadata.set("generateName", readTree(any(List.of("\"g-\"", "\"\"", "\"Bad_\"", "5"))));
            case 8 -> metadata.set("deletionTimestamp", readTree(any(List.of("\"2020-01-01T00:00:00Z\"", "null",
                    "\"soon\"", "\"\""))));
            case 9 -> metadata.set("creationTimestamp", readTree(any(List.of("\"2020-01-01T00:00:00Z\"", "null",
                    "\"soon\"", "{}"))));
            case 10 -> metadata.set("name", readTree(any(List.of("\"another\"", "\"\"", "null", "5"))));
            case 11 -> metadata.set("namespace", readTree(any(List.of("\"another\"", "\"\"", "null", "\"$NS\""))));
            case 12 -> metadata.set("managedFields", readTree(any(List.of("[]", "[{}]", "null",
                    "[{\"manager\":\"m1\",\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}}}}]",
                    "[{\"manager\":\"m1\",\"operation\":\"Other\"}]",
                    "[{\"manager\":\"m3\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:nothing\":{}}}]"))));
            default -> {
                switch (random.nextInt(6)) {
                    case 0 -> metadata.put("generation", random.nextInt(9));
                    case 1 -> metadata.put("selfLink", "/x");
                    case 2 -> metadata.put("deletionGracePeriodSeconds", random.nextInt(40) - 5);
                    case 3 -> metadata.put("unknown", "x");
                    case 4 -> changed.put("apiVersion", any(List.of("v9", "other/v1", "")));
                    default -> changed.put("kind", any(List.of("Other", "")));
                }
            }
        }
    }

    private static JsonNode readTree(String text) {
        return JsonMapper.shared().readTree(text);
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
                    list.insert(random.nextInt(list.size() + 1), readTree(any(List.of("{\"$patch\":\"replace\"}",
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
        String name = names.isEmpty() ? "x" : any(names);
        switch (random.nextInt(4)) {
            case 0 -> fields.put("$patch", any(List.of("replace", "delete", "merge", "x")));
            case 1 -> fields.set("$retainKeys", readTree(any(List.of("[]", "[\"" + name + "\"]", "[\"zzz\"]", "\"x\"",
                    "[1]"))));
            case 2 -> fields.set("$setElementOrder/" + name, readTree(any(List.of("[]", "[{\"name\":\"web\"}]",
                    "[\"a\"]", "[{}]", "\"x\""))));
            default -> fields.set("$deleteFromPrimitiveList/" + name, readTree(any(List.of("[]", "[\"a\"]", "[{}]",
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
        places(changed, "", places);
        places.addAll(List.of("/metadata/labels", "/metadata/labels/a", "/metadata/annotations/x~1y",
                "/metadata/finalizers/0", "/metadata/finalizers/-", "/metadata/name", "/metadata/none/there", "",
                "/", "x", "/spec/-", "/spec/01", "/spec/~2", "/status", "/metadata/ownerReferences/-1",
                "/metadata/resourceVersion", "/metadata/managedFields", "/metadata/managedFields/0", "/kind"));
        for (int i = random.nextInt(3); i >= 0; i--) {
            String path = any(places);
            ObjectNode step = patch.addObject();
            String op = any(List.of("add", "replace", "remove", "test", "move", "copy", "add", "replace", "test",
                    "remove", "jump", ""));
            step.put("op", op).put("path", random.nextInt(12) == 0 ? path + "/" + any(List.of("0", "-", "x")) : path);
            if (List.of("move", "copy").contains(op)) {
                step.put("from", any(places));
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
            value = random.nextInt(3) == 0 ? from : wrong();
        }
        return random.nextInt(3) == 0 ? other(value) : value;
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

    private <T> T any(List<T> values) {
        return values.get(random.nextInt(values.size()));
    }
}
