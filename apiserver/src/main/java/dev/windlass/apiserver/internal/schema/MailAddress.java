package dev.windlass.apiserver.internal.schema;

import dev.windlass.apiserver.internal.net.AddressSyntax;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The addresses of mail that Go reads: one of RFC 5322, with or without a name and comments, in any script. Stateless. */
final class MailAddress {
    private static final String VISIBLE = "!-~\\x{80}-\\x{10ffff}";
    private static final String BLANKS = "[ \\t]*+";
    private static final String ATOM = "[" + VISIBLE + "&&[^()<>\\[\\]:;@\\\\,\".]]";
    private static final String ATOMS = ATOM + "++(?:\\." + ATOM + "++)*+";
    private static final String IN_QUOTES = "(?:[ \\t" + VISIBLE + "&&[^\\\\\"]]|\\\\[ \\t" + VISIBLE + "])";
    private static final String SPECIFICATION = BLANKS + "(?:" + ATOMS + "|\"" + IN_QUOTES + "++\")@" + BLANKS
            + "(?:" + ATOMS + "|\\[(?<literal>[^\\[\\]\\\\]*+)])";
    /** With one more inside, and so on; what is deeper is not read. */
    private static final String COMMENT = "\\((?:\\\\.|[^()\\\\]|\\((?:\\\\.|[^()\\\\])*+\\))*+\\)";
    private static final String COMMENTS = BLANKS + "(?:" + COMMENT + BLANKS + ")*+";
    private static final String NAME = "(?:(?:(?:" + ATOM + "|\\.)++|\"" + IN_QUOTES + "*+\")" + COMMENTS + ")*+";

    private static final Pattern ALONE = Pattern.compile(SPECIFICATION + COMMENTS);
    private static final Pattern NAMED = Pattern.compile(BLANKS + NAME + "<" + SPECIFICATION + ">" + COMMENTS);

    private MailAddress() {
    }

    static boolean matches(String text) {
        return matches(ALONE.matcher(text)) || matches(NAMED.matcher(text));
    }

    private static boolean matches(Matcher matcher) {
        if (!matcher.matches()) {
            return false;
        }
        String literal = matcher.group("literal");
        return literal == null || AddressSyntax.isAddress(literal);
    }
}
