package dev.windlass.apiserver.internal.cel;

import com.google.common.primitives.UnsignedLong;
import dev.cel.common.types.CelType;
import dev.cel.common.types.TypeType;
import dev.cel.common.values.CelByteString;
import dev.cel.common.values.NullValue;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the values of expressions are in the real server, which some of its messages tell. Stateless. */
final class GoTypes {
    private GoTypes() {
    }

    /** The type that holds a value. */
    static String of(Object value) {
        return switch (value) {
            case Long _ -> "types.Int";
            case UnsignedLong _ -> "types.Uint";
            case Double _ -> "types.Double";
            case Boolean _ -> "types.Bool";
            case String _ -> "types.String";
            case CelByteString _ -> "types.Bytes";
            case Duration _ -> "types.Duration";
            case Moment _ -> "types.Timestamp";
            case NullValue _ -> "types.Null";
            case TypeType _ -> "*types.Type";
            case Optional<?> _ -> "*types.Optional";
            case SchemaList list -> "*common.unstructured" + list.kind() + "List";
            case SchemaValues.Known _ -> "*common.unstructuredMap";
            case Comparisons.Joined _ -> "*types.concatList";
            case List<?> _ -> "*types.baseList";
            case Map<?, ?> _ -> "*types.baseMap";
            default -> "cel." + Types.name(value).replaceFirst(".*\\.", "");
        };
    }

    /** The name of a value's type, with what little it tells of what is inside. */
    static String general(Object value) {
        return switch (value) {
            case List<?> _ -> "list(dyn)";
            case Map<?, ?> _ -> "map(dyn, dyn)";
            case Optional<?> _ -> "optional_type(dyn)";
            default -> Formatting.typeName(value);
        };
    }

    /** What a value misses that should be a list: those that can be added up are nearer to one. */
    static String missingOfList(Object value) {
        boolean added = value instanceof Number || value instanceof String || value instanceof CelByteString
                || value instanceof Duration || value instanceof Moment;
        return added ? "Contains" : "Add";
    }

    /** Whether values of a type may name what is inside others. */
    static boolean isQualifier(CelType type) {
        return switch (type.kind()) {
            case STRING, INT, UINT, BOOL, DOUBLE -> true;
            default -> false;
        };
    }

    static boolean isQualifier(Object value) {
        return value instanceof Number || value instanceof String || value instanceof Boolean;
    }

    static String notQualifier(Object value) {
        return "invalid qualifier type: " + of(value);
    }
}
