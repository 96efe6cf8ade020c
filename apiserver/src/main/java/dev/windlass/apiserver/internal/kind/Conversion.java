package dev.windlass.apiserver.internal.kind;

import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** Brings custom objects from one version of their definition into another. Thread-safe; it may ask somebody elsewhere, so no lock is held meanwhile. */
public interface Conversion {

    /**
     * Converts objects, which are not changed.
     *
     * @param objects
     *            each in another version than the one that is wanted, which it names
     * @return as many, in the same order
     */
    List<ObjectNode> convert(List<ObjectNode> objects, String apiVersion);
}
