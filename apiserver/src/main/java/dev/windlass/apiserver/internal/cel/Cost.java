package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.ast.CelExpr.CelSelect;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an expression costs at most, in the units of the real server: about one for each step, and one for ten characters that are gone
 * through. What is gone through more than once is as large as the schema of the values allows. It must be the same number as there, since
 * definitions are refused by it. One use each.
 */
final class Cost {
    static final String ITEMS = "@items";
    static final String VALUES = "@values";
    static final String KEYS = "@keys";
    private static final String INDICES = "@indices";
    private static final Range LIST = Range.fixed(10);
    private static final Range MAP = Range.fixed(30);
    private static final Range STRUCT = Range.fixed(40);
    private static final Range NOTHING_YET = new Range(Long.MAX_VALUE, 0);
    /** A name for what cel-go writes down again where it is used. */
    private static final String REPEATED = "@target";
    private static final Set<String> ACCUMULATORS = Set.of("__result__", "@result");

    private final CelAbstractSyntaxTree tree;
    private final SchemaSizes root;
    private final Map<Long, ValuePath> paths = new HashMap<>();
    private final Map<Long, Range> sizes = new HashMap<>();
    private final Map<Long, Entries> entries = new HashMap<>();
    private final Map<String, Deque<Variable>> variables = new HashMap<>();

    /** How large the keys and values of a list or map are that an expression makes. */
    private record Entries(boolean list, Range key, Range value) {
        static @Nullable Entries either(@Nullable Entries a, @Nullable Entries b) {
            return a == null || b == null ? null : new Entries(a.list, a.key.or(b.key), a.value.or(b.value));
        }
    }

    /**
     * What a name stands for that an expression gives itself.
     *
     * @param cost
     *            of naming it
     */
    private record Variable(@Nullable ValuePath path, @Nullable Range size, @Nullable Entries entries, Range cost) {
        Variable(ValuePath path, @Nullable Range size) {
            this(path, size, null, Range.ONE);
        }
    }

    private Cost(CelAbstractSyntaxTree tree, SchemaSizes root) {
        this.tree = tree;
        this.root = root;
    }

    /** @param self how large what the expression speaks of can be */
    static long most(CelAbstractSyntaxTree tree, SchemaSizes self) {
        return new Cost(tree, self).of(tree.getExpr()).max();
    }

    private Range of(CelExpr expr) {
        return switch (expr.getKind()) {
            case IDENT -> {
                Variable variable = variable(expr.ident().name());
                putPath(expr, variable == null ? ValuePath.of(expr.ident().name()) : variable.path);
                yield variable == null ? Range.ONE : variable.cost;
            }
            case SELECT -> ofSelect(expr, expr.select());
            case CALL -> ofCall(expr, expr.call());
            case LIST -> ofList(expr);
            case MAP -> ofMap(expr);
            case STRUCT -> expr.struct().entries().stream().map(each -> of(each.value())).reduce(STRUCT, Range::plus);
            case COMPREHENSION -> ofComprehension(expr, expr.comprehension());
            default -> Range.NONE;
        };
    }

    private Range ofSelect(CelExpr expr, CelSelect select) {
        Range cost = of(select.operand());
        if (select.testOnly()) {
            return cost;
        }
        putPath(expr, ValuePath.below(path(select.operand()), select.field()));
        return switch (type(select.operand()).kind()) {
            case MAP, STRUCT, TYPE_PARAM -> cost.plus(Range.ONE);
            default -> cost;
        };
    }

    private Range ofList(CelExpr expr) {
        List<CelExpr> items = expr.list().elements();
        Range cost = LIST;
        Range size = items.isEmpty() ? Range.NONE : NOTHING_YET;
        for (CelExpr item : items) {
            cost = cost.plus(of(item));
            size = size.or(sizeOrUnknown(item));
        }
        entries.put(expr.id(), new Entries(true, Range.ONE, size));
        return cost;
    }

    private Range ofMap(CelExpr expr) {
        List<CelMap.Entry> items = expr.map().entries();
        Range cost = MAP;
        Range keys = items.isEmpty() ? Range.NONE : NOTHING_YET;
        Range values = keys;
        for (CelMap.Entry item : items) {
            cost = cost.plus(of(item.key())).plus(of(item.value()));
            keys = keys.or(sizeOrUnknown(item.key()));
            values = values.or(sizeOrUnknown(item.value()));
        }
        entries.put(expr.id(), new Entries(false, keys, values));
        return cost;
    }

