package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * Which requests somebody wants to be asked about.
 *
 * @param names
 *            of the objects that are meant; all when there are none
 */
record Rule(List<String> operations, List<String> groups, List<String> versions, List<String> resources,
        String scope, List<String> names) {
    private static final String ANY = "*";

    static Rule of(JsonNode rule) {
        return new Rule(texts(rule.path("operations")), texts(rule.path("apiGroups")), texts(rule.path("apiVersions")),
                texts(rule.path("resources")), Json.textOrEmpty(rule, "scope"), texts(rule.path("resourceNames")));
    }

    static List<Rule> all(JsonNode rules) {
        List<Rule> all = new ArrayList<>();
        rules.forEach(each -> all.add(of(each)));
        return all;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.stringValue("")));
        return texts;
    }

    /** @param as the type that the request is looked at as */
    boolean matches(AdmissionRequest request, ResourceType as) {
        return inScope(request) && has(operations, request.operation()) && has(groups, as.group())
                && has(versions, as.version()) && resources.stream().anyMatch(
                        each -> matches(each, as.plural(), request.target().subresource()))
                && (names.isEmpty() || names.contains(request.target().name()));
    }

    private boolean inScope(AdmissionRequest request) {
        boolean cluster = request.type().is("", "namespaces") || request.namespace().isEmpty();
        return switch (scope) {
            case "Namespaced" -> !cluster;
            case "Cluster" -> cluster;
            default -> true;
        };
    }

    private static boolean has(List<String> wanted, String given) {
        return wanted.contains(ANY) || wanted.contains(given);
    }

    private static boolean matches(String wanted, String resource, String subresource) {
        int slash = wanted.indexOf('/');
        String whole = slash < 0 ? wanted : wanted.substring(0, slash);
        String part = slash < 0 ? "" : wanted.substring(slash + 1);
        return (whole.equals(ANY) || whole.equals(resource)) && (part.equals(ANY) || part.equals(subresource));
    }
}
