package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The paths of the OpenAPI v2 document that lead on to where an object runs, and those of logs: all of them are of the core group, and answer texts. Stateless. */
final class ConnectPaths {
    private static final String PROXY = "proxy";
    private static final String LOG = "log";
    private static final List<String> ALL_METHODS = List.of("get", "put", "post", "delete", "options", "head", "patch");
    private static final List<String> UPGRADEABLE = List.of("get", "post");
    private static final Map<String, List<String>> QUERIES = Map.of(
            "attach", List.of("container", "stderr", "stdin", "stdout", "tty"),
            "exec", List.of("command", "container", "stderr", "stdin", "stdout", "tty"),
            "portforward", List.of("ports"), PROXY, List.of("path"),
            LOG, List.of("container", "follow", "insecureSkipTLSVerifyBackend", "limitBytes", "pretty", "previous",
                    "sinceSeconds", "stream", "tailLines", "timestamps"));
    private static final Set<String> NUMBERS = Set.of("limitBytes", "ports", "sinceSeconds", "tailLines");
    private static final Set<String> TEXTS = Set.of("command", "container", "path", "pretty", "stream");

    private ConnectPaths() {
    }

    static boolean areOf(Subresource sub) {
        return sub.connects() || sub.name().equals(LOG);
    }

    /** @param at the path of the sub-resource */
    static void add(ResourceType type, Subresource sub, String at, ObjectNode paths) {
        addOne(type, sub, "", paths.putObject(at));
        if (sub.name().equals(PROXY)) {
            addOne(type, sub, "WithPath", paths.putObject(at + "/{path}"));
        }
    }

    private static void addOne(ResourceType type, Subresource sub, String suffix, ObjectNode path) {
        String name = (type.namespaced() ? "Namespaced" : "") + type.kind() + Schemas.capital(sub.name()) + suffix;
        if (sub.connects()) {
            for (String method : sub.name().equals(PROXY) ? ALL_METHODS : UPGRADEABLE) {
                path.set(method,
                        operation("connectCoreV1" + Schemas.capital(method) + name, "connect", List.of("*/*"), sub));
            }
        } else {
            path.set("get", operation("readCoreV1" + name, "get", List.of("text/plain", "application/json",
                    "application/yaml", "application/vnd.kubernetes.protobuf"), sub));
        }
        List<ObjectNode> parameters = new ArrayList<>();
        parameters.add(parameter("name", "path"));
        if (type.namespaced()) {
            parameters.add(parameter("namespace", "path"));
        }
        if (!suffix.isEmpty()) {
            parameters.add(parameter("path", "path"));
        }
        QUERIES.getOrDefault(sub.name(), List.of()).forEach(each -> parameters.add(parameter(each, "query")));
        parameters.sort(Comparator.comparing(each -> each.path("name").stringValue("")));
        ArrayNode all = path.putArray("parameters");
        parameters.forEach(all::add);
    }

    private static ObjectNode operation(String id, String action, List<String> produces, Subresource sub) {
        ObjectNode out = Json.object();
        Schemas.addAll(out, "consumes", List.of("*/*"));
        Schemas.addAll(out, "produces", produces);
        Schemas.addAll(out, "schemes", List.of("https"));
        Schemas.addAll(out, "tags", List.of("core_v1"));
        ObjectNode responses = out.put("operationId", id).putObject("responses");
        responses.putObject("200").put("description", "OK").putObject("schema").put("type", "string");
        responses.putObject("401").put("description", "Unauthorized");
        Schemas.kind(out.put("x-kubernetes-action", action).putObject(Schemas.KIND), "", "v1", sub.kind());
        return out;
    }

    private static ObjectNode parameter(String name, String in) {
        boolean text = in.equals("path") || TEXTS.contains(name);
        String type = text ? "string" : NUMBERS.contains(name) ? "integer" : "boolean";
        ObjectNode out = Json.object().put("uniqueItems", true).put("type", type).put("name", name).put("in", in);
        return in.equals("path") ? out.put("required", true) : out;
    }
}
