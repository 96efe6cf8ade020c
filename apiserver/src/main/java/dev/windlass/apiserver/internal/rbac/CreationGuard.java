package dev.windlass.apiserver.internal.rbac;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.auth.RequestInfo;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Who makes an object by a PUT or by applying it must be allowed to create it, too. */
final class CreationGuard implements WriteGuard {
    private final Authorizer authorizer;

    CreationGuard(Authorizer authorizer) {
        this.authorizer = authorizer;
    }

    @Override
    public void check(Target target, ObjectNode object, @Nullable ObjectNode old, Call call) {
        if (old == null && !target.verb().equals("create")) {
            ResourceType type = target.type();
            authorizer.require(call.user(), RequestInfo.ofResource("create", type.group(), type.plural(),
                    target.namespace(), target.name()));
        }
    }
}
