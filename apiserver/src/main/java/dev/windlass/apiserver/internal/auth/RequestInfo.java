package dev.windlass.apiserver.internal.auth;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What a request is about as far as its method, path and query tell, whether or not there is such a resource: what it is authorised by.
 *
 * @param path
 *            as it came; what tells for a request that is for no resource
 * @param verb
 *            get, list, create …; for no resource the method in lower case
 * @param namespace
 *            empty for the whole cluster; the namespace itself for a request for a namespace
 */
public record RequestInfo(boolean forResource, String path, String verb, String group, String version, String namespace,
        String resource, String subresource, String name) {
    private static final Set<String> NAMESPACE_SUBRESOURCES = Set.of("status", "finalize");
    private static final Set<String> VERBS_IN_PATH = Set.of("proxy", "watch");

    /** A request for no resource. */
    public static RequestInfo ofPath(String path, String verb) {
        return new RequestInfo(false, path, verb, "", "", "", "", "", "");
    }

    /** A verb on a resource that no request names. */
    public static RequestInfo ofResource(String verb, String group, String resource, String namespace, String name) {
        return new RequestInfo(true, "", verb, group, "*", namespace, resource, "", name);
    }

    /** Whether a path names a verb and nothing that it is about, which the real server takes for a failure of its own. */
    public static boolean isCutShort(String path) {
        List<String> parts = split(path);
        boolean core = parts.size() == 3 && parts.getFirst().equals("api");
        boolean grouped = parts.size() == 4 && parts.getFirst().equals("apis");
        return (core || grouped) && VERBS_IN_PATH.contains(parts.getLast());
    }

    /**
     * Reads a request.
     *
     * @param query
     *            decoded parameters
     */
    public static RequestInfo of(String method, String path, Map<String, List<String>> query) {
        RequestInfo none = ofPath(path, method.toLowerCase(Locale.ROOT));
        List<String> parts = split(path);
        boolean core = !parts.isEmpty() && parts.getFirst().equals("api");
        boolean grouped = !parts.isEmpty() && parts.getFirst().equals("apis");
        int from = core ? 2 : 3;
        if (!(core || grouped) || parts.size() <= from) {
            return none;
        }
        String group = core ? "" : parts.get(1);
        String version = parts.get(from - 1);
        List<String> rest = parts.subList(from, parts.size());
        boolean verbInPath = VERBS_IN_PATH.contains(rest.getFirst());
        if (verbInPath && rest.size() < 2) {
            return none;
        }
        String verb = verbInPath ? rest.getFirst() : verb(method);
        rest = verbInPath ? rest.subList(1, rest.size()) : rest;
        String namespace = "";
        if (rest.getFirst().equals("namespaces") && rest.size() > 1) {
            namespace = rest.get(1);
            if (rest.size() > 2 && !NAMESPACE_SUBRESOURCES.contains(rest.get(2))) {
                rest = rest.subList(2, rest.size());
            }
        }
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 && !verb.equals("proxy") ? rest.get(2) : "";
        if (name.isEmpty() && verb.equals("get")) {
            verb = isSet(query, "watch") ? "watch" : "list";
            name = onlyName(query);
        }
        if (name.isEmpty() && verb.equals("delete")) {
            verb = "deletecollection";
        }
        return new RequestInfo(true, path, verb, group, version, namespace, rest.getFirst(), subresource, name);
    }

    private static List<String> split(String path) {
        String trimmed = path.replaceAll("^/+|/+$", "");
        return trimmed.isEmpty() ? List.of() : List.of(trimmed.split("/", -1));
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "GET", "HEAD" -> "get";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "";
        };
    }

    /** Whether a parameter is there and says yes: anything but {@code false} and {@code 0}. */
    public static boolean isSet(Map<String, List<String>> query, String parameter) {
        List<String> values = query.getOrDefault(parameter, List.of());
        return !values.isEmpty() && !values.getFirst().equalsIgnoreCase("false") && !values.getFirst().equals("0");
    }

    /** A list that selects one name is one of that name: so a rule that names objects allows to watch them. */
    private static String onlyName(Map<String, List<String>> query) {
        for (String selector : query.getOrDefault("fieldSelector", List.of()).stream().limit(1).toList()) {
            for (String term : selector.split(",", -1)) {
                String[] sides = term.split("==?", 2);
                if (sides.length == 2 && sides[0].equals("metadata.name") && !term.contains("!=")
                        && !sides[1].isEmpty() && !sides[1].contains("/") && !sides[1].contains("%")) {
                    return sides[1];
                }
            }
        }
        return "";
    }

    /** The same for another verb. */
    public RequestInfo withVerb(String newVerb) {
        return new RequestInfo(forResource, path, newVerb, group, version, namespace, resource, subresource, name);
    }

    /** The resource, with its sub-resource when it is one. */
    public String combinedResource() {
        return subresource.isEmpty() ? resource : resource + "/" + subresource;
    }
}
