package dev.windlass.modules.internal.proof;

import java.lang.classfile.ClassFile;
import java.lang.constant.ClassDesc;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;

/**
 * A class loader with one class that nobody holds. When it is gone there has been a collection, begun after its making, that unloads
 * classes; whatever else was unreachable by then is gone too, or was waiting for a finalizer. So nothing needs to be known of the
 * collectors: G1 announces each of its concurrent cycles twice, ZGC and Shenandoah announce cycles and pauses, and each looks at all
 * classes in some of its runs only. A loader without a class would not do: it would go with any young collection.
 */
final class Canary extends PhantomReference<Object> {

    private static final byte[] CLASS = ClassFile.of().build(ClassDesc.of("Canary"), type -> {
        // nothing in it
    });

    /** Rises from one canary of a watch to the next. */
    final long number;

    private Canary(Object loader, ReferenceQueue<Object> queue, long number) {
        super(loader, queue);
        this.number = number;
    }

    static Canary release(ReferenceQueue<Object> queue, long number) {
        Cage cage = new Cage();
        cage.define();
        return new Canary(cage, queue, number);
    }

    private static final class Cage extends ClassLoader {

        Cage() {
            super("windlass-canary", null);
        }

        void define() {
            defineClass("Canary", CLASS, 0, CLASS.length);
        }
    }
}
