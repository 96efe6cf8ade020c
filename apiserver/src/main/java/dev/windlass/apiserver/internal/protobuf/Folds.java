package dev.windlass.apiserver.internal.protobuf;

import dev.windlass.apiserver.internal.json.Json;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The messages that are folded. */
final class Folds {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String MACHINERY = "io.k8s.apimachinery.pkg.";
    private static final String EXTENSIONS = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    private static final Map<String, Fold> ALL = Map.of(
            MACHINERY + "apis.meta.v1.Time", new Time("uuuu-MM-dd'T'HH:mm:ss'Z'"),
            MACHINERY + "apis.meta.v1.MicroTime", new Time("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'"),
            MACHINERY + "api.resource.Quantity", new Amount(),
            MACHINERY + "util.intstr.IntOrString", new IntOrString(),
            MACHINERY + "runtime.RawExtension", new Raw("raw"),
            MACHINERY + "apis.meta.v1.FieldsV1", new Raw("Raw"),
            EXTENSIONS + "JSON", new Raw("raw"),
            EXTENSIONS + "JSONSchemaPropsOrArray", new SchemaOr("jSONSchemas"),
            EXTENSIONS + "JSONSchemaPropsOrStringArray", new SchemaOr("property"),
            EXTENSIONS + "JSONSchemaPropsOrBool", new SchemaOr("allows"));

    private Folds() {
    }

    /** @return null for a message that is an object in JSON too */
    static @Nullable Fold of(String message) {
        return ALL.get(message);
    }

    private record Time(DateTimeFormatter format) implements Fold {
        Time(String pattern) {
            this(DateTimeFormatter.ofPattern(pattern).withZone(ZoneOffset.UTC));
        }

        @Override
        public @Nullable JsonNode fold(ObjectNode fields) {
            if (fields.isEmpty()) {
                return null;
            }
            try {
                Instant instant = Instant.ofEpochSecond(Json.number(fields, 0, "seconds"),
                        Json.number(fields, 0, "nanos"));
                return NODES.stringNode(format.format(instant));
            } catch (DateTimeException e) {
                throw new MalformedException("time out of range: " + Json.string(fields));
            }
        }

        @Override
        public ObjectNode unfold(JsonNode value) {
            ObjectNode fields = Json.object();
            if (value.isString()) {
                OffsetDateTime time = OffsetDateTime.parse(value.stringValue());
                fields.put("seconds", time.toEpochSecond()).put("nanos", time.getNano());
            }
            return fields;
        }
    }

    private record Amount() implements Fold {
        @Override
        public JsonNode fold(ObjectNode fields) {
            String text = Json.textOrEmpty(fields, "string");
            return NODES.stringNode(text.isEmpty() ? "0" : text);
        }

        @Override
        public ObjectNode unfold(JsonNode value) {
            return Json.object().put("string", value.isNull() ? "0" : value.asString());
        }
    }

    private record IntOrString() implements Fold {
        @Override
        public JsonNode fold(ObjectNode fields) {
            return Json.number(fields, 0, "type") == 0
                    ? NODES.numberNode(Json.number(fields, 0, "intVal"))
                    : NODES.stringNode(Json.textOrEmpty(fields, "strVal"));
        }

        @Override
        public ObjectNode unfold(JsonNode value) {
            ObjectNode fields = Json.object();
            if (value.isString()) {
                return fields.put("type", 1).put("strVal", value.stringValue());
            }
            return fields.put("intVal", value.asInt(0));
        }
    }

    private record Raw(String field) implements Fold {
        @Override
        public @Nullable JsonNode fold(ObjectNode fields) {
            String raw = Json.textOrEmpty(fields, field);
            if (raw.isEmpty()) {
                return null;
            }
            try {
                return Json.parse(Base64.getDecoder().decode(raw));
            } catch (JacksonException e) {
                throw new MalformedException("a field that is to hold JSON does not: " + e.getOriginalMessage());
            }
        }

        @Override
        public ObjectNode unfold(JsonNode value) {
            return value.isNull()
                    ? Json.object()
                    : Json.object().put(field, Base64.getEncoder().encodeToString(Json.bytes(value)));
        }
    }

    /** A schema, or something that is none. */
    private record SchemaOr(String other) implements Fold {
        @Override
        public JsonNode fold(ObjectNode fields) {
            JsonNode schema = fields.get("schema");
            JsonNode otherwise = fields.get(other);
            boolean list = otherwise instanceof ArrayNode;
            if (schema != null && !list) {
                return schema;
            }
            return otherwise == null ? NODES.booleanNode(false) : otherwise;
        }

        @Override
        public ObjectNode unfold(JsonNode value) {
            ObjectNode fields = Json.object();
            if (value.isObject()) {
                // A schema is allowed by being there.
                return other.equals("allows")
                        ? fields.put("allows", true).set("schema", value)
                        : fields.set("schema", value);
            }
            return fields.set(other, value);
        }
    }
}
