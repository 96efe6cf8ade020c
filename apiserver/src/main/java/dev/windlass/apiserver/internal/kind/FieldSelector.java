package dev.windlass.apiserver.internal.kind;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A field selector: equality over the few fields that a kind has for it. */
public final class FieldSelector {
    /** What the events of events.k8s.io call the fields of the events that are stored. */
    private static final Map<String, String> EVENT_FIELDS = Map.of("reason", "reason", "type", "type",
            "reportingController", "reportingComponent", "regarding.kind", "involvedObject.kind",
            "regarding.namespace", "involvedObject.namespace", "regarding.name", "involvedObject.name",
            "regarding.uid", "involvedObject.uid", "regarding.apiVersion", "involvedObject.apiVersion",
            "regarding.resourceVersion", "involvedObject.resourceVersion",
            "regarding.fieldPath", "involvedObject.fieldPath");
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

    /** @throws ApiException 400 when it is not a selector */
    public static FieldSelector parse(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return new FieldSelector(List.of());
        }
        List<Term> terms = new ArrayList<>();
        for (String part : split(text).stream().sorted().toList()) {
            if (!part.isEmpty()) {
                terms.add(term(part, text));
            }
        }
        return new FieldSelector(terms);
    }

    /**
     * The same by the fields of what is stored.
     *
     * @throws ApiException
     *             400 when it asks for a field that the kind does not have for it
     */
    public FieldSelector of(ResourceType type) {
        return new FieldSelector(terms.stream()
                .map(term -> new Term(known(term.field(), type), term.negated(), term.value())).toList());
    }

    private static Term term(String part, String whole) {
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
        return new Term(part.substring(0, at), negated, unescape(part.substring(at + length)));
    }

    /** The field of the stored object that is meant. */
    private static String known(String field, ResourceType type) {
        Traits traits = type.traits();
        boolean plain = traits.fields().isEmpty();
        if (field.equals("metadata.name")
                || (field.equals("metadata.namespace") && (type.namespaced() || plain))) {
            return field;
        }
        String meant = type.is("events.k8s.io", "events") ? EVENT_FIELDS.getOrDefault(field, "") : field;
        if (type.is("", "pods") && field.equals("spec.host")) {
            return "spec.nodeName";
        }
        if (traits.fields().contains(meant)) {
            return meant;
        }
        if (plain && !type.isCustom()) {
            throw ApiException.badRequest(GoText.quoted(field)
                    + " is not a known field selector: only \"metadata.name\", \"metadata.namespace\"");
        }
        throw ApiException.badRequest(type.is("batch", "jobs")
                ? "field label " + GoText.quoted(field) + " not supported for Job"
                : "field label not supported: " + field);
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
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == ',' || c == '=') {
                throw ApiException.badRequest("invalid field selector: unescaped character in value: " + (int) c);
            }
            if (c == '\\') {
                c = ++i < value.length() ? value.charAt(i) : ' ';
                if ("\\,=".indexOf(c) < 0) {
                    throw ApiException.badRequest("invalid field selector: invalid escape sequence: "
                            + value.substring(i - 1, Math.min(i + 1, value.length())));
                }
            }
            out.append(c);
        }
        return out.toString();
    }
}
