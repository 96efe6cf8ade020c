package dev.windlass.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Stands before something of an interface, until it is revoked. */
final class RevocableFace implements InvocationHandler {

    private final Supplier<? extends RuntimeException> refusal;
    private volatile @Nullable Object target;

    private RevocableFace(Object target, Supplier<? extends RuntimeException> refusal) {
        this.target = target;
        this.refusal = refusal;
    }

    /**
     * @param refusal what is thrown once it may not be used any more
     * @param kept is told of it, to revoke it; who has the face may have it for long, and must not keep what is behind it
     */
    static <T> T of(Class<T> type, T target, Supplier<? extends RuntimeException> refusal,
            Consumer<RevocableFace> kept) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(
                    "%s cannot be made revocable: it is no interface; hand in one that %s implements"
                            .formatted(type.getName(), target.getClass().getName()));
        }
        RevocableFace face = new RevocableFace(target, refusal);
        kept.accept(face);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type}, face));
    }

    /** From now on it refuses. */
    void revoke() {
        target = null;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a face is equal to itself only
    public @Nullable Object invoke(Object face, Method method, Object @Nullable [] arguments) throws Throwable {
        Object present = target;
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) { // these three are all that a proxy is asked for
                case "equals" -> arguments != null && face == arguments[0];
                case "hashCode" -> System.identityHashCode(face);
                default -> "revocable " + (present == null ? "and revoked" : present);
            };
        }
        if (present == null) {
            throw refusal.get();
        }
        if (!method.canAccess(present)) {
            method.setAccessible(true); // of an interface that its package keeps to itself
        }
        try {
            return method.invoke(present, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
