package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Owners;
import dev.windlass.kubernetes.ResourceType;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Collection;

/**
 * Says which objects are to be reconciled when another one comes, changes or goes. When it changes, the old and the new version
 * are both mapped. Called on one thread per watch and cluster; must not block for long.
 *
 * @param <S> the Java class of the object that changed
 */
@FunctionalInterface
public interface Mapper<S extends HasMetadata> {

    /** The keys of the objects to reconcile, on the cluster that the object is on. */
    Collection<ObjectKey> map(S object, MapContext context);

    /** Maps an object to those of its owners, controllers or not, that are of a kind. */
    static <S extends HasMetadata> Mapper<S> owners(Class<? extends HasMetadata> ownerType) {
        ResourceType<?> owner = ResourceType.of(ownerType);
        return (object, context) -> {
            ObjectMeta meta = object.getMetadata();
            String namespace = owner.namespaced() ? meta.getNamespace() : "";
            return Owners.ownersOf(meta, owner).stream().map(name -> ObjectKey.of(namespace, name)).toList();
        };
    }
}
