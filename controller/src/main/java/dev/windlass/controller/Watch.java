package dev.windlass.controller;

import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Observed;
import dev.windlass.kubernetes.Owners;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.OwnerReference;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One source of a controller: what is watched, which changes count, and whose reconciliation each asks for. Immutable.
 *
 * @param id what it is called among the sources of its controller, the same in each generation
 * @param mapper null: the object itself, or, with an owner, its controller of that kind
 * @param owner the kind of the controlling owner; null when the mapper says, or the object itself is meant
 */
record Watch<S extends HasMetadata>(
        String id, WatchSpec<S> spec, Predicate<S> predicate, @Nullable Mapper<S> mapper,
        @Nullable ResourceType<?> owner) {

    static <T extends HasMetadata> Watch<T> primary(WatchSpec<T> spec, Predicate<T> predicate) {
        return new Watch<>(primaryId(spec), spec, predicate, null, null);
    }

    static String primaryId(WatchSpec<?> spec) {
        return "for " + describe(spec);
    }

    static <S extends HasMetadata> Watch<S> owned(WatchSpec<S> spec, Predicate<S> predicate, ResourceType<?> owner) {
        return new Watch<>("owns " + describe(spec), spec, predicate, null, owner);
    }

    static <S extends HasMetadata> Watch<S> mapped(int number, WatchSpec<S> spec, Predicate<S> predicate,
            Mapper<S> mapper) {
        return new Watch<>("watches " + describe(spec) + " (" + number + ")", spec, predicate, mapper, null);
    }

    /** One that was added later: it is not called like any that a description has, nor one that comes to have more of them. */
    static <S extends HasMetadata> Watch<S> added(int number, WatchSpec<S> spec, Predicate<S> predicate,
            Mapper<S> mapper) {
        return new Watch<>("watches " + describe(spec) + " (added " + number + ")", spec, predicate, mapper, null);
    }

    boolean isPrimary() {
        return mapper == null && owner == null;
    }

    /** Whose reconciliation a version of an object asks for. */
    Collection<ObjectKey> targets(Observed<S> observed, MapContext context) {
        if (mapper != null) {
            return mapper.map(observed.object(), context);
        }
        if (owner == null) {
            return List.of(observed.key());
        }
        ObjectMeta meta = observed.metadata();
        ResourceType<?> kind = owner;
        return Owners.controllerOf(meta).filter(reference -> matches(reference, kind))
                .map(reference -> List
                        .of(ObjectKey.of(kind.namespaced() ? meta.getNamespace() : "", reference.getName())))
                .orElse(List.of());
    }

    /** Any version of the group: an owner reference is not rewritten when its owner moves to another version. */
    private static boolean matches(OwnerReference reference, ResourceType<?> kind) {
        String version = reference.getApiVersion();
        int slash = version.indexOf('/');
        return reference.getKind().equals(kind.kind())
                && (slash < 0 ? "" : version.substring(0, slash)).equals(kind.group());
    }

    private static String describe(WatchSpec<?> spec) {
        return spec.resource().resource() + (spec.namespace().isEmpty() ? "" : " in " + spec.namespace())
                + (spec.labelSelector().isEmpty() ? "" : " with " + spec.labelSelector())
                + (spec.fieldSelector().isEmpty() ? "" : " where " + spec.fieldSelector());
    }
}
