package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.net.Url;
import dev.windlass.apiserver.internal.schema.Formats;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A form that texts can have, as expressions see it. */
record NamedFormat(String name) {
    private static final Map<String, Function<String, List<String>>> CHECKS = Map.ofEntries(
            Map.entry("dns1123Label", NameRules::label), Map.entry("dns1123Subdomain", NameRules::subdomain),
            Map.entry("dns1035Label", NameRules::label1035),
            Map.entry("dns1123LabelPrefix", text -> NameRules.label(prefix(text))),
            Map.entry("dns1123SubdomainPrefix", text -> NameRules.subdomain(prefix(text))),
            Map.entry("dns1035LabelPrefix", text -> NameRules.label1035(prefix(text))),
            Map.entry("qualifiedName", NameRules::qualifiedName), Map.entry("labelValue", NameRules::labelValue),
            Map.entry("uri", NamedFormat::uri),
            Map.entry("uuid", text -> schema("uuid", text, "does not match the UUID format")),
            Map.entry("byte", text -> schema("byte", text, "invalid base64")),
            Map.entry("date", text -> schema("date", text, "invalid date")),
            Map.entry("datetime", text -> schema("date-time", text, "invalid datetime")));

    static boolean exists(String name) {
        return CHECKS.containsKey(name);
    }

    static List<String> names() {
        return CHECKS.keySet().stream().sorted().toList();
    }

    /** What going through its pattern costs, for ten characters of a text. */
    int cost() {
        return switch (name) {
            case "dns1123Subdomain", "dns1123SubdomainPrefix", "qualifiedName" -> 15;
            case "labelValue" -> 10;
            case "uri" -> 276;
            case "uuid", "date", "datetime" -> 18;
            case "byte" -> 21;
            default -> 8;
        };
    }

    private static List<String> uri(String text) {
        try {
            var _ = Url.parseRequest(text);
        } catch (IllegalArgumentException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
        return schema("uri", text, "invalid uri");
    }

    private static String prefix(String text) {
        return text.endsWith("-") ? text.substring(0, text.length() - 1) + "a" : text;
    }

    private static List<String> schema(String format, String text, String problem) {
        return Formats.accepts(format, text) ? List.of() : List.of(problem);
    }

    /** What is wrong with a text. */
    List<String> problems(String text) {
        Function<String, List<String>> check = CHECKS.get(name);
        if (check == null) {
            throw new IllegalStateException("format " + name + " is not known");
        }
        return check.apply(text);
    }
}
