package dev.windlass.apiserver.internal.discovery;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import tools.jackson.databind.node.ObjectNode;

/**
 * The OpenAPI v2 document: one for all kinds. It is made anew whenever somebody asks, and not kept: it is large, and few
 * ask. Thread-safe.
 */
public final class Swagger {
    private final Catalog catalog;
    private final BuiltInTypes types;
    private final Definitions definitions;

    public Swagger(Catalog catalog, BuiltInTypes types) {
        this.catalog = catalog;
        this.types = types;
        this.definitions = new Definitions(types, Definitions.Version.V2);
    }

    /** {@code /openapi/v2}. */
    public ObjectNode document() {
        ObjectNode out = Json.object().put("swagger", "2.0");
        out.putObject("info").put("title", "Kubernetes").put("version", "1.37");
        ObjectNode paths = out.putObject("paths");
        ObjectNode all = out.putObject("definitions");
        DiscoveryPaths discovery = new DiscoveryPaths(definitions);
        discovery.outside(catalog.all()).forEach((at, path) -> paths.set("/" + at + "/", path));
        SwaggerPaths operations = new SwaggerPaths(paths, definitions);
        types.names().forEach(name -> all.set(name, definitions.named(name)));
        all.putObject(Definitions.PATCH).put("type", "object");
        for (ResourceType type : catalog.all()) {
            CustomVersion custom = type.custom();
            if (custom != null) {
                all.set(Schemas.customName(type, type.kind()), definitions.custom(type, custom));
            }
            if (type.allows("list")) {
                all.set(definitions.listName(type), definitions.list(type));
            }
            if (!type.isCustom()) {
                String root = "/" + Schemas.root(type) + "/";
                if (!paths.has(root)) {
                    paths.set(root, discovery.ofVersion(type));
                }
            }
            operations.add(type);
        }
        Schemas.addBearerToken(out.putObject("securityDefinitions"));
        out.putArray("security").addObject().putArray("BearerToken");
        return out;
    }
}
