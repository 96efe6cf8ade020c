package dev.windlass.apiserver.internal.rbac;

import dev.windlass.apiserver.internal.auth.PolicyRule;
import dev.windlass.apiserver.internal.auth.Rbac;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.auth.User;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Nobody writes into a role, or binds, what they may not do themselves, unless they may {@code escalate} the role or {@code bind} it, or are in
 * {@code system:masters}.
 */
final class EscalationGuard implements WriteGuard {
    private static final String GROUP = "rbac.authorization.k8s.io";
    private static final List<String> OF_GARBAGE_COLLECTION = List.of("ownerReferences", "finalizers", "managedFields");

    private final Rbac rbac;

    EscalationGuard(Rbac rbac) {
        this.rbac = rbac;
    }

    @Override
    public void check(Target target, ObjectNode object, @Nullable ObjectNode old, Call call) {
        if (!target.type().group().equals(GROUP) || call.user().isMaster()
                || (old != null && onlyForGarbageCollection(object, old))) {
            return;
        }
        if (target.type().kind().endsWith("Binding")) {
            checkBinding(target, object, call.user());
        } else {
            checkRole(target, object, old, call);
        }
    }

    private static boolean onlyForGarbageCollection(ObjectNode object, ObjectNode old) {
        ObjectNode compared = object.deepCopy();
        for (String field : OF_GARBAGE_COLLECTION) {
            JsonNode before = Json.find(old, "metadata", field);
            if (before == null) {
                Metadata.of(compared).remove(field);
            } else {
                Metadata.of(compared).set(field, before);
            }
        }
        return Json.alike(compared, old);
    }

    private void checkRole(Target target, ObjectNode object, @Nullable ObjectNode old, Call call) {
        User user = call.user();
        RequestInfo asked = RequestInfo.of(call.method(), call.path(), call.query());
        if (rbac.decide(user, RequestInfo.ofResource("escalate", GROUP, asked.resource(), asked.namespace(),
                asked.name())).allowed()) {
            return;
        }
        refuse(target, object, rbac.escalation(user, target.namespace(), PolicyRule.read(object.path("rules"))));
        if ((aggregates(object) || (old != null && aggregates(old)))
                && rbac.escalation(user, target.namespace(), PolicyRule.EVERYTHING) != null) {
            refuse(target, object, "must have cluster-admin privileges to use the aggregationRule");
        }
    }

    private static boolean aggregates(ObjectNode role) {
        JsonNode selectors = Json.find(role, "aggregationRule", "clusterRoleSelectors");
        return selectors != null && !selectors.isEmpty();
    }

    private void checkBinding(Target target, ObjectNode object, User user) {
        Rbac.RoleRef role = Rbac.RoleRef.of(object);
        String resource = role.kind().equals("ClusterRole") ? "clusterroles" : "roles";
        boolean known = role.kind().equals("ClusterRole") || role.kind().equals("Role");
        if (known && rbac.decide(user, RequestInfo.ofResource("bind", role.group(), resource, target.namespace(),
                role.name())).allowed()) {
            return;
        }
        refuse(target, object, rbac.escalation(user, target.namespace(),
                rbac.rulesOf(role, target.namespace(), target.type().plural())));
    }

    private static void refuse(Target target, ObjectNode object, @Nullable String why) {
        if (why != null) {
            throw ApiException.forbidden(GROUP, target.type().plural(), Metadata.name(object), why, List.of());
        }
    }
}
