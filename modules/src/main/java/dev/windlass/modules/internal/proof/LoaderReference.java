package dev.windlass.modules.internal.proof;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The reference by whose end the end of a class loader is known, and by whose {@code number} the loader is found in a dump of the heap:
 * objects have no identity there but their addresses.
 */
final class LoaderReference extends PhantomReference<ClassLoader> {

    private static final AtomicLong NUMBERS = new AtomicLong();

    /** Unique in the JVM, also among copies of this class. */
    final long number = (long) System.identityHashCode(LoaderReference.class) << 32 | NUMBERS.incrementAndGet();

    final UnloadProof proof;

    LoaderReference(ClassLoader loader, ReferenceQueue<Object> queue, UnloadProof proof) {
        super(loader, queue);
        this.proof = proof;
    }
}
