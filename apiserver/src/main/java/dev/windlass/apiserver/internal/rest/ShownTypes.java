package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.Type;

/** The forms of kinds that are shown otherwise than they are stored; read when the first of their objects is. */
final class ShownTypes {
    private static final BuiltInTypes TYPES = BuiltInTypes.read();
    static final Type AUTOSCALER = TYPES.ofKind("autoscaling", "v1", "HorizontalPodAutoscaler");
    static final Type STORED_AUTOSCALER = TYPES.ofKind("autoscaling", "v2", "HorizontalPodAutoscaler");
    static final Type EVENT = TYPES.ofKind("events.k8s.io", "v1", "Event");
    static final Type STORED_EVENT = TYPES.ofKind("", "v1", "Event");

    private ShownTypes() {
    }
}
