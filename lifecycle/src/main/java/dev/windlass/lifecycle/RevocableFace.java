package dev.windlass.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/** Stands before something of an interface, and asks before each call whether it may still be used. */
final class RevocableFace implements InvocationHandler {

    private final Object target;
    private final Runnable check;

    private RevocableFace(Object target, Runnable check) {
        this.target = target;
        this.check = check;
    }

    /** @param check throws when it may not be used any more */
    static <T> T of(Class<T> type, T target, Runnable check) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException(
                    "%s cannot be made revocable: it is no interface; hand in one that %s implements"
                            .formatted(type.getName(), target.getClass().getName()));
        }
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[]{type},
                new RevocableFace(target, check)));
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a face is equal to itself only
    public @Nullable Object invoke(Object face, Method method, Object @Nullable [] arguments) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) { // these three are all that a proxy is asked for
                case "equals" -> arguments != null && face == arguments[0];
                case "hashCode" -> System.identityHashCode(face);
                default -> "revocable " + target;
            };
        }
        check.run();
        if (!method.canAccess(target)) {
            method.setAccessible(true); // of an interface that its package keeps to itself
        }
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }
}
