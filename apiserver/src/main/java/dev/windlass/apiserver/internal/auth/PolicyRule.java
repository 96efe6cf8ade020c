package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** One rule of a role. */
public record PolicyRule(List<String> verbs, List<String> groups, List<String> resources, List<String> names,
        List<String> paths) {
    private static final String ALL = "*";
    /** Whoever has these may do everything. */
    public static final List<PolicyRule> EVERYTHING = List.of(
            new PolicyRule(List.of(ALL), List.of(ALL), List.of(ALL), List.of(), List.of()),
            new PolicyRule(List.of(ALL), List.of(), List.of(), List.of(), List.of(ALL)));

    /** The rules of a role, as JSON; none when it is missing. */
    public static List<PolicyRule> read(JsonNode rules) {
        List<PolicyRule> read = new ArrayList<>();
        for (JsonNode rule : rules) {
            read.add(new PolicyRule(strings(rule.path("verbs")), strings(rule.path("apiGroups")),
                    strings(rule.path("resources")), strings(rule.path("resourceNames")),
                    strings(rule.path("nonResourceURLs"))));
        }
        return List.copyOf(read);
    }

    private static List<String> strings(JsonNode array) {
        List<String> strings = new ArrayList<>();
        array.forEach(each -> strings.add(each.stringValue("")));
        return List.copyOf(strings);
    }

    boolean allows(RequestInfo request) {
        if (!matches(verbs, request.verb())) {
            return false;
        }
        if (!request.forResource()) {
            return paths.stream().anyMatch(path -> coversPath(path, request.path()));
        }
        return matches(groups, request.group())
                && (matches(resources, request.combinedResource()) || (!request.subresource().isEmpty()
                        && resources.contains("*/" + request.subresource())))
                && (names.isEmpty() || names.contains(request.name()));
    }

    private static boolean matches(List<String> allowed, String wanted) {
        return allowed.contains(ALL) || allowed.contains(wanted);
    }

    private static boolean coversPath(String allowed, String wanted) {
        return allowed.equals(wanted)
                || (allowed.endsWith(ALL) && wanted.startsWith(allowed.replaceAll("\\*+$", "")));
    }

    /** What of these rules is not covered by those that somebody holds, in the smallest pieces. */
    static List<PolicyRule> missing(List<PolicyRule> held, List<PolicyRule> wanted) {
        return wanted.stream().flatMap(rule -> rule.pieces().stream())
                .filter(piece -> held.stream().noneMatch(rule -> rule.covers(piece))).toList();
    }

    /** Rules that allow the same together, each with one verb, resource and name at most. */
    private List<PolicyRule> pieces() {
        List<PolicyRule> pieces = new ArrayList<>();
        for (String group : groups) {
            for (String resource : resources) {
                for (String verb : verbs) {
                    if (names.isEmpty()) {
                        pieces.add(piece(verb, group, resource, List.of()));
                    }
                    names.forEach(name -> pieces.add(piece(verb, group, resource, List.of(name))));
                }
            }
        }
        for (String path : paths) {
            for (String verb : verbs) {
                pieces.add(new PolicyRule(List.of(verb), List.of(), List.of(), List.of(), List.of(path)));
            }
        }
        return pieces;
    }

    private static PolicyRule piece(String verb, String group, String resource, List<String> names) {
        return new PolicyRule(List.of(verb), List.of(group), List.of(resource), names, List.of());
    }

    private boolean covers(PolicyRule piece) {
        return coversAll(verbs, piece.verbs) && coversAll(groups, piece.groups)
                && (coversAll(resources, piece.resources) || piece.resources.stream().allMatch(this::coversSubresource))
                && (names.isEmpty() || (!piece.names.isEmpty() && names.containsAll(piece.names)))
                && piece.paths.stream().allMatch(path -> paths.stream().anyMatch(held -> coversPath(held, path)));
    }

    private boolean coversSubresource(String resource) {
        int slash = resource.indexOf('/');
        return resources.contains(resource) || (slash >= 0 && resources.contains("*" + resource.substring(slash)));
    }

    private static boolean coversAll(List<String> held, List<String> wanted) {
        return held.contains(ALL) || new HashSet<>(held).containsAll(wanted);
    }

    /** Rules as an error tells them, a line each: pieces that differ in nothing but their verb are one. */
    static String describe(List<PolicyRule> pieces) {
        Map<PolicyRule, List<String>> verbs = new LinkedHashMap<>();
        TreeSet<String> lines = new TreeSet<>();
        for (PolicyRule piece : pieces) {
            if (piece.paths.isEmpty()) {
                verbs.computeIfAbsent(new PolicyRule(List.of(), piece.groups, piece.resources, piece.names, List.of()),
                        _ -> new ArrayList<>()).addAll(piece.verbs);
            } else {
                lines.add(piece.toString());
            }
        }
        verbs.forEach((rule, all) -> lines
                .add(new PolicyRule(all, rule.groups, rule.resources, rule.names, List.of()).toString()));
        return String.join("\n", lines);
    }

    @Override
    public String toString() {
        List<String> parts = new ArrayList<>();
        show(parts, "APIGroups", groups);
        show(parts, "Resources", resources);
        show(parts, "NonResourceURLs", paths);
        show(parts, "ResourceNames", names);
        show(parts, "Verbs", verbs);
        return "{" + String.join(", ", parts) + "}";
    }

    private static void show(List<String> parts, String field, List<String> values) {
        if (!values.isEmpty()) {
            parts.add(field + ":" + quoted(values));
        }
    }

    /** A list of strings as Go prints it. */
    static String quoted(List<String> values) {
        return values.stream().map(GoText::quoted).collect(Collectors.joining(" ", "[", "]"));
    }
}
