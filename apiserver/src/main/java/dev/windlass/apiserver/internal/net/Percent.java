package dev.windlass.apiserver.internal.net;

import dev.windlass.apiserver.internal.json.GoText;
import java.nio.charset.StandardCharsets;

/**
 * How the parts of a URL are escaped, and what each of those that are written again may have as it is, as Go sees it. The texts have a character for each byte.
 */
enum Percent {
    PATH("$&+,/:;=@"), HOST("!$&'()*+,;=:[]<>\""), ZONE("!$&'()*+,;=:[]<>\""), USER("$&+,;="), QUERY(""),
    FRAGMENT("");

    /** What a path may have beside, when somebody has left it as it is. */
    private static final String LEFT = "!$&'()*+,;=:@[]%";
    private static final String HEX = "0123456789ABCDEF";
    private static final int RADIX = 16;
    private static final int ASCII = 0x80;

    private final String allowed;

    Percent(String allowed) {
        this.allowed = "-_.~" + allowed;
    }

    private boolean allows(char c) {
        return (c < ASCII && Character.isLetterOrDigit(c)) || allowed.indexOf(c) >= 0;
    }

    /** @throws IllegalArgumentException saying what is wrong */
    String unescaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%') {
                out.append(escape(text.substring(i, Math.min(i + 3, text.length()))));
                i += 2;
            } else if ((this == HOST || this == ZONE) && c < ASCII && !allows(c)) {
                throw new IllegalArgumentException("invalid character " + quoted(String.valueOf(c)) + " in host name");
            } else {
                out.append(c == '+' && this == QUERY ? ' ' : c);
            }
        }
        return out.toString();
    }

    private char escape(String text) {
        boolean whole = text.length() == 3 && Character.digit(text.charAt(1), RADIX) >= 0
                && Character.digit(text.charAt(2), RADIX) >= 0;
        char c = whole ? (char) Integer.parseInt(text.substring(1), RADIX) : 0;
        // A host may have only what is not ASCII in this form, and a zone what it may have anyway.
        boolean isOut = (this == HOST && c < ASCII) || (this == ZONE && c != ' ' && !HOST.allows(c));
        if (!whole || (isOut && c != '%')) {
            throw new IllegalArgumentException("invalid URL escape " + quoted(text));
        }
        return c;
    }

    /** As it was written, if it could be written so. */
    String escapedAgain(String text) {
        if (text.chars().allMatch(c -> LEFT.indexOf(c) >= 0 || allows((char) c))) {
            return text;
        }
        return escaped(unescaped(text));
    }

    String escaped(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (allows(c)) {
                out.append(c);
            } else {
                out.append('%').append(HEX.charAt(c / RADIX)).append(HEX.charAt(c % RADIX));
            }
        }
        return out.toString();
    }

    /** A text with a character for each byte of it in UTF-8. */
    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** What that stands for. */
    static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    static String quoted(String bytes) {
        return GoText.quoted(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }
}
