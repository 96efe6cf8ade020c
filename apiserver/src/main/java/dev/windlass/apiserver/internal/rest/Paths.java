package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what a path is about. Stateless. */
public final class Paths {
    private Paths() {
    }

    /**
     * The target of a request.
     *
     * @param info
     *            what it is read as for rights
     * @return null when the path is below no group and version that is served
     * @throws ApiException
     *             404 when it is, and leads nowhere
     */
    public static @Nullable Target resolve(Call call, RequestInfo info, Catalog catalog) {
        List<String> parts = new ArrayList<>(List.of(call.path().substring(1).split("/", -1)));
        if (!parts.isEmpty() && parts.getLast().isEmpty()) {
            parts.removeLast();
        }
        int from;
        String group;
        if (parts.size() >= 3 && parts.getFirst().equals("api")) {
            group = "";
            from = 2;
        } else if (parts.size() >= 4 && parts.getFirst().equals("apis")) {
            group = parts.get(1);
            from = 3;
        } else {
            return null;
        }
        String version = parts.get(from - 1);
        if (!catalog.hasGroupVersion(group, version)) {
            return null;
        }
        return resolve(call, info, catalog, group, version, parts.subList(from, parts.size()));
    }

    private static @Nullable Target resolve(Call call, RequestInfo info, Catalog catalog, String group,
            String version, List<String> given) {
        List<String> rest = given;
        boolean watchPath = rest.size() > 1 && rest.getFirst().equals("watch");
        boolean proxyPath = rest.size() > 1 && rest.getFirst().equals(Connections.PROXY);
        if (watchPath || proxyPath) {
            rest = rest.subList(1, rest.size());
        }
        String namespace = "";
        if (rest.size() > 2 && rest.getFirst().equals("namespaces") && catalog.find("", "v1", "namespaces") != null
                && !isNamespaceSubresource(group, rest)) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        ResourceType type = catalog.find(group, version, rest.getFirst());
        if (type != null && type.isCustom()) {
            return ofCustom(info, type);
        }
        boolean through = rest.size() > 3 && rest.get(2).equals(Connections.PROXY); // whatever follows is not for this server
        if (type == null || proxyPath || (rest.size() > 3 && !through) || (watchPath && !type.allows("watch"))) {
            if (catalog.all().stream().anyMatch(
                    each -> each.group().equals(group) && each.version().equals(version) && !each.isCustom())) {
                throw ApiException.noSuchResource();
            }
            return null;
        }
        String name = rest.size() > 1 ? rest.get(1) : "";
        String subresource = rest.size() > 2 ? rest.get(2) : "";
        boolean misplaced = (!type.namespaced() && !namespace.isEmpty())
                || (type.namespaced() && namespace.isEmpty() && !name.isEmpty());
        if (misplaced) {
            throw ApiException.noSuchResource();
        }
        String verb = subresource.equals(Connections.PROXY) && List.of("HEAD", "OPTIONS").contains(call.method())
                ? "get"
                : verb(call, name, watchPath);
        return new Target(verb, type, namespace, name, subresource);
    }

    /** What leads to custom resources is read as it is read for rights: the real server has no list of such paths. */
    private static @Nullable Target ofCustom(RequestInfo info, ResourceType type) {
        boolean many = List.of("list", "watch").contains(info.verb());
        if (type.namespaced() ? info.namespace().isEmpty() && !many : !info.namespace().isEmpty()) {
            return null;
        }
        Subresource subresource = type.subresource(info.subresource());
        if (subresource == null && !info.subresource().isEmpty()) {
            throw ApiException.notFound(type.group(), type.plural(), info.name());
        }
        if (!(subresource == null ? type.verbs() : subresource.verbs()).contains(info.verb())) {
            throw ApiException.notSupported(type.group(), type.plural(), info.verb());
        }
        boolean named = !info.verb().equals("list") && !info.verb().equals("create");
        return new Target(info.verb(), type, info.namespace(), named ? info.name() : "", info.subresource());
    }

    private static boolean isNamespaceSubresource(String group, List<String> rest) {
        return group.isEmpty() && rest.size() == 3 && (rest.get(2).equals("status") || rest.get(2).equals("finalize"));
    }

    private static String verb(Call call, String name, boolean watchPath) {
        if (watchPath && !call.method().equals("GET")) {
            throw ApiException.methodNotAllowed();
        }
        return switch (call.method()) {
            case "GET" -> {
                if (watchPath) {
                    yield "watch";
                }
                if (!name.isEmpty()) {
                    yield "get";
                }
                yield call.flag("watch") ? "watch" : "list";
            }
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> name.isEmpty() ? "deletecollection" : "delete";
            default -> throw ApiException.methodNotAllowed();
        };
    }
}
