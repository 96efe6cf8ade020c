package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** The paths of the OpenAPI v2 document that tell what is served. Custom resources have none. Confined to one thread. */
final class DiscoveryPaths {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static final List<String> JSON = List.of("application/json");
    private static final List<String> FORMS = List.of("application/json", "application/yaml",
            "application/vnd.kubernetes.protobuf");

    private final Definitions definitions;

    DiscoveryPaths(Definitions definitions) {
        this.definitions = definitions;
    }

    /** What is described beside groups and versions: a document in the index of the third version, and its path. */
    Map<String, ObjectNode> outside(List<ResourceType> kinds) {
        Map<String, ObjectNode> all = new LinkedHashMap<>();
        all.put(".well-known/openid-configuration",
                operation("WellKnown", "getServiceAccountIssuerOpenIDConfiguration", List.of(), JSON, ""));
        all.put("api", operation("core", "getCoreAPIVersions", FORMS, FORMS, META + "APIVersions"));
        all.put("apis", operation("apis", "getAPIVersions", FORMS, FORMS, META + "APIGroupList"));
        for (ResourceType type : kinds) {
            if (!type.isCustom() && !type.group().isEmpty()) {
                String name = Schemas.groupName(type);
                all.computeIfAbsent("apis/" + type.group(), _ -> operation(Schemas.tag(name),
                        "get" + name + "APIGroup", FORMS, FORMS, META + "APIGroup"));
            }
        }
        all.put("openid/v1/jwks", operation("openid", "getServiceAccountIssuerOpenIDKeyset", List.of(),
                List.of("application/jwk-set+json"), ""));
        all.put("version",
                operation("version", "getCodeVersion", JSON, JSON, "io.k8s.apimachinery.pkg.version.Info"));
        return all;
    }

    /** What is served of a group and version. */
    ObjectNode ofVersion(ResourceType type) {
        String name = Schemas.groupName(type);
        return operation(Schemas.tag(name) + "_" + type.version(),
                "get" + name + Schemas.capital(type.version()) + "APIResources", FORMS, FORMS,
                META + "APIResourceList");
    }

    /** @param answer the name of what is answered, "" for a text */
    private ObjectNode operation(String tag, String id, List<String> consumes, List<String> produces, String answer) {
        ObjectNode path = Json.object();
        ObjectNode out = path.putObject("get");
        Schemas.addAll(out, "consumes", consumes);
        Schemas.addAll(out, "produces", produces);
        Schemas.addAll(out, "schemes", List.of("https"));
        Schemas.addAll(out, "tags", List.of(tag));
        ObjectNode responses = out.put("operationId", id).putObject("responses");
        responses.putObject("200").put("description", "OK").set("schema",
                answer.isEmpty() ? Json.object().put("type", "string") : definitions.version().ref(answer));
        responses.putObject("401").put("description", "Unauthorized");
        return path;
    }
}
