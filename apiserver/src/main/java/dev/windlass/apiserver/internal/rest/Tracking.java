package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Tells who manages which fields of what is written, in whatever version. Thread-safe. */
final class Tracking {
    private final Resources resources;
    private final Shapes shapes;

    Tracking(Resources resources) {
        this.resources = resources;
        this.shapes = resources.shapes();
    }

    /** Who manages what, for a request. */
    FieldManagement of(Reach reach) {
        ResourceType type = reach.type();
        return new FieldManagement(shapes.typeOf(type), type.apiVersion(), reach.subresource(), reach.unmanaged(),
                resources.surroundings().now(), (object, from, to) -> shown(object, type.kind(), from, to));
    }

    /**
     * Sets the managed fields of an object that is created or updated. Nobody manages what others are not shown of it.
     *
     * @param live
     *            what is stored now; the zero of its type when it is created
     */
    void update(Reach reach, ObjectNode live, ObjectNode object, String manager) {
        ObjectNode written = shapes.written(object, reach.type());
        of(reach).update(live, written, manager);
        Reach.shareInMetadata("managedFields", written, object);
    }

    /** An object as another version of the API shows it; null when there is no such version, or it shows it alike. */
    private FieldManagement.@Nullable Shown shown(ObjectNode object, String kind, String from, String to) {
        ResourceType one = resources.catalog().ofKind(from, kind);
        ResourceType other = resources.catalog().ofKind(to, kind);
        if (one == null || other == null || !one.storageId().equals(other.storageId())
                || Objects.equals(Face.of(one), Face.of(other))) {
            return null;
        }
        Face face = Face.of(other);
        ObjectNode stored = Face.toStorage(object, one);
        ObjectNode shown = (face == null ? stored : face.fromStorage().apply(stored)).deepCopy();
        shown.put("apiVersion", to);
        return new FieldManagement.Shown(shown, shapes.typeOf(other));
    }
}
