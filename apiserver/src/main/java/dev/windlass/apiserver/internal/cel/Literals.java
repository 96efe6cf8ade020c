package dev.windlass.apiserver.internal.cel;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelExpr.CelList;
import dev.cel.common.ast.CelExpr.CelMap;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.navigation.TraversalOrder;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What is wrong with what stands in an expression itself, although its types are right. One use each. */
final class Literals {
    private static final Set<String> CONVERSIONS = Set.of("bool", "bytes", "double", "duration", "int", "string",
            "timestamp", "uint");
    /** What the real server calls, when it is given constants, before anything is evaluated. */
    static final Set<String> WORKED_OUT = Stream.concat(CONVERSIONS.stream(), Stream.of("dyn", "type"))
            .collect(Collectors.toUnmodifiableSet());
    private static final Set<String> INDEXING = Set.of("_[_]", "_[?_]");
    private static final Set<String> PATTERNS = Set.of("matches", "find", "findAll");

    private final CelAbstractSyntaxTree tree;
    private final CelRuntime runtime;
    private final List<CelIssue> issues = new ArrayList<>();

    private Literals(CelAbstractSyntaxTree tree, CelRuntime runtime) {
        this.tree = tree;
        this.runtime = runtime;
    }

    /** What the compiler refuses. */
    static List<CelIssue> check(CelAbstractSyntaxTree tree, CelRuntime runtime) {
        Literals literals = new Literals(tree, runtime);
        CelNavigableAst.fromAst(tree).getRoot().allNodes().forEach(literals::check);
        return literals.issues;
    }

    private void check(CelNavigableExpr node) {
        CelExpr expr = node.expr();
        switch (expr.getKind()) {
            case CALL -> checkCall(expr, expr.call());
            case LIST -> {
                if (!isFormatted(node)) {
                    checkItems(expr.list());
                }
            }
            case MAP -> {
                if (!isFormatted(node)) {
                    checkEntries(expr.map());
                }
            }
            case IDENT -> {
                if (expr.ident().name().equals("dyn") && type(expr.id()).kind() == CelKind.TYPE) {
                    report(expr.id(), "undeclared reference to 'dyn' (in container '')");
                }
            }
            case CONSTANT -> {
                boolean endless = expr.constant().getKind() == CelConstant.Kind.DOUBLE_VALUE
                        && Double.isInfinite(expr.constant().doubleValue());
                if (endless) {
                    report(expr, "invalid double literal");
                }
            }
            default -> {
                // has nothing of its own
            }
        }
    }

    private void checkCall(CelExpr expr, CelCall call) {
        CelExpr first = call.args().isEmpty() ? null : call.args().getFirst();
        if (first == null) {
            return;
        }
        boolean constant = first.getKind() == CelExpr.ExprKind.Kind.CONSTANT;
        switch (call.function()) {
            case "duration", "timestamp" -> {
                if (constant && failure(expr) != null) {
                    report(first, "invalid " + call.function() + " argument");
                }
            }
            case "matches" -> {
                if (constant && badPattern(first.constant().stringValue()) != null) {
                    report(first.id(), "invalid matches argument");
                }
            }
            case "format" -> {
                CelExpr text = call.target().orElse(first);
                if (text.getKind() == CelExpr.ExprKind.Kind.CONSTANT
                        && first.getKind() == CelExpr.ExprKind.Kind.LIST) {
                    checkFormat(expr.id(), text.constant().stringValue(), first.list().elements());
                }
            }
            default -> {
                // may be given anything of its type
            }
        }
    }

    private void checkFormat(long call, String text, List<CelExpr> arguments) {
        long[] place = {call};
        int[] clauses = {0};
        try {
            Formatting.fill(text, arguments.size(), (clause, _, index) -> {
                clauses[0]++;
                CelExpr bad = unfit(clause, arguments.get(index));
                if (bad != null) {
                    place[0] = bad.id();
                    throw Formatting.unfit(clause, type(bad.id()).name());
                }
                return "";
            });
        } catch (CelEvaluationException e) {
            report(place[0], String.valueOf(e.getMessage()));
            return;
        }
        if (arguments.size() > clauses[0]) {
            report(call, "too many arguments supplied to string.format (expected " + clauses[0] + ", got "
                    + arguments.size() + ")");
        }
    }

    private @Nullable CelExpr unfit(char clause, CelExpr argument) {
        if (!Formatting.fits(clause, type(argument.id()).kind())) {
            return argument;
        }
        if (clause != 's') {
            return null;
        }
        List<CelExpr> inside = new ArrayList<>();
        if (argument.getKind() == CelExpr.ExprKind.Kind.LIST) {
            inside.addAll(argument.list().elements());
        } else if (argument.getKind() == CelExpr.ExprKind.Kind.MAP) {
            argument.map().entries().forEach(each -> inside.addAll(List.of(each.key(), each.value())));
        }
        for (CelExpr each : inside) {
            CelExpr bad = unfit(clause, each);
            if (bad != null) {
                return bad;
            }
        }
        return null;
    }

    /** What is formatted may be of any types, also deep inside. */
    private static boolean isFormatted(CelNavigableExpr node) {
        for (Optional<CelNavigableExpr> at = node.parent(); at.isPresent(); at = at.get().parent()) {
            if (at.get().getKind() == CelExpr.ExprKind.Kind.CALL
                    && at.get().expr().call().function().equals("format")) {
                return true;
            }
        }
        return false;
    }

    private void checkItems(CelList list) {
        CelType first = null;
        for (int i = 0; i < list.elements().size(); i++) {
            CelExpr item = list.elements().get(i);
            CelType type = type(item.id(), list.optionalIndices().contains(i));
            if (first == null) {
                first = type;
            } else if (!same(first, type)) {
                report(item.id(), mismatch(first, type));
                return;
            }
        }
    }

