package dev.windlass.apiserver.internal.cel;

import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a call costs without its arguments, and how large what it returns is; null when that cannot be told. As cel-go estimates the language's own
 * functions and Kubernetes those that it adds.
 */
record CallCost(Range cost, @Nullable Range size) {
    /** Of going through a text, for each character. */
    private static final double TEXT = 0.1;
    /** Of a pattern, for each of its characters. */
    private static final double PATTERN = 0.25;
    private static final int LONGEST_FORMAT = 64;
    private static final int LONGEST_FORMAT_PATTERN = 128;
    /** Two checks fit into one expression. */
    private static final Range ACCESS_CHECK = Range.fixed(350_000);
    private static final Range LIST_MADE = Range.fixed(11);
    private static final Range SELECTOR = Range.fixed(10);
    private static final double REQUIREMENT = 50;
    /** Bytes of an address. */
    private static final Range ADDRESS = new Range(4, 16);
    private static final CallCost ONE = new CallCost(Range.ONE, null);

    /**
     * What is given to a call.
     *
     * @param path
     *            to it from a variable; null when it is on none
     * @param size
     *            null when it cannot be told
     */
    record Operand(@Nullable CelExpr expr, CelType type, @Nullable ValuePath path, @Nullable Range size) {
        Range known() {
            return size == null ? Range.UNKNOWN : size;
        }
    }

    /**
     * One way to understand a call.
     *
     * @param operands
     *            what it is called on, if anything, then its arguments
     */
    record Call(String function, String overload, List<Operand> operands, SchemaSizes root) {
        Operand operand(int index) {
            return operands.get(index);
        }
    }

    static CallCost of(Call call) {
        return switch (call.function()) {
            case "check" -> new CallCost(ACCESS_CHECK, null);
            case "fieldSelector", "labelSelector" -> selector(call.operand(1).known());
            case "isSorted", "sum", "max", "min", "indexOf", "lastIndexOf" -> traversed(call);
            case "url", "lowerAscii", "upperAscii", "substring", "trim" -> text(call, 1, true);
            case "isIP", "isCIDR", "cidr", "quantity", "isQuantity", "semver", "isSemver" -> text(call, 1, false);
            case "ip" -> call.overload().equals("cidr_ip") ? ONE : text(call, 1, false);
            case "ip.isCanonical" -> text(call, 2, false);
            case "replace" -> replaced(call);
            case "split" -> split(call);
            case "join" -> joined(call);
            case "find", "findAll" -> {
                Range size = call.operand(0).known();
                yield new CallCost(pattern(size, call.operand(1).known()), new Range(0, size.max()));
            }
            case "containsIP", "containsCIDR" -> contained(call);
            case "validate" -> new CallCost(
                    call.operand(1).known().times(TEXT).times(LONGEST_FORMAT_PATTERN * PATTERN), null);
            case "slice", "lists.range", "reverse", "flatten", "distinct", "sort", ListFunctions.SORT_BY_KEYS ->
                madeList(call);
            case "sets.contains", "sets.intersects" -> compared(call, 1);
            case "sets.equivalent" -> compared(call, 2);
            default -> standard(call);
        };
    }

    /** What the language itself has. */
    private static CallCost standard(Call call) {
        return switch (call.overload()) {
            case "string_format" -> text(call, 1, false);
            case "string_to_bytes" -> {
                Range size = call.operand(0).known();
                yield new CallCost(size.times(TEXT), new Range(size.min(), Range.product(size.max(), 4)));
            }
            case "bytes_to_string" -> {
                Range size = call.operand(0).known();
                yield new CallCost(size.times(TEXT), new Range(size.min() / 4, size.max()));
            }
            case "strings_quote" -> {
                Range size = call.operand(0).known();
                yield new CallCost(size.times(TEXT),
                        new Range(Range.sum(size.min(), 2), Range.sum(Range.product(size.max(), 2), 2)));
            }
            case "starts_with_string", "ends_with_string" -> new CallCost(call.operand(1).known().times(TEXT), null);
            case "in_list" -> new CallCost(call.operand(1).known(), null);
            case "matches", "matches_string" ->
                new CallCost(pattern(call.operand(0).known(), call.operand(1).known()), null);
            case "contains_string" -> new CallCost(
                    call.operand(0).known().times(TEXT).times(call.operand(1).known().times(TEXT)), null);
            case "add_string", "add_bytes" -> {
                Range size = call.operand(0).known().plus(call.operand(1).known());
                yield new CallCost(size.times(TEXT), size);
            }
            case "add_list" -> new CallCost(Range.ONE, call.operand(0).known().plus(call.operand(1).known()));
            case "less_string", "greater_string", "less_equals_string", "greater_equals_string", "less_bytes",
                    "greater_bytes", "less_equals_bytes", "greater_equals_bytes", "not_equals" ->
                new CallCost(
                        shorter(call), null);
            case "equals" -> new CallCost(equality(call), null);
            default -> ONE;
        };
    }

    private static Range shorter(Call call) {
        long most = Math.min(call.operand(0).known().max(), call.operand(1).known().max());
        return new Range(most > 0 ? 1 : 0, most).times(TEXT);
    }

    private static Range equality(Call call) {
        CelType type = call.operand(0).type();
        if (!type.equals(call.operand(1).type()) || type.kind() != CelKind.OPAQUE) {
            return shorter(call);
        }
        if (type.equals(Types.FORMAT)) {
            return new Range(1, LONGEST_FORMAT).times(TEXT);
        }
        if (type.equals(Types.URL)) {
            Range size = call.operand(1).size();
            return new Range(1, size == null ? 1 : size.max()).times(TEXT);
        }
        return Types.isOurs(type) ? Range.ONE : shorter(call);
    }

