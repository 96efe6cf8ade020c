package dev.windlass.controller;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * The code of a generation whose place another one takes that has a class loader of its own. Watches that were added by it go with it:
 * they would keep its classes. Those of anybody else stay.
 */
final class LeavingCode {

    private static final LeavingCode NONE = new LeavingCode(null);

    private final WeakReference<@Nullable ClassLoader> loader;

    private LeavingCode(@Nullable ClassLoader loader) {
        this.loader = new WeakReference<>(loader);
    }

    /** Nobody's, when both are the same, or the one before is of the host. */
    static LeavingCode of(@Nullable ClassLoader before, @Nullable ClassLoader next) {
        return before == null || isSame(before, next) || isHosts(before) ? NONE : new LeavingCode(before);
    }

    /** Whether a watch needs something of it. */
    boolean has(Watch<?> watch) {
        ClassLoader leaving = loader.get();
        return leaving != null && (isSame(leaving, watch.spec().resource().type().getClassLoader())
                || isOf(leaving, watch.mapper()) || isOf(leaving, watch.predicate()));
    }

    private static boolean isOf(ClassLoader leaving, @Nullable Object code) {
        return code != null && isSame(leaving, code.getClass().getClassLoader());
    }

    private static boolean isHosts(ClassLoader one) {
        for (ClassLoader host = LeavingCode.class.getClassLoader(); host != null; host = host.getParent()) {
            if (isSame(host, one)) {
                return true;
            }
        }
        return isSame(ClassLoader.getSystemClassLoader(), one);
    }

    @SuppressWarnings("ReferenceEquality") // one that is called the same is another one
    private static boolean isSame(ClassLoader one, @Nullable ClassLoader other) {
        return one == other;
    }
}
