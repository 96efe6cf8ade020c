package dev.windlass.lifecycle;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The root of what this package throws: unchecked, with a message that names the thing, the value and the remedy. It may be kept for
 * long, by an operation that has failed for instance, and keeps no class in turn of whoever's code was running.
 */
public class LifecycleException extends RuntimeException {

    /** A failure with a message. */
    public LifecycleException(String message) {
        super(message);
    }

    /** A failure with a message and what caused it. */
    public LifecycleException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /**
     * The same stack in words only: the one that the JVM notes down refers to the classes on it, and would keep those of a unit that
     * could be unloaded otherwise.
     */
    @Override
    public synchronized Throwable fillInStackTrace() {
        StackTraceElement[] all = new Throwable().getStackTrace();
        int from = 1;
        while (from < all.length && all[from].getMethodName().equals("<init>") && isMine(all[from].getClassName())) {
            from++;
        }
        setStackTrace(Arrays.copyOfRange(all, from, all.length));
        return this;
    }

    private boolean isMine(String className) {
        for (Class<?> at = getClass(); at != null; at = at.getSuperclass()) {
            if (at.getName().equals(className)) {
                return true;
            }
        }
        return false;
    }
}
