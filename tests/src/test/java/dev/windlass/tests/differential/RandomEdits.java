package dev.windlass.tests.differential;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What is done to an object at random: something in it is taken out, added, made another one or something that it cannot be. */
final class RandomEdits {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final Random random;
    private final Schemas schemas;

    RandomEdits(Random random, Schemas schemas) {
        this.random = random;
        this.schemas = schemas;
    }

    /** @param part of the object that is changed for the most part: a subresource, or empty */
    void mutate(ObjectNode changed, JsonNode schema, String part) {
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
        String place = schemas.any(places);
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

    /** Pointers to all that is in a tree, but its identity. */
    static void places(JsonNode node, String path, List<String> out) {
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

    /** What is hardly ever of the right type. */
    JsonNode wrong() {
        return schemas.any(List.of(NODES.stringNode("x"), NODES.numberNode(7), NODES.booleanNode(true),
                NODES.arrayNode(),
                NODES.objectNode(), NODES.arrayNode().add("x"), NODES.objectNode().put("x", 1), NODES.numberNode(1.5),
                NODES.arrayNode().addNull()));
    }

    private static JsonNode empty(JsonNode value) {
        if (value.isString()) {
            return NODES.stringNode("");
        }
        return value.isNumber() ? NODES.numberNode(0) : value.isArray() ? NODES.arrayNode() : NODES.objectNode();
    }

    /** Another value of the same type. */
    JsonNode other(JsonNode value) {
        if (value.isNumber()) {
            return schemas
                    .any(List.of(NODES.numberNode(value.asLong() + 1), NODES.numberNode(-1), NODES.numberNode(1L << 31),
                            NODES.numberNode(Long.MAX_VALUE), NODES.numberNode(BigInteger.TEN.pow(19))));
        }
        if (value.isBoolean()) {
            return NODES.booleanNode(!value.booleanValue());
        }
        if (value instanceof ArrayNode list && !list.isEmpty()) {
            return list.deepCopy().add(list.get(random.nextInt(list.size())).deepCopy());
        }
        return value.isString()
                ? NODES.stringNode(schemas.any(List.of(value.stringValue() + "x", "x".repeat(260), "UPPER", "-a", " ")))
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
            holder.put(schemas.any(List.of("nothing", "k")), schemas.any(List.of("x", "y")));
        } else if (!at.isEmpty() || random.nextInt(4) == 0) {
            String name = schemas.any(names);
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
            case 0 ->
                metadata.set("labels", readTree(schemas.any(List.of("{\"a\":\"b\"}", "{\"a\":\"c\",\"d\":\"\"}", "{}",
                        "null", "[]", "{\"bad key\":\"v\"}", "{\"a\":\"bad value\"}", "{\"a\":null}", "{\"a\":1}"))));
            case 1 -> metadata.set("annotations", readTree(schemas.any(List.of("{\"a\":\"b\"}", "{\"A/b\":\"c\"}", "{}",
                    "null", "\"x\"", "{\"bad key\":\"v\"}", "{\"a\":null}", "{\"a\":true}"))));
            case 2 -> metadata.set("finalizers", readTree(schemas.any(List.of("[\"example.com/f\"]", "[]", "null",
                    "[\"example.com/f\",\"example.com/f\"]", "[\"example.com/g\",\"example.com/f\"]", "[\"x y\"]",
                    "[\"nothing\"]", "[null]", "[\"\"]", "\"x\"", "[\"orphan\"]",
                    "[\"orphan\",\"foregroundDeletion\"]"))));
            case 3, 4 -> metadata.set("ownerReferences", readTree(schemas.any(List.of(
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"}]", "[]", "null",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\",\"controller\":true},{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"name\":\"p\",\"uid\":\"u2\",\"controller\":true}]",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"},{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\"}]",
                    "[{}]", "[{\"kind\":\"Event\",\"apiVersion\":\"v1\",\"name\":\"e\",\"uid\":\"u3\"}]",
                    "[{\"apiVersion\":\"a/b/c\",\"kind\":\"X\",\"name\":\"\",\"uid\":\"\"}]", "[null]", "{}",
                    "[{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"name\":\"o\",\"uid\":\"u1\",\"blockOwnerDeletion\":true,\"x\":1}]"))));
            case 5 ->
                metadata.set("resourceVersion", readTree(schemas.any(List.of("\"1\"", "\"\"", "\"0\"", "\"x\"", "null",
                        "1", "\"{{1.metadata.resourceVersion}}\"", "\"-1\"", "\"99999999999999999999\""))));
            case 6 ->
                metadata.set("uid", readTree(schemas.any(List.of("\"other\"", "\"\"", "\"{{1.metadata.uid}}\"", "7"))));
            case 7 -> metadata.set("generateName", readTree(schemas.any(List.of("\"g-\"", "\"\"", "\"Bad_\"", "5"))));
            case 8 -> metadata.set("deletionTimestamp", readTree(schemas.any(List.of("\"2020-01-01T00:00:00Z\"", "null",
                    "\"soon\"", "\"\""))));
            case 9 -> metadata.set("creationTimestamp", readTree(schemas.any(List.of("\"2020-01-01T00:00:00Z\"", "null",
                    "\"soon\"", "{}"))));
            case 10 -> metadata.set("name", readTree(schemas.any(List.of("\"another\"", "\"\"", "null", "5"))));
            case 11 ->
                metadata.set("namespace", readTree(schemas.any(List.of("\"another\"", "\"\"", "null", "\"$NS\""))));
            case 12 -> metadata.set("managedFields", readTree(schemas.any(List.of("[]", "[{}]", "null",
                    "[{\"manager\":\"m1\",\"operation\":\"Apply\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:metadata\":{\"f:labels\":{\"f:a\":{}}}}}]",
                    "[{\"manager\":\"m1\",\"operation\":\"Other\"}]",
                    "[{\"manager\":\"m3\",\"operation\":\"Update\",\"apiVersion\":\"v1\",\"fieldsType\":\"FieldsV1\",\"fieldsV1\":{\"f:nothing\":{}}}]"))));
            default -> {
                switch (random.nextInt(6)) {
                    case 0 -> metadata.put("generation", random.nextInt(9));
                    case 1 -> metadata.put("selfLink", "/x");
                    case 2 -> metadata.put("deletionGracePeriodSeconds", random.nextInt(40) - 5);
                    case 3 -> metadata.put("unknown", "x");
                    case 4 -> changed.put("apiVersion", schemas.any(List.of("v9", "other/v1", "")));
                    default -> changed.put("kind", schemas.any(List.of("Other", "")));
                }
            }
        }
    }

    static JsonNode readTree(String text) {
        return JsonMapper.shared().readTree(text);
    }
}
