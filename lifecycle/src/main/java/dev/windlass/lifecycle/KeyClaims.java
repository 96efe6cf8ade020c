package dev.windlass.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which generation works on which key of a unit's name. Outlives generations and units: what a quarantined one works on stays
 * claimed until the last of it has ended, also when the name belongs to another unit by then. Thread-safe, without a lock.
 */
final class KeyClaims {

    private record Key(String unit, String key) {
    }

    private final Map<Key, Claim> held = new ConcurrentHashMap<>();

    /** Equal only to itself, so that one that is closed twice does not end a later claim of the same key. */
    private final class Claim implements Registration {

        private final Incarnation holder;
        private final Key key;

        Claim(Incarnation holder, Key key) {
            this.holder = holder;
            this.key = key;
        }

        @Override
        public void close() {
            held.remove(key, this);
        }
    }

    /** Claims a key; null while somebody has it. */
    @Nullable
    Registration claim(Incarnation holder, String key) {
        Claim claim = new Claim(holder, new Key(holder.name(), key));
        return held.putIfAbsent(claim.key, claim) == null ? claim : null;
    }

    /** The keys of a name that are claimed, each with the generation that has it. */
    Map<String, String> of(String unit) {
        Map<String, String> found = new TreeMap<>();
        held.values().forEach(claim -> {
            if (claim.key.unit.equals(unit)) {
                found.put(claim.key.key, claim.holder.id());
            }
        });
        return found;
    }

    List<String> heldBy(Incarnation holder) {
        return held.values().stream().filter(claim -> claim.holder == holder).map(claim -> claim.key.key).sorted()
                .toList();
    }

    void releaseAll(Incarnation holder) {
        held.values().removeIf(claim -> claim.holder == holder);
    }
}
