package dev.windlass.apiserver.internal.cel;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Names of fields as expressions write them. Stateless. */
public final class Names {
    private static final Set<String> RESERVED = Set.of("true", "false", "null", "in", "as", "break", "const",
            "continue",
            "else", "for", "function", "if", "import", "let", "loop", "package", "namespace", "return", "var", "void",
            "while");

    private Names() {
    }

    /** Whether a word means something to expressions themselves. */
    public static boolean isReserved(String word) {
        return RESERVED.contains(word);
    }

    /** @return null when it cannot be written */
    static @Nullable String escape(String name) {
        if (isReserved(name)) {
            return "__" + name + "__";
        }
        if (name.isEmpty() || Character.isDigit(name.charAt(0))) {
            return null;
        }
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '_' && name.startsWith("__", i)) {
                out.append("__underscores__");
                i++;
            } else if (c == '.') {
                out.append("__dot__");
            } else if (c == '-') {
                out.append("__dash__");
            } else if (c == '/') {
                out.append("__slash__");
            } else if (c == '_' || (c < 128 && Character.isLetterOrDigit(c))) {
                out.append(c);
            } else {
                return null;
            }
        }
        return out.toString();
    }
}
