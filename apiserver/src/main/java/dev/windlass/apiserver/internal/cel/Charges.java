package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelComprehension;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What each part of an expression costs whenever it has been evaluated. Naming something costs one, and so does each step
 * into it; what stands in the expression itself costs nothing, since it has been worked out before. Immutable.
 */
final class Charges {
    private static final int LIST = 10;
    private static final int MAP = 30;
    private static final int STRUCT = 40;
    private static final Set<String> STEPS = Set.of("_[_]", "_[?_]", "_?._");
    /** They are no calls there: only what they are given costs. */
    private static final Set<String> FREE = Set.of("_||_", "_&&_", "orValue", "or");
    private static final String CHOICE = "_?_:_";

    private final CelAbstractSyntaxTree tree;
    private final Map<Long, Charge> charges = new HashMap<>();
    private final Set<Long> needed = new HashSet<>();

    /** What a part costs that has come to something. */
    @FunctionalInterface
    interface Charge {
        long of(Spending spending, Object result);
    }

    Charges(CelAbstractSyntaxTree tree) {
        this.tree = tree;
        visit(tree.getExpr(), true);
    }

    @Nullable
    Charge of(long id) {
        return charges.get(id);
    }

    boolean isNeeded(long id) {
        return needed.contains(id);
    }

    /** @param whole whether nothing is a further step from it, and it is no step itself */
    private void visit(CelExpr expr, boolean whole) {
        if (isFolded(expr)) {
            return;
        }
        switch (expr.getKind()) {
            case IDENT -> charge(expr, whole ? 1 : 0);
            case SELECT -> {
                step(expr.select().operand());
                if (expr.select().testOnly()) {
                    test(expr, expr.select().operand().id());
                } else {
                    chargeStep(expr, whole);
                }
            }
            case CALL -> call(expr, expr.call(), whole);
            case LIST -> {
                expr.list().elements().forEach(each -> visit(each, true));
                charge(expr, LIST);
            }
            case MAP -> {
                expr.map().entries().forEach(each -> {
                    visit(each.key(), true);
                    visit(each.value(), true);
                });
                charge(expr, MAP);
            }
            case STRUCT -> {
                expr.struct().entries().forEach(each -> visit(each.value(), true));
                charge(expr, STRUCT);
            }
            case COMPREHENSION -> {
                CelComprehension loop = expr.comprehension();
                for (CelExpr each : List.of(loop.iterRange(), loop.accuInit(), loop.loopCondition(), loop.loopStep(),
                        loop.result())) {
                    visit(each, true);
                }
            }
            default -> {
                // costs nothing
            }
        }
    }

    private void step(CelExpr expr) {
        visit(expr, !isAttribute(expr));
    }

    private void call(CelExpr expr, CelCall call, boolean whole) {
        if (STEPS.contains(call.function())) {
            call.args().forEach(this::step);
            chargeStep(expr, whole);
            return;
        }
        if (call.function().equals(CHOICE)) {
            visit(call.args().get(0), true);
            step(call.args().get(1));
            step(call.args().get(2));
            return;
        }
        List<CelExpr> operands = new ArrayList<>();
        call.target().ifPresent(operands::add);
        operands.addAll(call.args());
        List<String> overloads = tree.getReference(expr.id()).map(CelReference::overloadIds).map(List::copyOf)
                .orElse(List.of());
        String overload = overloads.size() == 1 ? overloads.getFirst() : "";
        boolean lookup = overload.equals("in_list") && isSet(operands.get(1));
        if (lookup && operands.get(1).list().elements().isEmpty()) {
            return; // nothing is in there
        }
        operands.forEach(each -> visit(each, true));
        if (lookup || FREE.contains(call.function())) {
            return;
        }
        List<Long> ids = operands.stream().map(CelExpr::id).toList();
        needed.addAll(ids);
        charges.put(expr.id(), (spending, result) -> {
            Object[] values = new Object[ids.size()];
            for (int i = 0; i < values.length; i++) {
                Object value = spending.value(ids.get(i));
                if (value == null) {
                    return 0;
                }
                values[i] = value;
            }
            return SpentCall.cost(call.function(), overload, values, result);
        });
    }

    /** A step that leads nowhere costs nothing. */
    private void chargeStep(CelExpr expr, boolean whole) {
        int named = whole && !root(expr).callOrDefault().function().equals(CHOICE) ? 1 : 0;
        charges.put(expr.id(),
                (_, result) -> result instanceof Optional<?> found && found.isEmpty() ? named : named + 1);
    }

    private void test(CelExpr expr, long operand) {
        needed.add(operand);
        charges.put(expr.id(), (spending, result) -> spending.value(operand) instanceof Optional<?>
                && !Boolean.TRUE.equals(result) ? 0 : 1);
    }

    /** What steps are taken from. */
    private static CelExpr root(CelExpr expr) {
        return switch (expr.getKind()) {
            case SELECT -> root(expr.select().operand());
            case CALL -> STEPS.contains(expr.call().function()) ? root(expr.call().args().getFirst()) : expr;
            default -> expr;
        };
    }

    /** Whether what is in it is looked up without going through it. */
    private static boolean isSet(CelExpr list) {
        return list.getKind() == CelExpr.ExprKind.Kind.LIST && list.list().optionalIndices().isEmpty()
                && list.list().elements().stream()
                        .allMatch(each -> each.getKind() == CelExpr.ExprKind.Kind.CONSTANT);
    }

    private void charge(CelExpr expr, long cost) {
        charges.put(expr.id(), (_, _) -> cost);
    }

    /** Whether further steps are taken from it, and it is no value of its own before they have been. */
    private boolean isAttribute(CelExpr expr) {
        return !isFolded(expr) && switch (expr.getKind()) {
            case IDENT -> true;
            case SELECT -> !expr.select().testOnly();
            case CALL -> STEPS.contains(expr.call().function()) || expr.call().function().equals(CHOICE);
            default -> false;
        };
    }

    /** Whether it has been worked out before anything is evaluated. */
    private boolean isFolded(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> true;
            case IDENT, SELECT -> tree.getType(expr.id()).orElse(SimpleType.DYN).kind() == CelKind.TYPE
                    && tree.getReference(expr.id()).isPresent();
            case LIST -> expr.list().optionalIndices().isEmpty()
                    && expr.list().elements().stream().allMatch(this::isFolded);
            case MAP -> expr.map().entries().stream().allMatch(
                    each -> !each.optionalEntry() && isFolded(each.key()) && isFolded(each.value()));
            case CALL -> expr.call().args().size() == 1 && Literals.WORKED_OUT.contains(expr.call().function())
                    && isFolded(expr.call().args().getFirst());
            default -> false;
        };
    }
}
