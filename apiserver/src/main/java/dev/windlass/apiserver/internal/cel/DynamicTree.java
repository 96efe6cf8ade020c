package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelMutableExpr;
import dev.cel.common.ast.CelMutableExpr.CelMutableCall;
import dev.cel.common.ast.CelMutableExpr.CelMutableComprehension;
import dev.cel.common.ast.CelMutableExpr.CelMutableList;
import dev.cel.common.ast.CelMutableExpr.CelMutableMap;
import dev.cel.common.ast.CelMutableExpr.CelMutableSelect;
import dev.cel.common.ast.CelMutableExpr.CelMutableStruct;
import dev.cel.common.ast.CelMutableExprConverter;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes of a checked tree the one that is evaluated: what is done with values of which only then turns out what they are
 * is called as a function of {@link DynamicFunctions}, because the library decides it otherwise than the real server.
 * One use each.
 */
final class DynamicTree {
    private final Map<Long, CelReference> references;
    private final Map<Long, CelType> types;
    private long lastId;

    private DynamicTree(CelAbstractSyntaxTree tree) {
        references = new HashMap<>(tree.getReferenceMap());
        types = new HashMap<>(tree.getTypeMap());
        lastId = types.keySet().stream().mapToLong(each -> each).max().orElse(0);
    }

    static CelAbstractSyntaxTree of(CelAbstractSyntaxTree tree) {
        DynamicTree made = new DynamicTree(tree);
        CelMutableExpr root = CelMutableExprConverter.fromCelExpr(tree.getExpr());
        made.visit(root);
        CelExpr expr = CelMutableExprConverter.fromMutableExpr(root);
        return CelAbstractSyntaxTree.newCheckedAst(expr, tree.getSource(), made.references, made.types);
    }

    private void visit(CelMutableExpr expr) {
        switch (expr.getKind()) {
            case SELECT -> select(expr, expr.select());
            case CALL -> call(expr, expr.call());
            case LIST -> expr.list().elements().forEach(this::visit);
            case STRUCT -> struct(expr, expr.struct());
            case MAP -> map(expr, expr.map());
            case COMPREHENSION -> comprehension(expr.comprehension());
            default -> {
                // is what it is
            }
        }
    }

    private void comprehension(CelMutableComprehension loop) {
        visit(loop.iterRange());
        if (isLoose(type(loop.iterRange()))) {
            loop.setIterRange(wrapped(loop.iterRange(), loop.iterVar2().isEmpty()
                    ? DynamicFunctions.RANGE
                    : DynamicFunctions.RANGE_OF_PAIRS));
        }
        visit(loop.accuInit());
        visit(loop.loopCondition());
        visit(loop.loopStep());
        visit(loop.result());
    }

    private void struct(CelMutableExpr expr, CelMutableStruct struct) {
        struct.entries().forEach(each -> visit(each.value()));
        if (PatchTypes.isPatch(struct.messageName())) {
            List<CelMutableMap.Entry> fields = new ArrayList<>();
            struct.entries().forEach(each -> fields.add(CelMutableMap.Entry.create(each.id(), constant(each.fieldKey()),
                    each.value(), each.optionalEntry())));
            long map = ++lastId;
            types.put(map, MapType.create(SimpleType.STRING, SimpleType.DYN));
            become(expr, DynamicFunctions.MAKE, constant(struct.messageName()),
                    CelMutableExpr.ofMap(map, CelMutableMap.create(fields)));
        }
    }

    /** Of what has the same key the last counts. */
    private void map(CelMutableExpr expr, CelMutableMap map) {
        List<CelMutableExpr> keys = new ArrayList<>();
        List<CelMutableExpr> values = new ArrayList<>();
        List<CelMutableExpr> optional = new ArrayList<>();
        for (CelMutableMap.Entry each : map.entries()) {
            visit(each.key());
            visit(each.value());
            if (each.optionalEntry()) {
                optional.add(constant(CelConstant.ofValue((long) keys.size()), SimpleType.INT));
            }
            keys.add(each.key());
            values.add(each.value());
        }
        boolean told = keys.stream().allMatch(DynamicTree::isPlainKey)
                && keys.stream().map(CelMutableExpr::constant).distinct().count() == keys.size();
        if (!told) {
            become(expr, DynamicFunctions.MAKE_MAP, list(keys), list(values), list(optional));
        }
    }

    private static boolean isPlainKey(CelMutableExpr key) {
        return key.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && key.constant().getKind() != CelConstant.Kind.BYTES_VALUE;
    }

