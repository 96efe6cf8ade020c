package dev.windlass.kubernetes;

import dev.windlass.lifecycle.InlineBarrier;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;

/**
 * Objects by some value of theirs. Values are computed outside of any lock, by the user's function; the informer applies them
 * while it holds its own lock, which is taken before this one's.
 */
final class FieldIndex<T extends HasMetadata> {

    private final String name;
    private final ObjectDecoder<T> decoder;
    private final Function<? super T, ? extends Collection<String>> function;
    private final Logger logger;

    private final Map<ObjectKey, Set<String>> valuesByKey = new HashMap<>();
    private final Map<String, Set<ObjectKey>> keysByValue = new HashMap<>();

    FieldIndex(String name, ObjectDecoder<T> decoder, Function<? super T, ? extends Collection<String>> function,
            Logger logger) {
        this.name = name;
        this.decoder = decoder;
        this.function = function;
        this.logger = logger;
    }

    String name() {
        return name;
    }

    /**
     * What the user's function says; nothing when it throws, which must not stop the informer that others use too. The informer lives
     * longer than that function may.
     */
    Set<String> valuesOf(StoredObject stored) {
        List<Set<String>> computed = new ArrayList<>(1);
        InlineBarrier.run(() -> computed.add(compute(stored)));
        return computed.getFirst();
    }

    private Set<String> compute(StoredObject stored) {
        try {
            return Set.copyOf(function.apply(decoder.decode(stored)));
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            logger.atError().setCause(e).addKeyValue("index", name).addKeyValue("object", stored.key())
                    .log("index function failed: the object is left out of the index");
            return Set.of();
        }
    }

    synchronized void put(ObjectKey key, Set<String> values) {
        remove(key);
        if (values.isEmpty()) {
            return;
        }
        valuesByKey.put(key, values);
        for (String value : values) {
            keysByValue.computeIfAbsent(value, none -> new HashSet<>()).add(key);
        }
    }

    synchronized void remove(ObjectKey key) {
        Set<String> values = valuesByKey.remove(key);
        if (values == null) {
            return;
        }
        for (String value : values) {
            Set<ObjectKey> keys = keysByValue.get(value);
            if (keys != null && keys.remove(key) && keys.isEmpty()) {
                keysByValue.remove(value);
            }
        }
    }

    synchronized List<ObjectKey> keys(String value) {
        return List.copyOf(keysByValue.getOrDefault(value, Set.of()));
    }
}
