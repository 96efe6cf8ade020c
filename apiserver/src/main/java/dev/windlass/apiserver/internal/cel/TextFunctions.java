package dev.windlass.apiserver.internal.cel;

import dev.cel.common.types.CelType;
import dev.cel.common.types.SimpleType;
import dev.cel.runtime.CelEvaluationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Functions of texts that the language's library has as well, but refuses otherwise than the real server does. They count characters, not units of UTF-16. */
final class TextFunctions extends Functions {
    TextFunctions() {
        CelType text = SimpleType.STRING;
        CelType number = SimpleType.INT;
        member("charAt", "string_char_at_int", text, args -> {
            int[] all = characters(args[0]);
            int at = within(args[1], all.length);
            return at == all.length ? "" : new String(all, at, 1);
        }, text, number);
        member("indexOf", "string_index_of_string", number, args -> indexOf(args[0], args[1], 0, 1), text, text);
        member("indexOf", "string_index_of_string_int", number, args -> indexOf(args[0], args[1], (Long) args[2], 1),
                text, text, number);
        member("lastIndexOf", "string_last_index_of_string", number, args -> {
            int length = characters(args[0]).length;
            return indexOf(args[0], args[1], ((String) args[1]).isEmpty() ? length : Math.max(0, length - 1), -1);
        }, text, text);
        member("lastIndexOf", "string_last_index_of_string_int", number,
                args -> indexOf(args[0], args[1], (Long) args[2], -1), text, text, number);
        member("substring", "string_substring_int", text, args -> {
            int[] all = characters(args[0]);
            int start = within(args[1], all.length);
            return new String(all, start, all.length - start);
        }, text, number);
        member("substring", "string_substring_int_int", text,
                args -> substring(args[0], (Long) args[1], (Long) args[2]),
                text, number, number);
        member("join", "list_join", text, args -> join((List<?>) args[0], "", "list"), Types.STRINGS);
        member("join", "list_join_string", text, args -> join((List<?>) args[0], (String) args[1], "list, string"),
                Types.STRINGS, text);
    }

    private static int[] characters(Object text) {
        return ((String) text).codePoints().toArray();
    }

    private static int within(Object index, int length) throws CelEvaluationException {
        long at = (Long) index;
        if (at < 0 || at > length) {
            throw new CelEvaluationException("index out of range: " + at);
        }
        return (int) at;
    }

    private static String substring(Object text, long start, long end) throws CelEvaluationException {
        if (start > end) {
            throw new CelEvaluationException("invalid substring range. start: " + start + ", end: " + end);
        }
        int[] all = characters(text);
        int first = within(start, all.length);
        return new String(all, first, within(end, all.length) - first);
    }

    /** @param step 1 to look on from the start, -1 to look back from it */
    private static long indexOf(Object text, Object part, long start, int step) throws CelEvaluationException {
        int[] all = characters(text);
        int[] wanted = characters(part);
        if (start < 0) {
            throw new CelEvaluationException("index out of range: " + start);
        }
        if (wanted.length == 0) {
            return Math.min(start, all.length);
        }
        int last = all.length - wanted.length;
        if (start >= all.length) {
            return -1;
        }
        for (int at = step < 0 ? (int) Math.min(start, last) : (int) start; at >= 0 && at <= last; at += step) {
            if (isAt(all, wanted, at)) {
                return at;
            }
        }
        return -1;
    }

    private static boolean isAt(int[] all, int[] wanted, int at) {
        return Arrays.equals(all, at, at + wanted.length, wanted, 0, wanted.length);
    }

    private static String join(List<?> list, String between, String types) throws CelEvaluationException {
        List<String> texts = new ArrayList<>();
        for (Object each : list) {
            if (!(each instanceof String text)) {
                throw new CelEvaluationException(Mismatches.NO_OVERLOAD + ": join(" + types + ")");
            }
            texts.add(text);
        }
        return String.join(between, texts);
    }
}
