package dev.windlass.kubernetes;

import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Serialization} for the classes of the host, and one for each other class loader whose classes are read or written: each
 * remembers the classes that it has seen, and those of a feature module are to go with the module. The others are there for as long as
 * somebody uses them. Thread-safe.
 */
final class Serializations {

    private final Serialization host = Serialization.create(Thread.currentThread().getContextClassLoader());
    private final Map<ClassLoader, WeakReference<Serialization>> others = new WeakHashMap<>();

    /** That of the host's own classes, and of whatever is nobody's. */
    Serialization host() {
        return host;
    }

    /** That of the classes which a class loader finds; to be kept for as long as it is used. */
    Serialization of(@Nullable ClassLoader loader) {
        if (loader == null || host.covers(loader)) {
            return host;
        }
        synchronized (others) {
            WeakReference<Serialization> known = others.get(loader);
            Serialization present = known == null ? null : known.get();
            if (present == null) {
                present = Serialization.create(loader);
                others.put(loader, new WeakReference<>(present));
            }
            return present;
        }
    }

    /** The one given if it is for a class too, else that of the class. */
    Serialization of(Class<?> type, Serialization preferred) {
        ClassLoader loader = type.getClassLoader();
        return preferred.covers(loader) ? preferred : of(loader);
    }
}
