package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;

/**
 * What a reconciler is asked to look at: an object by name, which may not exist any more, on one generation of one cluster.
 *
 * @param resource the kind of the object
 * @param key namespace and name
 * @param cluster the name of the cluster
 * @param clusterGeneration which generation of the cluster; a request never outlives it
 * @param <T> the Java class of the object
 */
public record Request<T extends HasMetadata>(ResourceType<T> resource, ObjectKey key, String cluster,
        long clusterGeneration) {

    /** The namespace of the object, empty for a cluster-scoped one. */
    public String namespace() {
        return key.namespace();
    }

    /** The name of the object. */
    public String name() {
        return key.name();
    }

    @Override
    public String toString() {
        return resource.resource() + " " + key + " on " + cluster + "#" + clusterGeneration;
    }
}
