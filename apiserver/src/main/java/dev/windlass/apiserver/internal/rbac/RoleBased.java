package dev.windlass.apiserver.internal.rbac;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.Rbac;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.ResourceLines;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Resources;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Authorisation by roles, for a server that has just been made. */
public final class RoleBased {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final String DEFAULTS = "defaults.jsonl";

    private RoleBased() {
    }

    /**
     * Makes the roles and bindings that a real server makes for itself, and guards roles against escalation from then on.
     *
     * @param aggregating
     *            runs the filling of roles that aggregate others; null when nobody is to fill them
     */
    public static Authorizer on(Resources resources, @Nullable Executor aggregating) {
        createDefaults(resources);
        if (aggregating != null) {
            new Aggregation(resources).start(aggregating);
        }
        Rbac rbac = new Rbac(resources.store());
        resources.guard(new CreationGuard(rbac));
        resources.guard(new EscalationGuard(rbac));
        return rbac;
    }

    private static void createDefaults(Resources resources) {
        ResourceLines.forEach(RoleBased.class, DEFAULTS, line -> {
            if (Json.parse(line) instanceof ObjectNode object) {
                create(resources, object);
            }
        });
    }

    private static void create(Resources resources, ObjectNode object) {
        String plural = Json.textOrEmpty(object, "kind").toLowerCase(java.util.Locale.ROOT) + "s";
        ResourceType type = resources.catalog().require(GROUP, "v1", plural);
        object.put("apiVersion", type.apiVersion());
        ObjectNode metadata = Json.child(object, "metadata");
        metadata.put("uid", resources.surroundings().uid()).put("creationTimestamp", resources.surroundings().now());
        Json.child(metadata, "labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
        Json.child(metadata, "annotations").put("rbac.authorization.kubernetes.io/autoupdate", "true");
        resources.shelf(type).create(resources.draft(object, type));
    }
}