    private Range ofComprehension(CelExpr expr, CelComprehension loop) {
        CelExpr over = loop.iterRange();
        Range first = of(loop.accuInit());
        boolean repeated = loop.accuVar().equals(REPEATED);
        Range cost = repeated ? Range.NONE : of(over).plus(first);
        push(loop.accuVar(), new Variable(path(loop.accuInit()), size(loop.accuInit()), entries(loop.accuInit()),
                repeated ? first : Range.ONE));
        if (isBinding(loop)) {
            cost = cost.plus(of(loop.result()));
            pop(loop.accuVar());
            putSize(expr, size(loop.result()));
            putEntries(expr, entries(loop.result()));
            return cost;
        }
        boolean two = !loop.iterVar2().isEmpty();
        if (two) {
            push(loop.iterVar(), keyOf(over));
            push(loop.iterVar2(), valueOf(over));
        } else {
            push(loop.iterVar(), isList(over) ? valueOf(over) : keyOf(over));
        }
        Range turn = of(loop.loopCondition()).plus(of(loop.loopStep()));
        pop(loop.iterVar());
        if (two) {
            pop(loop.iterVar2());
        }
        cost = cost.plus(of(loop.result()));
        pop(loop.accuVar());
        Range turns = sizeOrUnknown(over);
        switch (loop.accuInit().getKind()) {
            case CONSTANT -> putSize(expr, size(loop.accuInit()));
            case LIST, MAP -> {
                putSize(expr, turns);
                putEntries(expr, entries(loop.loopStep()));
            }
            default -> {
                // how large the result is cannot be told
            }
        }
        return cost.plus(turns.times(turn));
    }

    /** Whether it goes through nothing and only gives something a name. */
    private static boolean isBinding(CelComprehension loop) {
        return loop.iterRange().getKind() == CelExpr.ExprKind.Kind.LIST && loop.iterRange().list().elements().isEmpty()
                && !ACCUMULATORS.contains(loop.accuVar());
    }

    private Variable keyOf(CelExpr over) {
        Entries made = entries(over);
        return new Variable(ValuePath.below(path(over), isList(over) ? INDICES : KEYS), made == null ? null : made.key);
    }

    private Variable valueOf(CelExpr over) {
        Entries made = entries(over);
        return new Variable(ValuePath.below(path(over), isList(over) ? ITEMS : VALUES),
                made == null ? null : made.value);
    }

    private boolean isList(CelExpr expr) {
        Entries made = entries(expr);
        return made == null ? type(expr).kind() == CelKind.LIST : made.list;
    }

    private Range ofCall(CelExpr expr, CelCall call) {
        if (call.function().equals("dyn")) {
            CelExpr argument = call.args().getFirst();
            Range cost = of(argument).plus(Range.ONE);
            putSize(expr, size(argument));
            putEntries(expr, entries(argument));
            return cost;
        }
        List<CallCost.Operand> operands = new ArrayList<>();
        List<Range> costs = new ArrayList<>();
        for (CelExpr argument : call.args()) {
            costs.add(of(argument));
            operands.add(operand(argument));
        }
        List<String> overloads = tree.getReference(expr.id()).map(CelReference::overloadIds).map(List::copyOf)
                .orElse(List.of());
        if (overloads.isEmpty()) {
            return Range.NONE;
        }
        Range receiverCost = call.target().map(this::of).orElse(Range.NONE);
        call.target().map(this::operand).ifPresent(operands::addFirst);
        Range cost = NOTHING_YET;
        Range size = null;
        for (String overload : overloads) {
            CallCost found = call(expr, new CallCost.Call(call.function(), overload, operands, root), costs);
            cost = cost.or(found.cost());
            size = size == null || found.size() == null ? (size == null ? found.size() : size) : size.or(found.size());
            if (overload.equals("index_list") || overload.equals("index_map")) {
                CelExpr of = call.args().getFirst();
                Entries made = entries(of);
                size = made == null ? null : made.value;
                putPath(expr, ValuePath.below(path(of), overload.equals("index_list") ? ITEMS : VALUES));
            }
            size = size == null ? size(expr) : size;
        }
        putSize(expr, size);
        return receiverCost.plus(cost);
    }

