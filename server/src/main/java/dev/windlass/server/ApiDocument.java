package dev.windlass.server;

import dev.windlass.server.AdminOperation.Option;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The OpenAPI document of the admin API, made of its operations and of the records of which its answers are. */
final class ApiDocument {
    private static final String JSON = "application/json";
    private static final String EVENTS = "application/x-ndjson";
    private static final String TOKEN = "token";
    private static final Map<Integer, String> ERRORS = new TreeMap<>(Map.of(
            400, "An option is unknown, or its value is not legal.",
            401, "No token was sent, or a wrong one.",
            403, "The request addresses somebody else's server, or comes from somebody else's page.",
            404, "There is no such path, action or unit.",
            405, "Another method is to be used.",
            409, "It is refused as things are: the message says why.",
            500, "An error in the server.",
            504, "It is not done yet when the time to wait is over; it goes on."));

    private final Map<String, Object> schemas = new TreeMap<>();

    private ApiDocument() {
    }

    /** The whole document; the same for each manager. */
    static Map<String, Object> create(List<AdminAction> more) {
        return new ApiDocument().document(more);
    }

    private Map<String, Object> document(List<AdminAction> more) {
        Map<String, Object> paths = new LinkedHashMap<>();
        AdminOperation.byPath().forEach((path, operations) -> {
            Map<String, Object> item = new LinkedHashMap<>();
            operations.forEach((method, operation) -> item.put(method.toLowerCase(Locale.ROOT), operation(operation)));
            paths.put(path, item);
        });
        for (AdminAction action : more) {
            item(paths, action.fullPath()).put(action.method().toLowerCase(Locale.ROOT), action(action));
        }
        schema(ApiError.Body.class);
        return fields("openapi", "3.1.1",
                "info", fields("title", "Windlass admin API", "version", "v1",
                        "description",
                        "Units of a manager: what they are, and raising and lowering them while the rest keeps "
                                + "working. Served on the loopback interface only."),
                "security", List.of(Map.of(TOKEN, List.of())),
                "paths", paths,
                "components", fields("schemas", schemas, "securitySchemes", Map.of(TOKEN, fields("type", "http",
                        "scheme", "bearer", "description", "The content of the token file of the endpoint."))));
    }

    @SuppressWarnings("unchecked") // the values are such maps
    private static Map<String, Object> item(Map<String, Object> paths, String path) {
        return (Map<String, Object>) paths.computeIfAbsent(path, _ -> new LinkedHashMap<String, Object>());
    }

    private Map<String, Object> action(AdminAction action) {
        List<Object> parameters = new ArrayList<>();
        if (action.isAboutOne()) {
            parameters.add(fields("name", "name", "in", "path", "required", true, "description", "Its name.", "schema",
                    type("string")));
        }
        action.options().entrySet().stream().sorted(Map.Entry.comparingByKey())
                .forEach(option -> parameters.add(fields("name", option.getKey(), "in", "query", "required", false,
                        "description", option.getValue(), "schema", type("string"))));
        if (action.waits()) {
            parameters.add(parameter(Option.WAIT));
        }
        Map<String, Object> described = fields("operationId",
                camelCase(action.method() + action.path().replaceAll("[^a-z]+", "_").replaceAll("_$", "")
                        .replaceFirst("^", "_")),
                "summary", action.summary());
        if (!parameters.isEmpty()) {
            described.put("parameters", parameters);
        }
        described.put("responses", responses(JSON, action.answer(), action.waits() ? UnitViews.Going.class : null));
        return described;
    }

    private Map<String, Object> operation(AdminOperation operation) {
        List<Object> parameters = new ArrayList<>();
        if (operation.isAboutAUnit()) {
            parameters.add(fields("name", "name", "in", "path", "required", true, "description",
                    "The full name of the unit; its slashes as they are, or as %2F.", "schema", type("string")));
        }
        operation.options().forEach(option -> parameters.add(parameter(option)));
        Map<String, Object> described = fields("operationId", camelCase(operation.name()), "summary",
                operation.summary());
        if (!parameters.isEmpty()) {
            described.put("parameters", parameters);
        }
        described.put("responses", responses(operation));
        return described;
    }

    private static Map<String, Object> parameter(Option option) {
        Map<String, Object> described = fields("name", option.key(), "in", "query", "required", option.required(),
                "description", option.meaning());
        if (option == Option.SETTINGS) {
            described.put("style", "form");
            described.put("explode", true);
            described.put("schema", fields("type", "object", "additionalProperties", type("string")));
        } else {
            described.put("schema", type("string"));
        }
        return described;
    }

    private Map<String, Object> responses(AdminOperation operation) {
        Class<?> going = operation == AdminOperation.SET_QUOTA ? operation.answer() : UnitViews.Accepted.class;
        return responses(operation == AdminOperation.FOLLOW_EVENTS ? EVENTS : JSON, operation.answer(),
                operation.waits() ? going : null);
    }