    private static CallCost text(Call call, int times, boolean sameSize) {
        Range size = call.operand(0).known();
        return new CallCost(size.times(times * TEXT), sameSize ? size : null);
    }

    private static Range pattern(Range text, Range pattern) {
        return text.plus(Range.ONE).times(TEXT).times(pattern.times(PATTERN));
    }

    private static CallCost selector(Range size) {
        return new CallCost(SELECTOR.plus(size.times(TEXT)).plus(size.times(0.5).times(REQUIREMENT)), null);
    }

    private static CallCost traversed(Call call) {
        Operand list = call.operand(0);
        Operand item = item(call, list);
        if (item == null) {
            return text(call, 1, false);
        }
        boolean text = item.type().kind() == CelKind.STRING || item.type().kind() == CelKind.BYTES;
        return new CallCost(list.known().times(text ? Range.ONE.plus(item.known().times(TEXT)) : Range.ONE), null);
    }

    /** What stands for each of the items of a list; null when it is none. */
    private static @Nullable Operand item(Call call, Operand list) {
        if (list.type().parameters().isEmpty()) {
            return null;
        }
        CelType type = list.type().parameters().getFirst();
        if (list.path() == null) {
            return new Operand(null, type, null, null);
        }
        ValuePath path = ValuePath.below(list.path().copy(), Cost.ITEMS);
        SchemaSizes told = call.root().at(path);
        return new Operand(null, type, path, told == null ? null : new Range(0, told.most()));
    }

    private static CallCost replaced(Call call) {
        Range size = call.operand(0).known();
        Range what = call.operand(1).known();
        Range with = call.operand(2).known();
        long most = 0;
        long kept = size.max();
        if (what.min() == 0) {
            most = Range.sum(size.max(), 1); // around each character
        } else if (with.max() > what.min()) {
            most = (long) Math.ceil((double) size.max() / what.min());
            kept = 0;
        }
        long least = 0;
        long keptLeast = size.min();
        if (what.max() == 0) {
            least = Range.sum(size.min(), 1);
        } else if (what.max() > with.min()) {
            least = (long) Math.ceil((double) size.min() / what.max());
            keptLeast = 0;
        }
        return new CallCost(size.times(2 * TEXT),
                new Range(least, most).times(with).plus(new Range(keptLeast, kept)));
    }

    private static CallCost split(Call call) {
        Range size = call.operand(0).known();
        long most = call.operands().size() > 2 ? literal(call.operand(2), size.max()) : size.max();
        return new CallCost(size.times(2 * TEXT), new Range(0, most));
    }

    private static CallCost joined(Call call) {
        Range items = call.operand(0).known();
        Operand item = item(call, call.operand(0));
        Range size = item == null ? Range.NONE : items.times(item.known());
        if (call.operands().size() > 1) {
            Range between = new Range(Math.max(0, items.min() - 1), Math.max(0, items.max() - 1));
            size = size.plus(call.operand(1).known().times(between));
        }
        return new CallCost(size.times(TEXT), size);
    }

    private static CallCost contained(Call call) {
        Range cost = ADDRESS.plus(ADDRESS).times(TEXT);
        if (call.function().equals("containsCIDR")) {
            cost = cost.plus(ADDRESS.times(TEXT)).plus(Range.ONE);
        }
        return new CallCost(
                call.overload().endsWith("_string") ? cost.plus(call.operand(1).known().times(TEXT)) : cost, null);
    }

    private static CallCost madeList(Call call) {
        Range size = call.operand(0).known();
        return switch (call.function()) {
            case "slice" -> {
                long from = literal(call.operand(1), 0);
                long to = literal(call.operand(2), size.max());
                yield made(1, Range.fixed(to < from ? Long.MAX_VALUE : to - from));
            }
            case "lists.range" -> made(1, Range.fixed(literal(call.operand(0), Long.MAX_VALUE)));
            case "flatten" -> made(
                    call.operands().size() < 2 ? 1 : (double) literal(call.operand(1), Long.MAX_VALUE), size);
            case "distinct" -> made(2, size.times(size));
            case "sort" -> sorted(call.operand(0));
            case ListFunctions.SORT_BY_KEYS -> sorted(call.operand(1));
            default -> made(1, size);
        };
    }

    /** Items of any type can be texts. */
    private static CallCost sorted(Operand keys) {
        CelType key = keys.type().parameters().isEmpty() ? SimpleType.DYN : keys.type().parameters().getFirst();
        return made(isScalar(key) ? 2 : 2 + TEXT, keys.known().times(keys.known()));
    }

    private static CallCost made(double each, Range size) {
        return new CallCost(size.times(each).plus(LIST_MADE), size);
    }

    private static CallCost compared(Call call, int times) {
        return new CallCost(
                call.operand(0).known().times(call.operand(1).known()).times((double) times).plus(Range.ONE), null);
    }

    private static long literal(Operand operand, long otherwise) {
        CelExpr expr = operand.expr();
        return expr != null && expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && expr.constant().getKind() == CelConstant.Kind.INT64_VALUE
                        ? Math.max(0, expr.constant().int64Value())
                        : otherwise;
    }

    /** Whether values of the type are all as large as one another. */
    static boolean isScalar(CelType type) {
        return switch (type.kind()) {
            case BOOL, DOUBLE, DURATION, INT, TIMESTAMP, UINT -> true;
            case OPAQUE -> type.name().equals("optional_type") && isScalar(type.parameters().getFirst());
            default -> false;
        };
    }
}
