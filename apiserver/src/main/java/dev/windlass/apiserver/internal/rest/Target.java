package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.kind.ResourceType;

/**
 * What a request is about.
 *
 * @param verb
 *            get, list, watch, create, update, patch, delete, deletecollection
 * @param namespace
 *            empty for cluster-scoped resources and for all namespaces
 * @param name
 *            empty for collections
 * @param subresource
 *            empty for the object itself
 */
public record Target(String verb, ResourceType type, String namespace, String name, String subresource) {
}
