package dev.windlass.apiserver.internal.cel;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What an expression is in the middle of at some place. Stateless. */
final class Brackets {
    /** Texts and comments, in which nothing counts; what opens something and what closes it; question marks of optionals. */
    private static final Pattern TOKENS = Pattern.compile("\"\"\".*?\"\"\"|'''.*?'''|\"(?:\\\\.|[^\"\\\\])*\""
            + "|'(?:\\\\.|[^'\\\\])*'|//[^\n]*|[\\[{(]\\s*\\??|[.,]\\s*\\?|[\\])}:?]", Pattern.DOTALL);

    private Brackets() {
    }

    /** Whether the innermost of what has been begun in a text is a choice of two, of which only one has been told. */
    static boolean endInChoice(String text) {
        Deque<Character> open = new ArrayDeque<>();
        Matcher tokens = TOKENS.matcher(text);
        while (tokens.find()) {
            char first = tokens.group().charAt(0);
            switch (first) {
                case '[', '{', '(', '?' -> open.push(first);
                case ']' -> close(open, '[');
                case '}' -> close(open, '{');
                case ')' -> close(open, '(');
                case ':' -> {
                    if (isChoice(open)) {
                        open.pop();
                    }
                }
                default -> {
                    // a text, a comment or an optional
                }
            }
        }
        return isChoice(open);
    }

    private static boolean isChoice(Deque<Character> open) {
        return !open.isEmpty() && open.peek() == '?';
    }

    private static void close(Deque<Character> open, char bracket) {
        while (!open.isEmpty() && open.pop() != bracket) {
            // a choice ends with what it stands in
        }
    }
}
