package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Reservation;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * Who has what only one can have: objects that are stored, and requests that are about to store one. Thread-safe, as long as one object is not held by two
 * threads at once.
 *
 * @param <T>
 *            what they have
 */
final class Holders<T> {
    private final Map<T, String> holders = new ConcurrentHashMap<>();
    /** By the uid of who has it; so that nobody looks through what all others have. */
    private final Map<String, Set<T>> held = new ConcurrentHashMap<>();
    private final Set<T> claimed = ConcurrentHashMap.newKeySet();

    /** What one request takes. Not thread-safe. */
    final class Claims {
        private final boolean dryRun;
        private final Set<T> mine = new HashSet<>();

        private Claims(Reservation reservation) {
            this.dryRun = reservation.dryRun();
            if (!dryRun) {
                reservation.onClose(() -> claimed.removeAll(mine));
            }
        }

        /** @return false when somebody has it, be it this request */
        boolean take(T what) {
            if (holders.containsKey(what) || mine.contains(what) || (!dryRun && !claimed.add(what))) {
                return false;
            }
            mine.add(what);
            // Whoever had claimed it holds it before he lets go of the claim.
            return !holders.containsKey(what);
        }
    }

    Claims claims(Reservation reservation) {
        return new Claims(reservation);
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
