package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The paths of the OpenAPI v2 document: what can be asked of each resource. Confined to one thread. */
final class SwaggerPaths {
    private static final List<String> WRITTEN = List.of("dryRun", "fieldManager", "fieldValidation");
    private static final List<String> PATCHED = List.of("dryRun", "fieldManager", "fieldValidation", "force");
    private static final List<String> LISTED = List.of("allowWatchBookmarks", "continue", "fieldSelector",
            "labelSelector", "limit", "resourceVersion", "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds",
            "watch");
    private static final List<String> DELETED = List.of("dryRun", "gracePeriodSeconds", "orphanDependents",
            "propagationPolicy");
    private static final List<String> COLLECTION_DELETED = List.of("continue", "dryRun", "fieldSelector",
            "gracePeriodSeconds", "labelSelector", "limit", "orphanDependents", "propagationPolicy", "resourceVersion",
            "resourceVersionMatch", "sendInitialEvents", "timeoutSeconds");
    private static final Set<String> FLAGS = Set.of("allowWatchBookmarks", "force", "orphanDependents",
            "sendInitialEvents", "watch");
    private static final Set<String> NUMBERS = Set.of("gracePeriodSeconds", "limit", "timeoutSeconds");
    private static final List<String> PATCHES = List.of("application/json-patch+json", "application/merge-patch+json",
            "application/strategic-merge-patch+json", "application/apply-patch+yaml");
    private static final List<String> FORMS = List.of("application/json", "application/yaml",
            "application/vnd.kubernetes.protobuf", "application/json;stream=watch",
            "application/vnd.kubernetes.protobuf;stream=watch");

    private final ObjectNode paths;
    private final Definitions definitions;

    /** @param definitions what is referred to */
    SwaggerPaths(ObjectNode paths, Definitions definitions) {
        this.paths = paths;
        this.definitions = definitions;
    }

    /** All paths of one resource. */
    void add(ResourceType type) {
        String root = "/" + Schemas.root(type) + "/";
        if (type.namespaced() && type.allows("list")) {
            ObjectNode everywhere = paths.putObject(root + type.plural());
            new Operation(type, "list", type.kind(), "ForAllNamespaces").into(everywhere, "get").answering("200",
                    type.listKind());
            parameters(everywhere, LISTED);
        }
        String collection = root + (type.namespaced() ? "namespaces/{namespace}/" : "") + type.plural();
        addMany(type, paths.putObject(collection));
        if (type.allows("get")) {
            addOne(type, paths.putObject(collection + "/{name}"));
        }
        for (Subresource each : type.subresources()) {
            String at = collection + "/{name}/" + each.name();
            if (ConnectPaths.areOf(each)) {
                ConnectPaths.add(type, each, at, paths);
            } else {
                addSubresource(type, each, paths.putObject(at));
            }
        }
    }

    private void addMany(ResourceType type, ObjectNode path) {
        if (type.allows("list")) {
            new Operation(type, "list", type.kind(), "").into(path, "get").with(LISTED).answering("200",
                    type.listKind());
        }
        if (type.allows("create")) {
            new Operation(type, "create", type.kind(), "").into(path, "post").of(type.kind()).with(WRITTEN)
                    .answering("200", type.kind()).answering("201", type.kind()).answering("202", type.kind());
        }
        if (type.allows("deletecollection")) {
            Operation delete = new Operation(type, "deleteCollection", type.kind(), "").into(path, "delete")
                    .with(COLLECTION_DELETED).answering("200", "Status");
            if (!type.isCustom()) {
                delete.of("DeleteOptions");
            }
        }
        inPath(path, type.namespaced() ? List.of("namespace") : List.of());
    }

    private void addOne(ResourceType type, ObjectNode path) {
        new Operation(type, "read", type.kind(), "").into(path, "get").answering("200", type.kind());
        addWrites(type, type.verbs(), type.kind(), "", path);
        if (type.allows("delete")) {
            // A namespace only begins to go; that the object is the answer then is told nowhere.
            boolean object = type.traits().returnsDeleted() && !type.is("", "namespaces");
            String answer = object ? type.kind() : "Status";
            new Operation(type, "delete", type.kind(), "").into(path, "delete").of("DeleteOptions").with(DELETED)
                    .answering("200", answer).answering("202", answer);
        }
        inPath(path, type.namespaced() ? List.of("name", "namespace") : List.of("name"));
    }

    private void addSubresource(ResourceType type, Subresource sub, ObjectNode path) {
        String suffix = Schemas.capital(sub.name());
        if (sub.verbs().contains("get")) {
            new Operation(type, "read", sub.kind(), suffix).into(path, "get").answering("200", sub.kind());
        }
        addWrites(type, sub.verbs(), sub.kind(), suffix, path);
        if (sub.verbs().contains("create")) {
            new Operation(type, "create", sub.kind(), suffix).into(path, "post").of(sub.kind()).with(WRITTEN)
                    .answering("200", sub.kind()).answering("201", sub.kind()).answering("202", sub.kind());
        }
        inPath(path, type.namespaced() ? List.of("name", "namespace") : List.of("name"));
    }

