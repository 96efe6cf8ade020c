package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Writes an OpenAPI v2 document as the protobuf message {@code openapi.v2.Document}, the only form in which client-go asks for
 * it. Fields of the document that the API server does not use are not known here. Stateless.
 */
public final class SwaggerMessage {
    private static final int EXTENSION_NAME = 1;
    private static final int EXTENSION_VALUE = 2;
    private static final int ANY_YAML = 2;

    /** A field: its number and what it holds, which is a scalar, a message or one of the wrappings of gnostic. */
    private record Field(int number, String type) {
    }

    /** A message: its fields by their names in JSON, and the number under which it has what begins with x-. */
    private record Shape(Map<String, Field> fields, int extensions) {
    }

    private static final Map<String, Shape> SHAPES = Map.of(
            "Document", shape(16, "swagger 1 string, info 2 Info, paths 8 Paths, definitions 9 Named:Schema, "
                    + "security 12 *Security, securityDefinitions 13 Named:SecurityDefinition"),
            "Info", shape(7, "title 1 string, version 2 string"),
            "PathItem", shape(10, "get 2 Operation, put 3 Operation, post 4 Operation, delete 5 Operation, "
                    + "options 6 Operation, head 7 Operation, patch 8 Operation, parameters 9 *Parameter"),
            "Operation", shape(13, "tags 1 *string, description 3 string, operationId 5 string, produces 6 *string, "
                    + "consumes 7 *string, parameters 8 *Parameter, responses 9 Responses, schemes 10 *string"),
            "BodyParameter", shape(6, "description 1 string, name 2 string, in 3 string, required 4 bool, "
                    + "schema 5 Schema"),
            "QueryParameter", shape(23, "required 1 bool, in 2 string, description 3 string, name 4 string, "
                    + "type 6 string, format 7 string, uniqueItems 20 bool"),
            "PathParameter", shape(22, "required 1 bool, in 2 string, description 3 string, name 4 string, "
                    + "type 5 string, format 6 string, uniqueItems 19 bool"),
            "Response", shape(5, "description 1 string, schema 2 InOne:Schema"),
            "ApiKey", shape(5, "type 1 string, name 2 string, in 3 string, description 4 string"),
            "Schema", shape(31, "$ref 1 string, format 2 string, title 3 string, description 4 string, default 5 any, "
                    + "multipleOf 6 double, maximum 7 double, exclusiveMaximum 8 bool, minimum 9 double, "
                    + "exclusiveMinimum 10 bool, maxLength 11 int, minLength 12 int, pattern 13 string, "
                    + "maxItems 14 int, minItems 15 int, uniqueItems 16 bool, maxProperties 17 int, "
                    + "minProperties 18 int, required 19 *string, enum 20 *any, "
                    + "additionalProperties 21 SchemaOrBool, type 22 InOne:string, items 23 InOne:Schema, "
                    + "allOf 24 *Schema, properties 25 Named:Schema, externalDocs 29 Docs, example 30 any"));
    private static final Shape DOCS = shape(3, "description 1 string, url 2 string");

    private SwaggerMessage() {
    }

    private static Shape shape(int extensions, String fields) {
        Map<String, Field> all = new HashMap<>();
        for (String each : fields.split(", ", -1)) {
            String[] parts = each.split(" ", -1);
            all.put(parts[0], new Field(Integer.parseInt(parts[1]), parts[2]));
        }
        return new Shape(Map.copyOf(all), extensions);
    }

    public static byte[] write(JsonNode document) {
        return message("Document", document);
    }

    private static byte[] message(String name, JsonNode object) {
        Shape shape = SHAPES.getOrDefault(name, DOCS);
        Bytes out = new Bytes(256);
        object.properties().forEach(entry -> {
            Field field = shape.fields().get(entry.getKey());
            if (field != null) {
                field(field.number(), field.type(), entry.getValue(), out);
            } else if (entry.getKey().startsWith("x-")) {
                Bytes extension = new Bytes(64);
                text(EXTENSION_NAME, entry.getKey(), extension);
                MessageWriter.bytes(EXTENSION_VALUE, any(entry.getValue()), extension);
                MessageWriter.bytes(shape.extensions(), extension.toBytes(), out);
            }
        });
        return out.toBytes();
    }

    private static void field(int number, String type, JsonNode value, Bytes out) {
        if (type.startsWith("*")) {
            value.forEach(each -> field(number, type.substring(1), each, out));
            return;
        }
        switch (type) {
            case "string" -> text(number, value.asString(""), out);
            case "bool" -> MessageWriter.varint(number, value.asBoolean(false) ? 1 : 0, out);
            case "int" -> MessageWriter.varint(number, value.asLong(0), out);
            case "double" -> MessageWriter.fixed64(number, Double.doubleToLongBits(value.asDouble(0)), out);
            default -> MessageWriter.bytes(number, bytes(type, value), out);
        }
    }

    private static byte[] bytes(String type, JsonNode value) {
        if (type.startsWith("Named:")) {
            return named(1, type.substring("Named:".length()), value);
        }
        return switch (type) {
            case "any" -> any(value);
            case "Paths" -> named(2, "PathItem", value);
            case "Responses" -> named(1, "InOne:Response", value);
            case "Security" -> named(1, "InOne:*string", value);
            case "SecurityDefinition" -> one(2, "ApiKey", value);
            case "Parameter" -> one(1, "ParameterOfItsPlace", value);
            case "ParameterOfItsPlace" -> parameter(value);
            case "SchemaOrBool" -> value.isBoolean() ? one(2, "bool", value) : one(1, "Schema", value);
            default -> type.startsWith("InOne:")
                    ? one(1, type.substring("InOne:".length()), value)
                    : message(type, value);
        };
    }

    private static byte[] parameter(JsonNode value) {
        if (Json.textOrEmpty(value, "in").equals("body")) {
            return one(1, "BodyParameter", value);
        }
        Bytes other = new Bytes(64);
        if (Json.textOrEmpty(value, "in").equals("path")) {
            field(4, "PathParameter", value, other);
        } else {
            field(3, "QueryParameter", value, other);
        }
        Bytes out = new Bytes(64);
        MessageWriter.bytes(2, other.toBytes(), out);
        return out.toBytes();
    }

    private static byte[] one(int number, String type, JsonNode value) {
        Bytes out = new Bytes(64);
        field(number, type, value, out);
        return out.toBytes();
    }

    /** A map: a list of pairs of a name and a value. */
    private static byte[] named(int number, String type, JsonNode map) {
        Bytes out = new Bytes(1024);
        map.properties().forEach(entry -> {
            Bytes pair = new Bytes(256);
            text(1, entry.getKey(), pair);
            field(2, type, entry.getValue(), pair);
            MessageWriter.bytes(number, pair.toBytes(), out);
        });
        return out.toBytes();
    }

    private static byte[] any(JsonNode value) {
        Bytes out = new Bytes(64);
        text(ANY_YAML, Json.string(value) + "\n", out); // JSON is YAML
        return out.toBytes();
    }

    private static void text(int number, String text, Bytes out) {
        MessageWriter.bytes(number, text.getBytes(StandardCharsets.UTF_8), out);
    }
}