    /** What one overload costs, with its arguments. */
    private CallCost call(CelExpr expr, CallCost.Call call, List<Range> costs) {
        Range all = costs.stream().reduce(Range.NONE, Range::plus);
        List<CelExpr> args = expr.call().args();
        switch (call.overload()) {
            case "logical_or", "logical_and" -> {
                return new CallCost(new Range(costs.getFirst().min(), all.max()), null);
            }
            case "conditional" -> {
                putEntries(expr, Entries.either(entries(args.get(1)), entries(args.get(2))));
                return new CallCost(costs.get(0).plus(costs.get(1).or(costs.get(2))),
                        sizeOrUnknown(args.get(1)).or(sizeOrUnknown(args.get(2))));
            }
            case "add_string", "add_bytes", "add_list" ->
                putEntries(expr, Entries.either(entries(args.get(0)), entries(args.get(1))));
            default -> {
                // what it returns is not put together from what it is given
            }
        }
        CallCost cost = CallCost.of(call);
        return new CallCost(cost.cost().plus(all), cost.size());
    }

    private CallCost.Operand operand(CelExpr expr) {
        ValuePath path = path(expr);
        boolean ours = path != null && ACCUMULATORS.contains(path.first());
        return new CallCost.Operand(expr, type(expr), ours ? null : path, size(expr));
    }

    private CelType type(CelExpr expr) {
        return tree.getType(expr.id()).orElse(SimpleType.DYN);
    }

    private @Nullable ValuePath path(CelExpr expr) {
        Variable variable = expr.getKind() == CelExpr.ExprKind.Kind.IDENT ? variable(expr.ident().name()) : null;
        return variable == null ? paths.get(expr.id()) : variable.path;
    }

    private void putPath(CelExpr expr, @Nullable ValuePath path) {
        if (path != null) {
            paths.put(expr.id(), path);
        }
    }

    private Range sizeOrUnknown(CelExpr expr) {
        Range size = size(expr);
        return size == null ? Range.UNKNOWN : size;
    }

    private @Nullable Range size(CelExpr expr) {
        Range known = sizes.get(expr.id());
        if (known != null) {
            return known;
        }
        Range written = written(expr);
        if (written != null) {
            return written;
        }
        ValuePath path = path(expr);
        SchemaSizes told = path == null ? null : root.at(path);
        if (told != null) {
            Range size = new Range(0, told.most());
            sizes.put(expr.id(), size);
            return size;
        }
        if (CallCost.isScalar(type(expr))) {
            return Range.ONE;
        }
        Variable variable = expr.getKind() == CelExpr.ExprKind.Kind.IDENT ? variable(expr.ident().name()) : null;
        return variable == null ? null : variable.size;
    }

    private void putSize(CelExpr expr, @Nullable Range size) {
        if (size != null) {
            sizes.put(expr.id(), size);
        }
    }

    private @Nullable Entries entries(CelExpr expr) {
        Entries known = entries.get(expr.id());
        Variable variable = expr.getKind() == CelExpr.ExprKind.Kind.IDENT ? variable(expr.ident().name()) : null;
        return known != null || variable == null ? known : variable.entries;
    }

    private void putEntries(CelExpr expr, @Nullable Entries made) {
        if (made != null) {
            entries.put(expr.id(), made);
        }
    }

    /** How large what stands in the expression itself is. */
    private static @Nullable Range written(CelExpr expr) {
        return switch (expr.getKind()) {
            case LIST -> Range.fixed(expr.list().elements().size());
            case MAP -> Range.fixed(expr.map().entries().size());
            case CONSTANT -> switch (expr.constant().getKind()) {
                case STRING_VALUE -> {
                    String text = expr.constant().stringValue();
                    yield Range.fixed(text.codePointCount(0, text.length()));
                }
                case BYTES_VALUE -> Range.fixed(expr.constant().bytesValue().size());
                default -> Range.ONE;
            };
            default -> null;
        };
    }

    private @Nullable Variable variable(String name) {
        Deque<Variable> stack = variables.get(name);
        return stack == null ? null : stack.peek();
    }

    private void push(String name, Variable variable) {
        variables.computeIfAbsent(name, _ -> new ArrayDeque<>()).push(variable);
    }

    private void pop(String name) {
        Deque<Variable> stack = variables.get(name);
        if (stack != null) {
            stack.pop();
        }
    }
}
