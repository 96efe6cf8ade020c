package dev.windlass.apiserver.internal.schema;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The structure of a value: what typed merging and the checking of fields need to know. Types refer to each other, also in circles, so what one consists of
 * is looked up when it is asked for. Immutable.
 */
public final class Type {
    /** Scalars, structs (known fields), maps (any key, one type), lists; anything at all, as a whole or field by field. */
    public enum Shape {
        SCALAR, STRUCT, MAP, LIST, ANY_WHOLE, ANY_BY_FIELD
    }

    /**
     * What a type consists of.
     *
     * @param scalar
     *            name of the scalar, "" for others
     * @param fields
     *            of a struct
     * @param required
     *            fields of a struct
     * @param element
     *            of a map or list; of what can be several things, that which is an object
     * @param whole
     *            it is changed as a whole only
     */
    public record Body(Shape shape, String scalar, Map<String, Type> fields, List<String> required,
            @Nullable Type element, boolean whole) {
    }

    /**
     * How a type is used in one place.
     *
     * @param listType
     *            atomic, set, map or ""
     * @param keys
     *            of a list of type map
     * @param mapType
     *            atomic, granular or ""
     * @param patchStrategy
     *            of a strategic merge patch, or ""
     * @param mergeKey
     *            of a strategic merge patch, or ""
     * @param values
     *            what it can be; empty when that is not told
     * @param fallback
     *            the default value
     * @param go
     *            how Go has it, where it is a field of a built-in kind
     */
    public record Use(String listType, List<String> keys, String mapType, String patchStrategy, String mergeKey,
            List<String> values, @Nullable JsonNode fallback, GoField go) {
        static final Use PLAIN = new Use("", List.of(), "", "", "", null);

        Use(String listType, List<String> keys, String mapType, String patchStrategy, String mergeKey,
                @Nullable JsonNode fallback) {
            this(listType, keys, mapType, patchStrategy, mergeKey, List.of(), fallback, GoField.PLAIN);
        }

        Use with(GoField newGo) {
            return new Use(listType, keys, mapType, patchStrategy, mergeKey, values, fallback, newGo);
        }
    }

    /**
     * How Go has a field of a struct: that decides what is written for it when it is empty.
     *
     * @param pointer
     *            empty is something else than missing
     * @param omitEmpty
     *            it is not written when it is empty; structs always are
     * @param omitZero
     *            it is not written when all in it is empty
     * @param type
     *            what Go calls its type; "" when that follows from the rest
     * @param embedded
     *            the structs inside of this one in which Go has it, each with a dot after it
     */
    public record GoField(boolean pointer, boolean omitEmpty, boolean omitZero, String type, String embedded) {
        static final GoField PLAIN = new GoField(false, true, false, "", "");

        static GoField parse(String text) {
            String[] parts = (text + "::").split(":", -1);
            String flags = parts[0];
            return new GoField(flags.contains("p"), flags.contains("o"), flags.contains("z"), parts[1], parts[2]);
        }

        /** An item of a list or a map that is such a field. */
        GoField item() {
            boolean holds = type.startsWith("[]") || type.startsWith("map[");
            return holds ? new GoField(false, true, false, type.substring(type.indexOf(']') + 1), "") : PLAIN;
        }
    }

    private static final Type BY_FIELD = new Type(
            () -> new Body(Shape.ANY_BY_FIELD, "", Map.of(), List.of(), null, false), Use.PLAIN, "");
    private static final Type WHOLE = new Type(() -> new Body(Shape.ANY_WHOLE, "", Map.of(), List.of(), null, true),
            Use.PLAIN, "");

    private final Supplier<Body> body;
    private final Use use;
    private final String name;

    Type(Supplier<Body> body, Use use, String name) {
        this.body = body;
        this.use = use;
        this.name = name;
    }

    Type(Body body, Use use) {
        this(() -> body, use, "");
    }

    /** Nothing is known of it; it is merged field by field. */
    public static Type unknown() {
        return BY_FIELD;
    }

    /** Nothing is known of it, and it is changed as a whole. */
    static Type opaque() {
        return WHOLE;
    }

    static Type scalar(String name) {
        return new Type(new Body(Shape.SCALAR, name, Map.of(), List.of(), null, false), Use.PLAIN);
    }

    Type with(Use newUse) {
        return new Type(body, newUse, name);
    }

    public Body body() {
        return body.get();
    }

    public Use use() {
        return use;
    }

    /** The name of a described type, "" for others. */
    public String name() {
        return name;
    }

    public Shape shape() {
        return body().shape();
    }

    /** Whether it is changed as a whole. */
    public boolean isWhole() {
        return switch (shape()) {
            case SCALAR, ANY_WHOLE -> true;
            case LIST -> !use.listType().equals("set") && !use.listType().equals("map");
            case STRUCT, MAP -> use.mapType().isEmpty() ? body().whole() : use.mapType().equals("atomic");
            case ANY_BY_FIELD -> false;
        };
    }

    /** A field of a struct by its name, an entry of a map; unknown when nothing is said of it. */
    public Type field(String fieldName) {
        Type field = body().fields().get(fieldName);
        if (field != null) {
            return field;
        }
        Type element = body().element();
        return element == null ? BY_FIELD : element;
    }

    /** Whether a struct has this field. */
    public boolean declares(String fieldName) {
        return body().fields().containsKey(fieldName);
    }

    public Type element() {
        Type element = body().element();
        return element == null ? WHOLE : element;
    }
}
