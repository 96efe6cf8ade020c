package dev.windlass.apiserver.internal.cel;

import dev.cel.runtime.CelEvaluationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went wrong while an expression was evaluated, in the words of the real server's implementation of the language. Stateless. */
final class Problems {
    private static final Pattern PREFIX = Pattern.compile("^evaluation error(?: at [^:]*:\\d+)?: ", Pattern.DOTALL);
    private static final Pattern KEY = Pattern.compile("key '(.*)' is not present in map\\.?.*", Pattern.DOTALL);
    private static final Pattern INDEX = Pattern.compile("Index out of bounds: (-?\\d+).*", Pattern.DOTALL);
    private static final Pattern FIELD = Pattern.compile("Error resolving field '(.*)'\\. Field selections must .*",
            Pattern.DOTALL);
    private static final Pattern CANDIDATES = Pattern.compile(" \\(candidates: [^\n]*\\)(?=\n|$)");
    private static final Pattern SELECTION = Pattern
            .compile("type '([a-z]+\\.[\\w.]+)' does not support field selection");
    private static final Pattern SYNTAX = Pattern.compile("(?<=ERROR: <input>:\\d{1,9}:\\d{1,9}: )"
            + "(?=mismatched input|extraneous input|no viable alternative|token recognition error|missing )");

    private Problems() {
    }

    /** What the compiler has found wrong. */
    static String ofCompilation(String found) {
        String shorter = CANDIDATES.matcher(found).replaceAll("");
        String selected = SELECTION.matcher(shorter).replaceAll("unexpected failed resolution of '$1'");
        return SYNTAX.matcher(selected).replaceAll("Syntax error: ");
    }

    static String of(CelEvaluationException problem) {
        String text = PREFIX.matcher(String.valueOf(problem.getMessage())).replaceFirst("");
        Matcher key = KEY.matcher(text);
        if (key.matches()) {
            return "no such key: " + key.group(1);
        }
        Matcher field = FIELD.matcher(text);
        if (field.matches()) {
            return "no such key: " + field.group(1);
        }
        Matcher index = INDEX.matcher(text);
        if (index.matches()) {
            return "index out of bounds: " + index.group(1);
        }
        if (text.startsWith("No matching overload")) {
            return "no such overload";
        }
        if (text.contains("divide by zero") || text.contains("/ by zero")) {
            return "division by zero";
        }
        return text;
    }
}
