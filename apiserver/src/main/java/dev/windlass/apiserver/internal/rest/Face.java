package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.kind.ResourceType;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * How one version of the API shows objects of a built-in kind that are stored as another version has them.
 *
 * @param fromStorage
 *            makes what is shown of what is stored, which is not changed
 * @param toStorage
 *            makes what is stored of what is shown, which is not changed
 * @param toOther
 *            the same without the defaults of what is stored
 */
record Face(UnaryOperator<ObjectNode> fromStorage, UnaryOperator<ObjectNode> toStorage,
        UnaryOperator<ObjectNode> toOther) {
    private static final Face EVENTS = new Face(EventFields::fromStorage, EventFields::toStorage,
            EventFields::toStorage);
    private static final Face AUTOSCALERS = new Face(AutoscalerFields::fromStorage,
            // what has no name is no object but what is told in its place
            object -> Metadata.name(object).isEmpty() ? object : AutoscalerFields.toStorage(object),
            AutoscalerFields::read);

    /** The face of a type; null when it shows its objects as they are stored. */
    static @Nullable Face of(ResourceType type) {
        if (type.is("events.k8s.io", "events")) {
            return EVENTS;
        }
        return type.version().equals("v1") && type.is("autoscaling", "horizontalpodautoscalers") ? AUTOSCALERS : null;
    }

    /** An object of a type as it is stored. */
    static ObjectNode toStorage(ObjectNode object, ResourceType type) {
        Face face = of(type);
        return face == null ? object : face.toStorage().apply(object);
    }

    /** An object of a type as another version of its kind shows it: a copy. */
    static ObjectNode convert(ObjectNode object, ResourceType from, ResourceType to) {
        Face shown = of(from);
        Face wanted = of(to);
        ObjectNode other = shown == null ? object.deepCopy() : shown.toOther().apply(object);
        return (wanted == null ? other : wanted.fromStorage().apply(other)).put("apiVersion", to.apiVersion());
    }
}