    private void addWrites(ResourceType type, List<String> verbs, String kind, String suffix, ObjectNode path) {
        if (verbs.contains("update")) {
            new Operation(type, "replace", kind, suffix).into(path, "put").of(kind).with(WRITTEN)
                    .answering("200", kind).answering("201", kind);
        }
        if (verbs.contains("patch")) {
            Operation patch = new Operation(type, "patch", kind, suffix).into(path, "patch").of("Patch").with(PATCHED)
                    .answering("200", kind);
            if (!type.isCustom()) {
                patch.answering("201", kind);
            }
        }
    }

    private static void inPath(ObjectNode path, List<String> parameters) {
        ArrayNode list = path.putArray("parameters");
        for (String name : parameters) {
            list.addObject().put("uniqueItems", true).put("type", "string").put("name", name).put("in", "path")
                    .put("required", true);
        }
        list.add(query("pretty"));
    }

    private static void parameters(ObjectNode out, List<String> parameters) {
        ArrayNode list = out.withArray("parameters");
        parameters.forEach(name -> list.add(query(name)));
    }

    private static ObjectNode query(String name) {
        String type = FLAGS.contains(name) ? "boolean" : NUMBERS.contains(name) ? "integer" : "string";
        return Json.object().put("uniqueItems", true).put("type", type).put("name", name).put("in", "query");
    }

    /** One method on one path. */
    private final class Operation {
        private final ResourceType type;
        private final String verb;
        private final String kind;
        private final String suffix;
        private final ObjectNode out = Json.object();

        Operation(ResourceType type, String verb, String kind, String suffix) {
            this.type = type;
            this.verb = verb;
            this.kind = kind;
            this.suffix = suffix;
        }

        Operation into(ObjectNode path, String method) {
            List<String> forms = type.isCustom() ? FORMS.subList(0, 2) : FORMS.subList(0, 3);
            boolean patch = verb.equals("patch");
            List<String> patches = new ArrayList<>(PATCHES);
            if (type.isCustom()) {
                patches.remove("application/strategic-merge-patch+json");
            }
            Schemas.addAll(out, "consumes", patch ? patches : type.isCustom() ? forms : List.of("*/*"));
            Schemas.addAll(out, "produces", verb.equals("list") && !type.isCustom() ? FORMS : forms);
            Schemas.addAll(out, "schemes", List.of("https"));
            String group = Schemas.groupName(type);
            Schemas.addAll(out, "tags", List.of(Schemas.tag(group) + "_" + type.version()));
            out.put("operationId", id(group));
            out.putObject("responses").putObject("401").put("description", "Unauthorized");
            out.put("x-kubernetes-action", action());
            addKind(out.putObject(Schemas.KIND));
            path.set(method, out);
            return this;
        }

        /** A sub-resource may have a kind of another group; of a custom resource it is told as its own. */
        private void addKind(ObjectNode itsKind) {
            if (type.isCustom()) {
                Schemas.kind(itsKind, type.group(), type.version(), type.kind());
                return;
            }
            Subresource sub = type.subresources().stream().filter(each -> !suffix.isEmpty()
                    && each.kind().equals(kind) && !each.version().isEmpty()).findFirst().orElse(null);
            Schemas.kind(itsKind, sub == null ? type.group() : sub.group(),
                    sub == null ? type.version() : sub.version(), kind);
        }

        private String action() {
            return switch (verb) {
                case "read" -> "get";
                case "create" -> "post";
                case "replace" -> "put";
                case "deleteCollection" -> "deletecollection";
                default -> verb;
            };
        }

        private String id(String group) {
            boolean all = suffix.equals("ForAllNamespaces");
            String scope = (verb.equals("deleteCollection") ? "Collection" : "")
                    + (type.namespaced() && !all ? "Namespaced" : "");
            return (verb.startsWith("delete") ? "delete" : verb) + group + Schemas.capital(type.version()) + scope
                    + type.kind() + suffix;
        }

        /** It has a body of this kind. */
        Operation of(String body) {
            ObjectNode parameter = out.withArray("parameters").addObject().put("name", "body").put("in", "body");
            if (!body.equals("DeleteOptions")) {
                parameter.put("required", true);
            }
            parameter.set("schema", definitions.ref(type, body));
            return this;
        }

        Operation with(List<String> query) {
            parameters(out, query);
            return this;
        }

        Operation answering(String code, String answer) {
            ObjectNode response = ((ObjectNode) out.get("responses")).putObject(code);
            response.put("description", switch (code) {
                case "200" -> "OK";
                case "201" -> "Created";
                default -> "Accepted";
            });
            response.set("schema", definitions.ref(type, answer));
            return this;
        }
    }
}
