package dev.windlass.apiserver.internal.kind;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a custom resource definition says of one version.
 *
 * @param definition
 *            name of the definition
 * @param schema
 *            the {@code openAPIV3Schema}; null when there is none
 * @param preserveUnknown
 *            nothing is pruned
 * @param columns
 *            printer columns beside name and age, as written in the definition
 * @param scale
 *            paths of the scale sub-resource, null when there is none
 */
public record CustomVersion(String definition, @Nullable ObjectNode schema, boolean preserveUnknown,
        List<ObjectNode> columns,
        @Nullable ObjectNode scale) {
}