    private void checkEntries(CelMap map) {
        CelType firstKey = null;
        CelType firstValue = null;
        for (CelMap.Entry entry : map.entries()) {
            CelType key = type(entry.key().id());
            CelType value = type(entry.value().id(), entry.optionalEntry());
            if (firstKey == null || firstValue == null) {
                firstKey = key;
                firstValue = value;
                continue;
            }
            if (!same(firstKey, key)) {
                report(entry.key().id(), mismatch(firstKey, key));
            }
            if (!same(firstValue, value)) {
                report(entry.value().id(), mismatch(firstValue, value));
            }
        }
    }

    private static String mismatch(CelType wanted, CelType found) {
        return "expected type '" + Problems.shown(wanted) + "' but found '" + Problems.shown(found) + "'";
    }

    private static boolean same(CelType a, CelType b) {
        boolean alike = a.kind() == b.kind() && a.parameters().size() == b.parameters().size()
                && (a.kind() == CelKind.TYPE_PARAM || a.name().equals(b.name()));
        for (int i = 0; alike && i < a.parameters().size(); i++) {
            alike = same(a.parameters().get(i), b.parameters().get(i));
        }
        return alike;
    }

    private CelType type(long id) {
        return tree.getType(id).orElse(SimpleType.DYN);
    }

    private CelType type(long id, boolean optional) {
        CelType type = type(id);
        return optional && !type.parameters().isEmpty() ? type.parameters().getFirst() : type;
    }

    /** A constant begins with its sign. */
    private void report(CelExpr constant, String problem) {
        int offset = tree.getSource().getPositionsMap().getOrDefault(constant.id(), 0);
        boolean signed = offset > 0 && tree.getSource().getContent().get(offset - 1) == '-';
        issues.add(CelIssue.formatError(constant.id(),
                tree.getSource().getOffsetLocation(signed ? offset - 1 : offset)
                        .orElseGet(() -> Problems.location(tree.getSource(), constant.id())),
                problem));
    }

    private void report(long id, String problem) {
        issues.add(CelIssue.formatError(id, Problems.location(tree.getSource(), id), problem));
    }

    /**
     * What the real server finds when it makes a program: what it is given as constants it works out at once.
     *
     * @return empty when nothing is wrong
     */
    static String unusable(CelAbstractSyntaxTree tree, CelRuntime runtime) {
        Literals literals = new Literals(tree, runtime);
        Iterator<CelNavigableExpr> calls = CelNavigableAst.fromAst(tree).getRoot()
                .allNodes(TraversalOrder.POST_ORDER).filter(each -> each.getKind() == CelExpr.ExprKind.Kind.CALL)
                .iterator();
        while (calls.hasNext()) {
            CelExpr expr = calls.next().expr();
            CelCall call = expr.call();
            String problem = null;
            if (PATTERNS.contains(call.function())) {
                CelConstant pattern = constant(call.args().get(call.target().isPresent() ? 0 : 1));
                problem = pattern == null || pattern.getKind() != CelConstant.Kind.STRING_VALUE
                        ? null
                        : badPattern(pattern.stringValue());
            } else if (CONVERSIONS.contains(call.function()) && call.args().size() == 1
                    && isConstant(call.args().getFirst())) {
                problem = literals.failure(expr);
            } else if (INDEXING.contains(call.function()) && isConstant(call.args().get(1))) {
                problem = literals.noQualifier(call.args().get(1));
            }
            if (problem != null) {
                return problem;
            }
        }
        return "";
    }

    /** One that may be said to be of any type. */
    private static @Nullable CelConstant constant(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> expr.constant();
            case CALL -> expr.call().function().equals("dyn") ? constant(expr.call().args().getFirst()) : null;
            default -> null;
        };
    }

    /** Whether the real server works it out before it evaluates anything. */
    private static boolean isConstant(CelExpr expr) {
        return switch (expr.getKind()) {
            case CONSTANT -> true;
            case CALL -> expr.call().args().size() == 1 && WORKED_OUT.contains(expr.call().function())
                    && isConstant(expr.call().args().getFirst());
            case LIST -> expr.list().elements().stream().allMatch(Literals::isConstant);
            case MAP -> expr.map().entries().stream()
                    .allMatch(each -> isConstant(each.key()) && isConstant(each.value()));
            default -> false;
        };
    }

    /** Why nothing inside a value can be named by a constant. */
    private @Nullable String noQualifier(CelExpr constant) {
        try {
            Object key = value(constant);
            return GoTypes.isQualifier(key) ? null : GoTypes.notQualifier(key);
        } catch (CelEvaluationException e) {
            return Failures.of(e);
        }
    }

    /** What is said without variables. */
    private Object value(CelExpr expr) throws CelEvaluationException {
        return runtime.createProgram(DynamicTree.of(CelAbstractSyntaxTree.newCheckedAst(expr, tree.getSource(),
                tree.getReferenceMap(), tree.getTypeMap()))).eval(Map.of(), Mismatches.TOLD);
    }

    /** Why a call cannot be carried out that speaks of no variables. */
    private @Nullable String failure(CelExpr call) {
        try {
            value(call);
            return null;
        } catch (CelEvaluationException e) {
            return Failures.of(e);
        }
    }

    private static @Nullable String badPattern(String pattern) {
        try {
            Pattern.compile(pattern);
            return null;
        } catch (PatternSyntaxException e) {
            return "error parsing regexp: " + switch (e.getDescription()) {
                case "regexp/syntax: internal error" -> "unexpected ): `" + pattern + "`";
                case "trailing backslash at end of expression" -> e.getDescription() + ": ``";
                default -> e.getDescription() + ": `" + e.getPattern() + "`";
            };
        }
    }
}
