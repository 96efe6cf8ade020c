package dev.windlass.apiserver.internal.cel;

import dev.cel.runtime.CelEvaluationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What went wrong while an expression was evaluated, in the words of the real server's implementation of the language. Stateless. */
final class Failures {
    private static final Pattern PREFIX = Pattern.compile("^evaluation error(?: at [^:]*:\\d+)?: ", Pattern.DOTALL);
    private static final Pattern FAILED = Pattern.compile("Function '.*' failed with arg\\(s\\) .*", Pattern.DOTALL);
    private static final Pattern SLICE = Pattern.compile("Function 'list_slice' .*, (-?\\d+, -?\\d+)'", Pattern.DOTALL);
    private static final Map<String, String> GO_TYPES = Map.of("Long", "Int", "UnsignedLong", "Uint", "Boolean", "Bool",
            "NullValue", "Null");
    /** What the library says, and what is said there. */
    private static final Map<Pattern, Function<MatchResult, String>> WORDS = new LinkedHashMap<>();

    static {
        said("key '(.*)' is not present in map\\.?.*", found -> "no such key: " + found.group(1));
        said("Error resolving field '(.*)'\\. Field selections must .*", found -> "no such key: " + found.group(1));
        said("Index out of bounds: (-?\\d+).*", found -> "index out of bounds: " + found.group(1));
        said("No matching overload.*|expected boolean value, found: .*", _ -> "no such overload");
        said(".*(?:divide|/) by zero.*", _ -> "division by zero");
        said("expected a list or a map for iteration range but got '(\\w+)'", found -> "got 'types."
                + GO_TYPES.getOrDefault(found.group(1), found.group(1)) + "', expected iterable type");
        said(".*cannot resolve '(.*)' as a message.*", found -> "unknown type '" + found.group(1) + "'");
        said("Unknown time-zone ID: (.*)", found -> "unknown time zone " + found.group(1));
        said("Function 'optional_value' failed .*", _ -> "optional.none() dereference");
        said("Function '(?:add|subtract)_timestamp_duration' failed .*|Function 'add_duration_timestamp' failed .*",
                _ -> "timestamp overflow");
    }

    private Failures() {
    }

    private static void said(String text, Function<MatchResult, String> words) {
        WORDS.put(Pattern.compile(text, Pattern.DOTALL), words);
    }

    /** What a function says that cannot do with what it is given. */
    private static String argument(String text, String why) {
        String lower = Character.toLowerCase(why.charAt(0))
                + why.substring(1).replace("key '", "key ").replace("' already",
                        " already");
        Matcher slice = SLICE.matcher(text);
        return slice.matches() ? "cannot slice(" + slice.group(1) + "), " + lower : lower;
    }

    static String of(CelEvaluationException problem) {
        String text = PREFIX.matcher(String.valueOf(problem.getMessage())).replaceFirst("");
        for (Map.Entry<Pattern, Function<MatchResult, String>> each : WORDS.entrySet()) {
            Matcher found = each.getKey().matcher(text);
            if (found.matches()) {
                return each.getValue().apply(found);
            }
        }
        if (FAILED.matcher(text).matches() && problem.getCause() instanceof IllegalArgumentException cause) {
            return argument(text, String.valueOf(cause.getMessage()));
        }
        return switch (problem.getErrorCode()) {
            case NUMERIC_OVERFLOW -> text.contains("unsigned") ? "unsigned integer overflow" : "integer overflow";
            case ATTRIBUTE_NOT_FOUND -> text.startsWith("no such") ? text : "no such key: " + text;
            default -> text;
        };
    }
}
