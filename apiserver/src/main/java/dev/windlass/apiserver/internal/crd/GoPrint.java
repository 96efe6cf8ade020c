package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Shows parts of definitions as the real server's messages show them: by its own, internal names, with everything that is not set. Stateless. */
final class GoPrint {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonNode NULL = NODES.nullNode();
    private static final JsonNode EMPTY = NODES.stringNode("");
    private static final JsonNode FALSE = NODES.booleanNode(false);
    private static final JsonNode ZERO = NODES.numberNode(0);

    /** Names in the order of the struct: ours, theirs, and what an unset one is shown as. */
    private record Field(String name, String shown, JsonNode unset) {
    }

    private static final List<Field> COLUMN = List.of(new Field("name", "Name", EMPTY),
            new Field("type", "Type", EMPTY), new Field("format", "Format", EMPTY),
            new Field("description", "Description", EMPTY), new Field("priority", "Priority", ZERO),
            new Field("jsonPath", "JSONPath", EMPTY));
    private static final List<Field> SCALE = List.of(new Field("specReplicasPath", "SpecReplicasPath", EMPTY),
            new Field("statusReplicasPath", "StatusReplicasPath", EMPTY),
            new Field("labelSelectorPath", "LabelSelectorPath", NULL));
    private static final List<Field> RULE = List.of(new Field("rule", "Rule", EMPTY),
            new Field("message", "Message", EMPTY), new Field("messageExpression", "MessageExpression", EMPTY),
            new Field("reason", "Reason", NULL), new Field("fieldPath", "FieldPath", EMPTY),
            new Field("optionalOldSelf", "OptionalOldSelf", NULL));
    private static final List<Field> SCHEMA = List.of(new Field("id", "ID", EMPTY),
            new Field("$schema", "Schema", EMPTY), new Field("$ref", "Ref", NULL),
            new Field("description", "Description", EMPTY), new Field("type", "Type", EMPTY),
            new Field("nullable", "Nullable", FALSE), new Field("format", "Format", EMPTY),
            new Field("title", "Title", EMPTY), new Field("default", "Default", NULL),
            new Field("maximum", "Maximum", NULL), new Field("exclusiveMaximum", "ExclusiveMaximum", FALSE),
            new Field("minimum", "Minimum", NULL), new Field("exclusiveMinimum", "ExclusiveMinimum", FALSE),
            new Field("maxLength", "MaxLength", NULL), new Field("minLength", "MinLength", NULL),
            new Field("pattern", "Pattern", EMPTY), new Field("maxItems", "MaxItems", NULL),
            new Field("minItems", "MinItems", NULL), new Field("uniqueItems", "UniqueItems", FALSE),
            new Field("multipleOf", "MultipleOf", NULL), new Field("enum", "Enum", NULL),
            new Field("maxProperties", "MaxProperties", NULL), new Field("minProperties", "MinProperties", NULL),
            new Field("required", "Required", NULL), new Field("items", "Items", NULL),
            new Field("allOf", "AllOf", NULL), new Field("oneOf", "OneOf", NULL), new Field("anyOf", "AnyOf", NULL),
            new Field("not", "Not", NULL), new Field("properties", "Properties", NULL),
            new Field("additionalProperties", "AdditionalProperties", NULL),
            new Field("patternProperties", "PatternProperties", NULL),
            new Field("dependencies", "Dependencies", NULL), new Field("additionalItems", "AdditionalItems", NULL),
            new Field("definitions", "Definitions", NULL), new Field("externalDocs", "ExternalDocs", NULL),
            new Field("example", "Example", NULL),
            new Field("x-kubernetes-preserve-unknown-fields", "XPreserveUnknownFields", NULL),
            new Field("x-kubernetes-embedded-resource", "XEmbeddedResource", FALSE),
            new Field("x-kubernetes-int-or-string", "XIntOrString", FALSE),
            new Field("x-kubernetes-list-map-keys", "XListMapKeys", NULL),
            new Field("x-kubernetes-list-type", "XListType", NULL),
            new Field("x-kubernetes-map-type", "XMapType", NULL),
            new Field("x-kubernetes-validations", "XValidations", NULL));

    private GoPrint() {
    }

    private static ObjectNode struct(JsonNode node, List<Field> fields) {
        ObjectNode out = Json.object();
        for (Field field : fields) {
            JsonNode value = node.get(field.name());
            out.set(field.shown(), value == null || value.isNull() ? field.unset() : value);
        }
        return out;
    }

