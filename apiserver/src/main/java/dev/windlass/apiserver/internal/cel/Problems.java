package dev.windlass.apiserver.internal.cel;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelSource;
import dev.cel.common.CelSourceLocation;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.types.CelType;
import dev.cel.common.types.CelTypes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong with an expression that cannot be compiled, in the words of the real server's implementation of the language. Stateless. */
final class Problems {
    private static final Pattern CANDIDATES = Pattern.compile(" \\(candidates: [^\n]*\\)(?=\n|$)");
    private static final Pattern SELECTION = Pattern
            .compile("type '([a-z]+\\.[\\w.]+)' does not support field selection");
    private static final Pattern SYNTAX = Pattern
            .compile("^(?=mismatched input|extraneous input|no viable alternative|token recognition error|missing )");
    /** What is no name, where there must be one. */
    private static final Pattern NO_FIELD = Pattern.compile("no viable alternative at input '\\.(true|false|null)'");
    private static final Pattern EXPECTED = Pattern.compile("expecting \\{((?=.*'==').*)}");
    private static final Pattern CLOSING = Pattern
            .compile("(.*mismatched input .* expecting )(?:']'|\\{'\\)', ','})", Pattern.DOTALL);
    private static final Set<String> GOES_ON = Set.of("'=='", "'!='", "'in'", "'<'", "'<='", "'>='", "'>'", "'&&'",
            "'||'", "'['", "'.'", "'-'", "'?'", "'+'", "'*'", "'/'", "'%%'");
    private static final Pattern OVERWRITTEN = Pattern
            .compile("The i(teration variable) \\S+( overwrites accumulator variable)");
    private static final Map<String, String> WORDS = Map.of("The argument must be a simple name",
            "argument must be a simple name", "unsupported identifier", "unsupported ident kind",
            "Invalid unicode code point", "invalid unicode code point",
            "Illegal escape sequence: Unicode escape sequences cannot be used in bytes literal",
            "unable to unescape string");
    private static final Pattern UNKNOWN_ITEMS = Pattern.compile("%[A-Za-z]\\w*");
    private static final Pattern NO_INT = Pattern.compile("For input string: .*");
    private static final Pattern NO_UINT = Pattern.compile("String value \\d+ exceeds range of unsigned long\\.");
    private static final Pattern NO_LOGIC = Pattern
            .compile("found no matching overload for '_(?:&&|\\|\\|)_' applied to '\\((.*)\\)'");

    private Problems() {
    }

    /**
     * What the compiler has found wrong.
     *
     * @param parsed
     *            the expression as far as it could be read; null when it could not
     */
    static String ofCompilation(CelValidationResult result, @Nullable CelAbstractSyntaxTree parsed) {
        List<CelIssue> issues = new ArrayList<>();
        for (CelIssue issue : result.getErrors()) {
            Matcher logic = NO_LOGIC.matcher(issue.getMessage());
            if (logic.find() && parsed != null) {
                issues.addAll(noTruth(parsed, issue.getExprId(), logic.group(1)));
            } else if (!issue.getMessage().startsWith("Message type resolution failure")) {
                issues.add(CelIssue.formatError(issue.getExprId(), issue.getSourceLocation(),
                        withColon(said(issue.getMessage()), before(issue, result.getSource()))));
            }
        }
        return shown(issues, result.getSource());
    }

    private static String before(CelIssue issue, CelSource source) {
        int offset = source.getLocationOffset(issue.getSourceLocation()).orElse(0);
        return source.getContent().slice(0, Math.min(offset, source.getContent().size())).toString();
    }

    /** Problems as the real server writes them: line by line, with what they are about. */
    static String shown(List<CelIssue> issues, CelSource source) {
        List<CelIssue> sorted = new ArrayList<>(issues);
        sorted.sort(Comparator.comparingInt((CelIssue each) -> each.getSourceLocation().getLine())
                .thenComparingInt(each -> each.getSourceLocation().getColumn()));
        return CelIssue.toDisplayString(sorted, source);
    }

    /** Of what could go on at a place that tells only what could end there. */
    private static String expected(MatchResult found) {
        List<String> left = Arrays.stream(found.group(1).split(", (?=['<A-Z])")).filter(each -> !GOES_ON.contains(each))
                .toList();
        return "expecting " + (left.size() == 1 ? left.getFirst() : "{" + String.join(", ", left) + "}");
    }

    private static String said(String message) {
        String known = WORDS.getOrDefault(message, message);
        String shorter = CANDIDATES.matcher(known).replaceAll("");
        String selected = SELECTION.matcher(shorter).replaceAll("unexpected failed resolution of '$1'");
        String numbers = NO_UINT.matcher(NO_INT.matcher(selected).replaceAll("invalid int literal"))
                .replaceAll("invalid uint literal");
        Matcher syntax = SYNTAX.matcher(numbers);
        if (!syntax.find()) {
            return OVERWRITTEN.matcher(named(numbers)).replaceFirst("i$1$2");
        }
        String shown = NO_FIELD.matcher(numbers).replaceFirst("mismatched input '$1' expecting IDENTIFIER");
        return "Syntax error: " + EXPECTED.matcher(shown)
                .replaceAll(found -> Matcher.quoteReplacement(expected(found))).replace("%%", "%");
    }

    /** The library's parser forgets that it is in the middle of a choice when brackets have been closed. */
    private static String withColon(String message, String before) {
        Matcher found = CLOSING.matcher(message);
        return found.matches() && Brackets.endInChoice(before) ? found.group(1) + "':'" : message;
    }

    /** The types in a text by the names that they have there. */
    private static String named(String text) {
        return UNKNOWN_ITEMS.matcher(text).replaceAll("dyn").replace("google.protobuf.Duration", "duration")
                .replace("google.protobuf.Timestamp", "timestamp").replace("*error*", "!error!");
    }

    static String shown(CelType type) {
        return named(CelTypes.format(type));
    }

    /** Each of two that is neither true nor false is told by itself. */
    private static List<CelIssue> noTruth(CelAbstractSyntaxTree parsed, long call, String types) {
        List<CelIssue> issues = new ArrayList<>();
        List<String> found = split(types);
        CelNavigableAst.fromAst(parsed).getRoot().allNodes().filter(each -> each.id() == call).findFirst()
                .ifPresent(each -> {
                    List<CelExpr> operands = each.expr().callOrDefault().args();
                    for (int i = 0; i < Math.min(operands.size(), found.size()); i++) {
                        if (!found.get(i).matches("bool|dyn|\\*error\\*")) {
                            long id = operands.get(i).id();
                            issues.add(CelIssue.formatError(id, location(parsed.getSource(), id),
                                    "expected type 'bool' but found '" + named(found.get(i)) + "'"));
                        }
                    }
                });
        return issues;
    }

    /** Types that are separated by commas, some of which have commas inside. */
    private static List<String> split(String types) {
        List<String> all = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i < types.length(); i++) {
            char c = types.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == ',' && depth == 0) {
                all.add(types.substring(start, i).strip());
                start = i + 1;
            }
        }
        all.add(types.substring(start).strip());
        return all;
    }

    static CelSourceLocation location(CelSource source, long id) {
        return source.getOffsetLocation(source.getPositionsMap().getOrDefault(id, 0))
                .orElse(CelSourceLocation.of(1, 0));
    }
}
