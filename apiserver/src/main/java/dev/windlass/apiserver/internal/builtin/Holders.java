package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which of the objects that are stored has what only one can have. Thread-safe, as long as one object is not held by two threads at once.
 *
 * @param <T>
 *            what they have
 */
final class Holders<T> {
    private final Map<T, String> holders = new ConcurrentHashMap<>();
    /** By the uid of who has it; so that nobody looks through what all others have. */
    private final Map<String, Set<T>> held = new ConcurrentHashMap<>();

    boolean isHeld(T what) {
        return holders.containsKey(what);
    }

    /** An object has all of these now, and nothing else any more. */
    void hold(ObjectNode object, Set<T> all) {
        String uid = Json.textOrEmpty(object, "metadata", "uid");
        Set<T> before = all.isEmpty() ? held.remove(uid) : held.put(uid, Set.copyOf(all));
        if (before != null) {
            before.stream().filter(each -> !all.contains(each)).forEach(each -> holders.remove(each, uid));
        }
        all.forEach(each -> holders.put(each, uid));
    }
}
