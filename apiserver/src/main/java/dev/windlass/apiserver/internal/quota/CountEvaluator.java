package dev.windlass.apiserver.internal.quota;

import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Of most kinds quotas limit the number of objects only.
 *
 * @param names
 *            what that is called
 */
record CountEvaluator(List<String> names) implements Evaluator {

    @Override
    public boolean handles(String subresource, ObjectNode object, @Nullable ObjectNode old) {
        return subresource.isEmpty() && old == null;
    }

    @Override
    public boolean takes(String resource) {
        return names.contains(resource);
    }

    @Override
    public boolean isIn(ScopeSelector scope, ObjectNode object) {
        return false;
    }

    @Override
    public ResourceList usage(ObjectNode object) {
        return ResourceList.each(names, ResourceList.ONE);
    }
}
