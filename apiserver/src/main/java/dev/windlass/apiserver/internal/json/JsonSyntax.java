package dev.windlass.apiserver.internal.json;

import org.jspecify.annotations.Nullable;

/** Says what is wrong with a text that is no JSON, in the words that clients know from Go. One use; not thread-safe. */
public final class JsonSyntax {
    private static final int DEEPEST = 10_000;

    private final byte[] text;
    private int position;
    private int depth;

    private JsonSyntax(byte[] text) {
        this.text = text;
    }

    /** What is wrong; null when the text is JSON. */
    public static @Nullable String problem(byte[] text) {
        JsonSyntax syntax = new JsonSyntax(text);
        try {
            syntax.space();
            syntax.value();
            syntax.space();
            if (syntax.position < text.length) {
                throw syntax.unexpected("after top-level value");
            }
            return null;
        } catch (Malformed e) {
            return e.what;
        }
    }

    private static final class Malformed extends RuntimeException {
        private final String what;

        Malformed(String what) {
            super(what, null, false, false);
            this.what = what;
        }
    }

    private Malformed unexpected(String context) {
        if (position >= text.length) {
            return new Malformed("unexpected end of JSON input");
        }
        return new Malformed("invalid character " + quoted() + " " + context);
    }

    private String quoted() {
        int c = text[position] & 0xff;
        String shown = switch (c) {
            case '\'' -> "\\'";
            case '\\' -> "\\\\";
            case '\n' -> "\\n";
            case '\r' -> "\\r";
            case '\t' -> "\\t";
            case 0xad -> "\\u00ad"; // hyphenates, and shows nothing
            default -> c < 0x20 || c == 0x7f
                    ? "\\x%02x".formatted(c)
                    : c > 0x7f && c <= 0xa0 ? "\\u%04x".formatted(c) : Character.toString(c);
        };
        return "'" + shown + "'";
    }

    private int peek() {
        return position < text.length ? text[position] & 0xff : -1;
    }

    private void space() {
        while (peek() == ' ' || peek() == '\n' || peek() == '\r' || peek() == '\t') {
            position++;
        }
    }

    private void value() {
        switch (peek()) {
            case '{' -> object();
            case '[' -> array();
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
            default -> throw unexpected("looking for beginning of value");
        }
    }

    private void deeper() {
        if (++depth > DEEPEST) {
            throw new Malformed("exceeded max depth");
        }
        position++;
        space();
    }

    private void object() {
        deeper();
        if (peek() == '}') {
            position++;
            depth--;
            return;
        }
        while (true) {
            if (peek() != '"') {
                throw unexpected("looking for beginning of object key string");
            }
            string();
            space();
            if (peek() != ':') {
                throw unexpected("after object key");
            }
            position++;
            space();
            value();
            space();
            if (peek() == '}') {
                break;
            }
            if (peek() != ',') {
                throw unexpected("after object key:value pair");
            }
            position++;
            space();
        }
        position++;
        depth--;
    }

    private void array() {
        deeper();
        if (peek() == ']') {
            position++;
            depth--;
            return;
        }
        while (true) {
            value();
            space();
            if (peek() == ']') {
                break;
            }
            if (peek() != ',') {
                throw unexpected("after array element");
            }
            position++;
            space();
        }
        position++;
        depth--;
    }

    private void string() {
        position++;
        while (peek() != '"') {
            if (peek() == '\\') {
                position++;
                escape();
            } else if (peek() < 0x20) {
                throw unexpected("in string literal");
            } else {
                position++;
            }
        }
        position++;
    }

    private void escape() {
        if (peek() == 'u') {
            position++;
            for (int i = 0; i < 4; i++) {
                if (Character.digit(peek(), 16) < 0) {
                    throw unexpected("in \\u hexadecimal character escape");
                }
                position++;
            }
        } else if (peek() < 0 || "bfnrt\\/\"".indexOf(peek()) < 0) {
            throw unexpected("in string escape code");
        } else {
            position++;
        }
    }

    private void literal(String word) {
        position++;
        for (int i = 1; i < word.length(); i++) {
            if (position >= text.length) {
                // The end is told as if a space came after it.
                throw new Malformed(
                        "invalid character ' ' in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
            if (peek() != word.charAt(i)) {
                throw unexpected("in literal " + word + " (expecting '" + word.charAt(i) + "')");
            }
            position++;
        }
    }

    private void number() {
        if (peek() == '-') {
            position++;
        }
        if (peek() == '0') {
            position++;
        } else {
            digits("in numeric literal");
        }
        if (peek() == '.') {
            position++;
            digits("after decimal point in numeric literal");
        }
        if (peek() == 'e' || peek() == 'E') {
            position++;
            if (peek() == '+' || peek() == '-') {
                position++;
            }
            digits("in exponent of numeric literal");
        }
    }

    private void digits(String context) {
        if (peek() < '0' || peek() > '9') {
            throw unexpected(context);
        }
        while (peek() >= '0' && peek() <= '9') {
            position++;
        }
    }
}
