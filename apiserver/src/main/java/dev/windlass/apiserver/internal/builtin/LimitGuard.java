package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WriteGuard;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Pods and claims keep within the limit ranges of their namespace. Those of a pod that is there are looked at only when it is resized. */
final class LimitGuard implements WriteGuard {
    private final LimitRanges ranges;

    LimitGuard(LimitRanges ranges) {
        this.ranges = ranges;
    }

    @Override
    public void checkValid(Target target, ObjectNode object, @Nullable ObjectNode old, Call call,
            List<String> warnings) {
        if (!isLimited(target, old)) {
            return;
        }
        ResourceType type = target.type();
        Field spec = Field.of(object, new ArrayList<>()).at("spec");
        for (ObjectNode range : ranges.of(target.namespace())) {
            Set<String> problems = new LinkedHashSet<>();
            for (JsonNode limit : range.path("spec").path("limits")) {
                LimitBounds bounds = new LimitBounds(limit, problems);
                if (type.plural().equals("pods")) {
                    bounds.checkPod(spec);
                } else {
                    bounds.checkClaim(spec);
                }
            }
            if (!problems.isEmpty()) {
                String told = String.join(", ", problems);
                throw ApiException.forbidden("", type.plural(), Metadata.name(object),
                        problems.size() == 1 ? told : "[" + told + "]", List.of());
            }
        }
    }

    private static boolean isLimited(Target target, @Nullable ObjectNode old) {
        String id = target.type().storageId();
        boolean pods = id.equals("/pods");
        if (!pods && !id.equals("/persistentvolumeclaims")) {
            return false;
        }
        String subresource = pods && old != null ? "resize" : "";
        return target.subresource().equals(subresource) && (old == null || !Metadata.deleting(old));
    }
}
