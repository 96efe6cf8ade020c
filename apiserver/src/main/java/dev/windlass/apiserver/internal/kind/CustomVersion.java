package dev.windlass.apiserver.internal.kind;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a custom resource definition says of one version.
 *
 * @param definition
 *            name of the definition
 * @param storageVersion
 *            the version in which objects are stored
 * @param schema
 *            the {@code openAPIV3Schema}; null when there is none
 * @param preserveUnknown
 *            nothing is pruned
 * @param columns
 *            printer columns beside name and age, as written in the definition
 * @param scale
 *            paths of the scale sub-resource, null when there is none
 * @param deprecation
 *            what whoever uses it is warned of, null when it is not deprecated
 * @param terminating
 *            whether the definition is being deleted, so that nothing new is created
 * @param conversion
 *            brings objects from one version into another; null when there is one only
 */
public record CustomVersion(String definition, String storageVersion, @Nullable ObjectNode schema,
        boolean preserveUnknown,
        List<ObjectNode> columns,
        @Nullable ObjectNode scale, @Nullable String deprecation, boolean terminating,
        @Nullable Conversion conversion) {
}
