package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is derived from all objects of a shelf, worked out anew when it is asked for after a change. Thread-safe; no lock is taken. */
final class ShelfView<T> {
    private static final byte[] OPEN = "{".getBytes(StandardCharsets.US_ASCII);

    private final Shelf shelf;
    private final Function<List<Stored>, T> derive;
    private final AtomicLong changes = new AtomicLong();
    private volatile @Nullable Derived<T> last;

    private record Derived<T>(long changes, T value) {
    }

    ShelfView(Shelf shelf, Function<List<Stored>, T> derive) {
        this.shelf = shelf;
        this.derive = derive;
        shelf.listen(changes::incrementAndGet);
    }

    T get() {
        // Read before the objects: a change in between makes what is derived old at once.
        long now = changes.get();
        Derived<T> known = last;
        if (known == null || known.changes() != now) {
            known = new Derived<>(now, derive.apply(shelf.snapshot("").objects()));
            last = known;
        }
        return known.value();
    }

    /** An object without its type. */
    static JsonNode json(Stored stored) {
        return Json.parse(stored.json(OPEN));
    }
}
