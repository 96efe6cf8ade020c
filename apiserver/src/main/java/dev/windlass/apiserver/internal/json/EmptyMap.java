package dev.windlass.apiserver.internal.json;

import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A map that is there and has nothing in it: as good as none, which an empty struct is not, though both are written alike. */
final class EmptyMap extends ObjectNode {
    EmptyMap() {
        super(JsonNodeFactory.instance);
    }

    @Override
    public ObjectNode deepCopy() {
        return isEmpty() ? new EmptyMap() : super.deepCopy();
    }
}
