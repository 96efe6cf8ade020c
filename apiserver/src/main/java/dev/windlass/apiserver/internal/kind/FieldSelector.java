package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A field selector: equality over the few fields that a kind has for it. */
public final class FieldSelector {
    private final List<Term> terms;

    private FieldSelector(List<Term> terms) {
        this.terms = terms;
    }

    private record Term(String field, boolean negated, String value) {
    }

    public boolean isEmpty() {
        return terms.isEmpty();
    }

    public boolean matches(Function<String, String> fields) {
        for (Term term : terms) {
            if (fields.apply(term.field()).equals(term.value()) == term.negated()) {
                return false;
            }
        }
        return true;
    }

    /** The value that a field must have, or null when it may have several. */
    public @Nullable String required(String field) {
        for (Term term : terms) {
            if (term.field().equals(field) && !term.negated()) {
                return term.value();
            }
        }
        return null;
    }

    /** @throws ApiException 400 when it is not a selector, or asks for a field that the kind does not have for it */
    public static FieldSelector parse(@Nullable String text, ResourceType type) {
        if (text == null || text.isEmpty()) {
            return new FieldSelector(List.of());
        }
        List<Term> terms = new ArrayList<>();
        for (String part : split(text)) {
            if (!part.isEmpty()) {
                terms.add(term(part, text, type));
            }
        }
        return new FieldSelector(terms);
    }

    private static Term term(String part, String whole, ResourceType type) {
        int at = -1;
        int length = 0;
        boolean negated = false;
        for (int i = 0; i < part.length() && at < 0; i++) {
            if (part.startsWith("!=", i)) {
                at = i;
                length = 2;
                negated = true;
            } else if (part.charAt(i) == '=') {
                at = i;
                length = part.startsWith("==", i) ? 2 : 1;
            }
        }
        if (at < 0) {
            throw ApiException.badRequest("invalid selector: '" + whole + "'; can't understand '" + part + "'");
        }
        return new Term(known(part.substring(0, at).strip(), type), negated, unescape(part.substring(at + length)));
    }

    private static String known(String field, ResourceType type) {
        boolean metadata = field.equals("metadata.name") || (field.equals("metadata.namespace") && type.namespaced());
        if (metadata || type.traits().fields().contains(field)) {
            return field;
        }
        if (field.equals("metadata.namespace") && type.traits().fields().isEmpty()) {
            return field;
        }
        if (type.isCustom()) {
            throw ApiException.badRequest("field label not supported: " + field);
        }
        if (type.traits().fields().isEmpty()) {
            throw ApiException.badRequest(FieldError.quote(field)
                    + " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        }
        throw ApiException.badRequest("field label not supported: " + field);
    }

    private static List<String> split(String text) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && i + 1 < text.length()) {
                part.append(c).append(text.charAt(++i));
            } else if (c == ',') {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    private static String unescape(String value) {
        return value.replace("\\,", ",").replace("\\=", "=").replace("\\\\", "\\");
    }
}
