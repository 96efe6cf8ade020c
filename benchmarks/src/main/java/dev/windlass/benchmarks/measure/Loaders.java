package dev.windlass.benchmarks.measure;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;

/** Class loaders that are to be collected. */
public final class Loaders {

    private static final int MOST_COLLECTIONS = 50;

    private final List<WeakReference<ClassLoader>> watched = new ArrayList<>();

    /** Remembers one, weakly. */
    public void watch(ClassLoader loader) {
        watched.add(new WeakReference<>(loader));
    }

    /** Collects until none of them is left. */
    public void awaitCollected() {
        for (int i = 0; !watched.isEmpty(); i++) {
            if (i == MOST_COLLECTIONS) {
                throw new IllegalStateException("%d class loaders are still there".formatted(watched.size()));
            }
            System.gc();
            watched.removeIf(loader -> loader.refersTo(null));
        }
    }
}