    /** @param going the answer while it goes on; null when the answer always comes when it is done */
    private Map<String, Object> responses(String media, Class<?> answer, @Nullable Class<?> going) {
        Map<String, Object> responses = new LinkedHashMap<>();
        responses.put("200", response("It is done.", media, answer));
        if (going != null) {
            responses.put("202", response("It goes on.", media, going));
        }
        ERRORS.forEach((code, meaning) -> {
            if (going != null || (code != 409 && code != 504)) {
                responses.put(Integer.toString(code), response(meaning, JSON, ApiError.Body.class));
            }
        });
        return responses;
    }

    private Map<String, Object> response(String meaning, String media, Class<?> body) {
        return fields("description", meaning, "content", Map.of(media, Map.of("schema", schema(body))));
    }

    // ---- schemas

    private Map<String, Object> schema(Type type) {
        return switch (type) {
            case Class<?> plain when plain.isRecord() -> reference(plain, () -> object(plain));
            case Class<?> plain when plain.isEnum() -> reference(plain, () -> fields("type", "string", "enum",
                    Arrays.stream(plain.getEnumConstants()).map(Object::toString).toList()));
            case Class<?> plain when plain == Map.class -> type("object");
            case Class<?> plain -> basic(plain);
            case ParameterizedType generic -> generic(generic);
            default -> throw new IllegalArgumentException("no schema for " + type);
        };
    }

    private Map<String, Object> generic(ParameterizedType generic) {
        Class<?> raw = (Class<?>) generic.getRawType();
        Type[] arguments = generic.getActualTypeArguments();
        if (raw == Map.class) {
            Map<String, Object> map = fields("type", "object", "additionalProperties", schema(arguments[1]));
            if (arguments[0] != String.class) {
                map.put("propertyNames", schema(arguments[0]));
            }
            return map;
        }
        if (!Collection.class.isAssignableFrom(raw)) {
            throw new IllegalArgumentException("no schema for " + generic);
        }
        Map<String, Object> array = fields("type", "array", "items", schema(arguments[0]));
        if (raw == Set.class) {
            array.put("uniqueItems", true);
        }
        return array;
    }

    private static Map<String, Object> basic(Class<?> type) {
        if (type == String.class) {
            return type("string");
        }
        if (type == boolean.class || type == Boolean.class) {
            return type("boolean");
        }
        if (type == int.class || type == Integer.class) {
            return fields("type", "integer", "format", "int32");
        }
        if (type == long.class || type == Long.class) {
            return fields("type", "integer", "format", "int64");
        }
        if (type == double.class) {
            return fields("type", "number", "format", "double");
        }
        if (type == Instant.class) {
            return fields("type", "string", "format", "date-time");
        }
        throw new IllegalArgumentException("no schema for " + type);
    }

    private Map<String, Object> reference(Class<?> type, Supplier<Map<String, Object>> schema) {
        String name = name(type);
        if (!schemas.containsKey(name)) {
            schemas.put(name, Map.of()); // it may refer to itself
            schemas.put(name, schema.get());
        }
        return fields("$ref", "#/components/schemas/" + name);
    }

    /** All fields are always there: what does not apply is null. */
    private Map<String, Object> object(Class<?> type) {
        Map<String, Object> properties = new LinkedHashMap<>();
        for (RecordComponent component : type.getRecordComponents()) {
            Map<String, Object> schema = schema(component.getGenericType());
            properties.put(component.getName(), isNullable(component.getAnnotatedType())
                    ? fields("anyOf", List.of(schema, type("null")))
                    : schema);
        }
        return fields("type", "object", "required", List.copyOf(properties.keySet()), "properties", properties);
    }

    private static boolean isNullable(AnnotatedType type) {
        return !(type instanceof AnnotatedParameterizedType) && type.isAnnotationPresent(Nullable.class);
    }

    /** {@code UnitViews.Description} is {@code UnitDescription}, {@code ApiError.Body} is {@code Error}. */
    private static String name(Class<?> type) {
        Class<?> views = type.getEnclosingClass();
        if (type == ApiError.Body.class) {
            return "Error";
        }
        if (views == null || !views.getSimpleName().endsWith("Views")) {
            return type.getSimpleName();
        }
        String about = views.getSimpleName().replace("Views", "");
        return (type.getSimpleName().startsWith(about) ? "" : about) + type.getSimpleName();
    }

    private static String camelCase(String constant) {
        return Pattern.compile("_(.)").matcher(constant.toLowerCase(Locale.ROOT))
                .replaceAll(letter -> letter.group(1).toUpperCase(Locale.ROOT));
    }

    private static Map<String, Object> type(String name) {
        return fields("type", name);
    }

    private static Map<String, Object> fields(Object... namesAndValues) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i].toString(), Objects.requireNonNull(namesAndValues[i + 1]));
        }
        return fields;
    }
}
