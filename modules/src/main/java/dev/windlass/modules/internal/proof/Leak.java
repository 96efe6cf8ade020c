package dev.windlass.modules.internal.proof;

import java.util.List;

/**
 * Why a class loader is still there. Strings only.
 *
 * @param what names the thing: the thread, the MBean, the driver, the field
 * @param chain the references from what the JVM keeps to the class loader, one each; empty when no dump was looked at
 * @param remedy what to do about it
 */
public record Leak(LeakCause cause, String what, List<String> chain, String remedy) {

    /** Copies the chain. */
    public Leak {
        chain = List.copyOf(chain);
    }

    static Leak of(LeakCause cause, String what) {
        return new Leak(cause, what, List.of(), cause.remedy());
    }

    /** What holds it, and what to do. */
    @Override
    public String toString() {
        return "%s: %s; %s".formatted(cause, what, remedy);
    }
}
