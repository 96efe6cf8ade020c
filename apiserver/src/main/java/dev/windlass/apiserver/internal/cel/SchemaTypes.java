package dev.windlass.apiserver.internal.cel;

import com.google.common.collect.ImmutableCollection;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypeProvider;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.windlass.apiserver.internal.json.Json;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Makes types of expressions from schemas, and knows those that it has made. Not thread-safe while it makes them. */
@SuppressWarnings("Immutable") // the library asks only when all have been made
final class SchemaTypes implements CelTypeProvider {
    private static final CelType STRING = SimpleType.STRING;

    private final Map<String, CelType> structs = new LinkedHashMap<>();

    /**
     * The type of the values of a schema.
     *
     * @param resource
     *            whether it is of an object with type and metadata
     * @return null when nothing can be said of them
     */
    @Nullable
    CelType of(JsonNode schema, boolean resource) {
        return of(schema, resource || Json.flag(schema, false, "x-kubernetes-embedded-resource"), "selfType");
    }

    private @Nullable CelType of(JsonNode schema, boolean resource, String name) {
        if (Json.flag(schema, false, "x-kubernetes-int-or-string")) {
            return SimpleType.DYN;
        }
        return switch (Json.textOrEmpty(schema, "type")) {
            case "array" -> {
                JsonNode items = schema.get("items");
                CelType item = items == null ? null : of(items, isEmbedded(items), name + ".@idx");
                yield item == null ? null : ListType.create(item);
            }
            case "object" -> object(schema, resource, name);
            case "string" -> switch (Json.textOrEmpty(schema, "format")) {
                case "byte" -> SimpleType.BYTES;
                case "duration" -> SimpleType.DURATION;
                case "date", "date-time" -> SimpleType.TIMESTAMP;
                default -> STRING;
            };
            case "boolean" -> SimpleType.BOOL;
            case "number" -> SimpleType.DOUBLE;
            case "integer" -> SimpleType.INT;
            default -> null;
        };
    }

    private static boolean isEmbedded(JsonNode schema) {
        return Json.flag(schema, false, "x-kubernetes-embedded-resource");
    }

    private @Nullable CelType object(JsonNode schema, boolean resource, String name) {
        JsonNode additional = schema.get("additionalProperties");
        if (additional != null && additional.isObject()) {
            CelType value = of(additional, isEmbedded(additional), name + ".@elem");
            return value == null ? null : MapType.create(STRING, value);
        }
        Map<String, CelType> fields = new LinkedHashMap<>();
        schema.path("properties").properties().forEach(each -> {
            String field = Names.escape(each.getKey());
            CelType type = of(each.getValue(), isEmbedded(each.getValue()), name + "." + each.getKey());
            if (field != null && type != null) {
                fields.put(field, type);
                if (Names.isReserved(each.getKey())) {
                    fields.put(each.getKey(), type); // may be written as it is where it can only be a field
                }
            }
        });
        if (resource && !SchemaSizes.tellsMeta(schema.path("properties"))) {
            fields.put("kind", STRING);
            fields.put("apiVersion", STRING);
            fields.put("metadata", struct(name + ".metadata", Map.of("name", STRING, "generateName", STRING)));
        }
        return struct(name, fields);
    }

    private CelType struct(String name, Map<String, CelType> fields) {
        ImmutableMap<String, CelType> types = ImmutableMap.copyOf(fields);
        StructType type = StructType.create(name, types.keySet(), field -> Optional.ofNullable(types.get(field)));
        structs.put(name, type);
        return type;
    }

    @Override
    public ImmutableCollection<CelType> types() {
        return ImmutableList.copyOf(structs.values());
    }

    @Override
    public Optional<CelType> findType(String typeName) {
        return Optional.ofNullable(structs.get(typeName));
    }
}
