package dev.windlass.apiserver.internal.cel;

import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.GoDuration;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes values of expressions from JSON. Stateless. */
final class SchemaValues {
    private SchemaValues() {
    }

    /** A value of which a schema says the type. */
    static Object of(JsonNode value, JsonNode schema) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            return of(value);
        }
        return switch (value.getNodeType()) {
            case ARRAY -> {
                List<Object> items = new SchemaList(schema);
                value.forEach(item -> items.add(of(item, schema.path("items"))));
                yield items;
            }
            case OBJECT -> object(value, schema);
            case NUMBER -> Json.textOrEmpty(schema, "type").equals("number")
                    ? (Object) value.doubleValue()
                    : of(value);
            case STRING -> string(value.stringValue(), Json.textOrEmpty(schema, "format"));
            default -> of(value);
        };
    }

    private static Object object(JsonNode value, JsonNode schema) {
        JsonNode properties = schema.path("properties");
        JsonNode additional = schema.path("additionalProperties");
        boolean map = additional.isObject();
        Map<Object, Object> fields = map ? new Known() : new Fields();
        for (Map.Entry<String, JsonNode> each : value.properties()) {
            String name = map ? each.getKey() : Names.escape(each.getKey());
            boolean missing = !map && each.getValue().isNull(); // as one that may be null is taken
            if (name != null && !missing) {
                fields.put(name, of(each.getValue(), map ? additional : properties.path(each.getKey())));
            }
        }
        return fields;
    }

    /** A value of which nothing is known. */
    static Object of(@Nullable JsonNode value) {
        if (value == null) {
            return NullValue.NULL_VALUE;
        }
        return switch (value.getNodeType()) {
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                value.forEach(item -> items.add(of(item)));
                yield items;
            }
            case OBJECT -> {
                Map<Object, Object> fields = new LinkedHashMap<>();
                value.properties().forEach(each -> fields.put(each.getKey(), of(each.getValue())));
                yield fields;
            }
            case STRING -> value.stringValue();
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> Json.isLong(value)
                    ? (Object) value.longValue()
                    : (Object) value.doubleValue();
            default -> NullValue.NULL_VALUE;
        };
    }

    private static Object string(String text, String format) {
        try {
            return switch (format) {
                case "byte" -> CelByteString.of(Base64.getDecoder().decode(text));
                case "duration" -> GoDuration.parse(text);
                case "date" -> Moment.of(LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC));
                case "date-time" -> {
                    Moment time = Moment.parse(text.toUpperCase(Locale.ROOT));
                    yield time == null ? text : time;
                }
                default -> text;
            };
        } catch (IllegalArgumentException | DateTimeException _) {
            return text; // the schema says that it is wrong
        }
    }

    /** A map of which a schema says the types. */
    static class Known extends LinkedHashMap<Object, Object> {
        private static final long serialVersionUID = 1;
    }

    /** Those of a struct by their escaped names; one that is a reserved word is found as it is as well. */
    private static final class Fields extends Known {
        private static final long serialVersionUID = 1;

        private static @Nullable Object escaped(@Nullable Object name) {
            return name instanceof String word && Names.isReserved(word) ? Names.escape(word) : name;
        }

        @Override
        public @Nullable Object get(@Nullable Object name) {
            return super.get(escaped(name));
        }

        @Override
        public boolean containsKey(@Nullable Object name) {
            return super.containsKey(escaped(name));
        }
    }
}
