package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which of the objects that are stored has what only one can have. Thread-safe.
 *
 * @param <T>
 *            what they have
 */
final class Holders<T> {
    private final Map<T, String> holders = new ConcurrentHashMap<>();

    boolean isHeld(T what) {
        return holders.containsKey(what);
    }

    /** An object has all of these now, and nothing else any more. */
    void hold(ObjectNode object, Set<T> all) {
        String uid = Json.textOrEmpty(object, "metadata", "uid");
        holders.entrySet().removeIf(each -> each.getValue().equals(uid) && !all.contains(each.getKey()));
        all.forEach(each -> holders.put(each, uid));
    }
}