    /** Versions that have lost to the top what all say alike; null when there are none. */
    static @Nullable JsonNode versions(DefinitionSpec spec) {
        if (spec.versions().isEmpty()) {
            return null;
        }
        ArrayNode out = Json.array();
        for (DefinitionSpec.Version version : spec.versions()) {
            JsonNode node = version.node();
            ObjectNode shown = out.addObject();
            shown.put("Name", version.name()).put("Served", Json.flag(node, false, "served"))
                    .put("Storage", Json.flag(node, false, "storage"))
                    .put("Deprecated", Json.flag(node, false, "deprecated"));
            JsonNode warning = node.get("deprecationWarning");
            shown.set("DeprecationWarning", warning == null ? NULL : warning);
            ObjectNode schema = version.schema();
            if (schema == null) {
                shown.set("Schema", NULL);
            } else {
                ObjectNode inside = version.openApi();
                shown.putObject("Schema").set("OpenAPIV3Schema", inside == null ? NULL : schema(inside));
            }
            ObjectNode subresources = version.subresources();
            if (subresources == null) {
                shown.set("Subresources", NULL);
            } else {
                ObjectNode scale = Json.objectAt(subresources, "scale");
                ObjectNode both = shown.putObject("Subresources");
                both.set("Status", subresources.has("status") ? Json.object() : NULL);
                both.set("Scale", scale == null ? NULL : struct(scale, SCALE));
            }
            shown.set("AdditionalPrinterColumns", list(version.columns(), COLUMN));
            shown.set("SelectableFields",
                    list(version.selectable(), List.of(new Field("jsonPath", "JSONPath", EMPTY))));
        }
        return out;
    }

    private static JsonNode list(List<ObjectNode> items, List<Field> fields) {
        if (items.isEmpty()) {
            return NULL;
        }
        ArrayNode out = Json.array();
        items.forEach(item -> out.add(struct(item, fields)));
        return out;
    }

    static ObjectNode rule(JsonNode rule) {
        return struct(rule, RULE);
    }

    /** A schema with all that is in it. */
    static ObjectNode schema(JsonNode schema) {
        ObjectNode out = struct(schema, SCHEMA);
        Map<String, JsonNode> inside = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : out.properties()) {
            JsonNode value = each.getValue();
            switch (each.getKey()) {
                case "Properties", "PatternProperties", "Definitions" -> inside.put(each.getKey(), map(value));
                case "AllOf", "OneOf", "AnyOf" -> inside.put(each.getKey(), schemas(value));
                case "Not" -> inside.put(each.getKey(), value.isNull() ? NULL : schema(value));
                case "Items" -> inside.put(each.getKey(), items(value));
                case "AdditionalProperties", "AdditionalItems" -> inside.put(each.getKey(), orBool(value));
                case "XValidations" -> inside.put(each.getKey(), rules(value));
                default -> {
                    // is shown as it is
                }
            }
        }
        inside.forEach(out::set);
        return out;
    }

    private static JsonNode map(JsonNode map) {
        if (map.isNull()) {
            return NULL;
        }
        ObjectNode out = Json.object();
        map.properties().stream().sorted(Map.Entry.comparingByKey())
                .forEach(each -> out.set(each.getKey(), schema(each.getValue())));
        return out;
    }

    private static JsonNode schemas(JsonNode list) {
        if (list.isNull()) {
            return NULL;
        }
        ArrayNode out = Json.array();
        list.forEach(each -> out.add(schema(each)));
        return out;
    }

    private static JsonNode rules(JsonNode list) {
        if (list.isNull()) {
            return NULL;
        }
        ArrayNode out = Json.array();
        list.forEach(each -> out.add(rule(each)));
        return out;
    }

    private static JsonNode items(JsonNode items) {
        if (items.isNull()) {
            return NULL;
        }
        ObjectNode out = Json.object();
        out.set("Schema", items.isObject() ? schema(items) : NULL);
        out.set("JSONSchemas", items.isArray() ? schemas(items) : NULL);
        return out;
    }

    private static JsonNode orBool(JsonNode value) {
        if (value.isNull()) {
            return NULL;
        }
        ObjectNode out = Json.object();
        out.put("Allows", value.isObject() || value.booleanValue(false));
        out.set("Schema", value.isObject() ? schema(value) : NULL);
        return out;
    }
}
