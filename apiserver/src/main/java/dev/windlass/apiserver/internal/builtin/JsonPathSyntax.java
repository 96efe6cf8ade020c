package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is wrong with a template of JSONPath as such, in the words of the real server's reader of it. One use each; not thread-safe. */
final class JsonPathSyntax {
    private static final char END = '\uffff';
    private static final Pattern KEY = Pattern.compile("'([^']*)'");
    private static final Pattern SLICE = Pattern.compile("(-?[0-9]*)(:-?[0-9]*)?(:-?[0-9]*)?");
    private static final Pattern COMPARISON = Pattern.compile("([^!<>=]+)([!<>=]+)(.+)", Pattern.DOTALL);
    private static final Pattern NUMBER = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)");
    private static final Pattern IN_QUOTES = inside('"');
    private static final Pattern IN_SINGLE_QUOTES = inside('\'');
    private static final String TERMINATORS = " \t\r\n.,[]$@{}" + END;

    private final String text;
    private int at;
    private int start;
    /** Whether the last step was one to all that is below. */
    private boolean descends;

    private JsonPathSyntax(String text) {
        this.text = text;
    }

    private static Pattern inside(char quote) {
        return Pattern.compile("(?:[^\\\\]|\\\\[abfnrtv\\\\" + quote + "]|\\\\[0-3][0-7]{2}|\\\\x\\p{XDigit}{2}"
                + "|\\\\u(?![dD][89a-fA-F])\\p{XDigit}{4}|\\\\U00(?:0\\p{XDigit}|10)\\p{XDigit}{4})*");
    }

    private static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        WrongException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * What is wrong with a template.
     *
     * @param template
     *            text, and in braces paths into an object
     * @return null when nothing is
     */
    static @Nullable String problem(String template) {
        try {
            new JsonPathSyntax(template).read();
            return null;
        } catch (WrongException e) {
            return e.getMessage();
        }
    }

    private void read() throws WrongException {
        for (int open = text.indexOf('{'); open >= 0; open = text.indexOf('{', at)) {
            at = open + 1;
            descends = false;
            while (!text.startsWith("}", at)) {
                step();
            }
            at++;
        }
    }

    private void step() throws WrongException {
        start = at;
        if (text.startsWith("[?(", at)) {
            filter();
            return;
        }
        if (text.startsWith("..", at)) {
            descend();
            return;
        }
        int point = at < text.length() ? text.codePointAt(at) : END;
        switch (point) {
            case END, '\r', '\n' -> throw new WrongException("unclosed action");
            case ' ', '@', '$' -> at++;
            case '[' -> list();
            case '"', '\'' -> quote((char) point);
            case '.' -> field();
            default -> {
                descends = false;
                if (point == '+' || point == '-' || Character.isDigit(point)) {
                    number();
                } else if (point == '_' || Character.isLetter(point)) {
                    skip(false);
                } else {
                    throw new WrongException("unrecognized character in action: U+%04X".formatted(point)
                            + (GoText.isPrintable(point) ? " '" + Character.toString(point) + "'" : ""));
                }
            }
        }
    }

    private char next() {
        return at < text.length() ? text.charAt(at++) : END;
    }

    /** @param escapes whether what comes after a backslash ends nothing */
    private void skip(boolean escapes) {
        while (at < text.length() && TERMINATORS.indexOf(text.charAt(at)) < 0) {
            at = Math.min(text.length(), at + (escapes && text.charAt(at) == '\\' ? 2 : 1));
        }
    }

    private void field() {
        at++;
        skip(true);
        descends = false;
    }

    private void descend() throws WrongException {
        if (descends) {
            throw new WrongException("invalid multiple recursive descent");
        }
        at += 2;
        descends = true;
        int point = at < text.length() ? text.codePointAt(at) : END;
        if (point == '_' || Character.isLetterOrDigit(point)) {
            skip(true);
            descends = false;
        }
    }

    private void number() throws WrongException {
        at += "+-".indexOf(text.charAt(at)) < 0 ? 0 : 1;
        while (at < text.length() && (text.charAt(at) == '.' || Character.isDigit(text.codePointAt(at)))) {
            at++;
        }
        String number = text.substring(start, at);
        if (!NUMBER.matcher(number).matches() || Double.isInfinite(Double.parseDouble(number))) {
            throw new WrongException("cannot parse number " + number);
        }
    }

    private void quote(char end) throws WrongException {
        at++;
        for (char c = next(); c != end || text.charAt(at - 2) == '\\'; c = next()) {
            if (c == END || c == '\n') {
                throw new WrongException("unterminated quoted string");
            }
        }
        descends = false;
        String inside = text.substring(start + 1, at - 1);
        if (!(end == '"' ? IN_QUOTES : IN_SINGLE_QUOTES).matcher(inside).matches()) {
            throw new WrongException("unquote string " + text.substring(start, at) + " error invalid syntax");
        }
    }

    /** What is in brackets: several of these, a key, or from where to where. */
    private void list() throws WrongException {
        for (char c = next(); c != ']'; c = next()) {
            if (c == END || c == '\n') {
                throw new WrongException("unterminated array");
            }
        }
        String inside = text.substring(start + 1, at - 1);
        String[] parts = inside.split(",", -1);
        Matcher key = KEY.matcher(inside);
        descends = false;
        if (parts.length > 1) {
            for (String part : parts) {
                inner("[" + part.replaceAll("^ +| +$", "") + "]");
            }
        } else if (key.matches()) {
            descends = inner("." + key.group(1));
        } else {
            slice(inside.equals("*") ? ":" : inside);
        }
    }

    /** @return whether it ends with a step to all that is below */
    private static boolean inner(String path) throws WrongException {
        JsonPathSyntax syntax = new JsonPathSyntax("{" + path + "}");
        syntax.read();
        return syntax.descends;
    }

    private static void slice(String inside) throws WrongException {
        Matcher slice = SLICE.matcher(inside);
        if (!slice.matches()) {
            throw new WrongException("invalid array index " + inside);
        }
        for (int i = 1; i <= slice.groupCount(); i++) {
            String number = slice.group(i) == null ? "" : slice.group(i).substring(i == 1 ? 0 : 1);
            try {
                if (!number.isEmpty()) {
                    Long.parseLong(number);
                }
            } catch (NumberFormatException _) {
                throw new WrongException("array index " + number + " is not a number");
            }
        }
    }

    private void filter() throws WrongException {
        at += 3;
        boolean open = false;
        boolean closed = false;
        char pair = 0;
        for (char c = next(); c != ')' || open != closed; c = next()) {
            if (c == END || c == '\n') {
                throw new WrongException("unterminated filter");
            }
            if (c == '"' || c == '\'') {
                closed |= open && c == pair && text.charAt(at - 2) != '\\';
                pair = open ? pair : c;
                open = true;
            }
        }
        if (next() != ']') {
            throw new WrongException("unclosed array expect ]");
        }
        String inside = text.substring(start + 3, at - 2);
        Matcher comparison = COMPARISON.matcher(inside);
        descends = false;
        if (comparison.matches()) {
            inner(comparison.group(1));
            inner(comparison.group(3));
        } else {
            inner(inside);
        }
    }
}