    private CelMutableExpr list(List<CelMutableExpr> items) {
        types.put(++lastId, ListType.create(SimpleType.DYN));
        return CelMutableExpr.ofList(lastId, CelMutableList.create(items));
    }

    private void select(CelMutableExpr expr, CelMutableSelect select) {
        if (references.containsKey(expr.id())) {
            return; // a name with dots in it
        }
        visit(select.operand());
        CelType operand = type(select.operand());
        if (isLoose(operand) || (!select.testOnly() && isLoosePerhaps(operand))) {
            become(expr, select.testOnly() ? DynamicFunctions.HAS : DynamicFunctions.AT, select.operand(),
                    constant(select.field()));
        }
    }

    private void call(CelMutableExpr expr, CelMutableCall call) {
        call.target().ifPresent(this::visit);
        call.args().forEach(this::visit);
        CelReference reference = references.get(expr.id());
        if (reference == null) {
            return;
        }
        switch (call.function()) {
            case "_||_", "_&&_" -> wrapLoose(call, DynamicFunctions.TRUTH);
            case "type" -> wrapLoose(call, DynamicFunctions.PLAIN);
            case "optional.ofNonZeroValue" -> call.setArg(0, wrapped(call.args().getFirst(), DynamicFunctions.NO_TIME));
            case "value", "hasValue" -> refer(expr, call.function(), DynamicFunctions.any(call.function()));
            case "unwrapOpt", "optional.unwrap" -> become(expr, DynamicFunctions.UNWRAP,
                    call.target().orElseGet(() -> call.args().getFirst()), constant(call.function()));
            case "matches", "find", "findAll" -> pattern(call);
            case "_[_]" -> {
                if (isUndecided(call, reference)) {
                    become(expr, DynamicFunctions.AT, call.args().get(0), call.args().get(1));
                }
            }
            case "_[?_]", "_?._" ->
                become(expr, DynamicFunctions.OPTIONAL_AT, call.args().get(0), call.args().get(1));
            default -> {
                if (reference.overloadIds().size() > 1 && DynamicFunctions.ANY_LIST.contains(call.function())) {
                    refer(expr, call.function(), DynamicFunctions.any(call.function()));
                }
            }
        }
    }

    private void wrapLoose(CelMutableCall call, String function) {
        for (int i = 0; i < call.args().size(); i++) {
            CelMutableExpr argument = call.args().get(i);
            if (isLoose(type(argument))) {
                call.setArg(i, wrapped(argument, function));
            }
        }
    }

    private CelMutableExpr wrapped(CelMutableExpr expr, String function) {
        CelMutableExpr wrapped = CelMutableExpr.ofNotSet(++lastId);
        types.put(lastId, SimpleType.DYN);
        become(wrapped, function, expr);
        return wrapped;
    }

    /** What is wrong with a pattern that stands in the expression is found, and told, otherwise. */
    private void pattern(CelMutableCall call) {
        CelMutableExpr pattern = call.args().get(call.target().isPresent() ? 0 : 1);
        if (pattern.getKind() != CelExpr.ExprKind.Kind.CONSTANT) {
            call.setFunction(DynamicFunctions.any(call.function()));
        }
    }

    private boolean isUndecided(CelMutableCall call, CelReference reference) {
        return reference.overloadIds().size() > 1 || isLoose(type(call.args().get(0)))
                || !GoTypes.isQualifier(type(call.args().get(1)));
    }

    private static boolean isLoose(CelType type) {
        return type.kind() == CelKind.DYN || type.kind() == CelKind.TYPE_PARAM || type.kind() == CelKind.ANY;
    }

    private static boolean isLoosePerhaps(CelType type) {
        return type.name().equals("optional_type") && isLoose(type.parameters().getFirst());
    }

    private CelType type(CelMutableExpr expr) {
        return types.getOrDefault(expr.id(), SimpleType.DYN);
    }

    private CelMutableExpr constant(String text) {
        return constant(CelConstant.ofValue(text), SimpleType.STRING);
    }

    private CelMutableExpr constant(CelConstant value, CelType type) {
        types.put(++lastId, type);
        return CelMutableExpr.ofConstant(lastId, value);
    }

    private void become(CelMutableExpr expr, String function, CelMutableExpr... arguments) {
        expr.setCall(CelMutableCall.create(function, List.of(arguments)));
        refer(expr, function, function);
    }

    private void refer(CelMutableExpr expr, String function, String overload) {
        references.put(expr.id(), CelReference.newBuilder().setName(function).addOverloadIds(overload).build());
    }
}
