package dev.windlass.lifecycle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * SIGTERM and SIGINT of this process, for programs that ask for them. Uses {@code sun.misc.Signal}, the only way to end with
 * an exit code of one's own, through reflection: a JVM without it is told so by an exception.
 */
public final class ProcessSignals {

    private ProcessSignals() {
    }

    /**
     * Calls back with {@code TERM} or {@code INT} at each such signal, on a thread of the JVM. Closing the registration
     * restores what handled them before.
     *
     * @throws LifecycleException when this JVM does not let programs handle signals
     */
    public static Registration onTermination(Consumer<String> action) {
        Deque<Runnable> restore = new ArrayDeque<>();
        try {
            for (String signal : new String[]{"TERM", "INT"}) {
                restore.push(install(signal, action));
            }
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            restore.forEach(Runnable::run);
            throw new LifecycleException("this JVM does not let programs handle SIGTERM and SIGINT (" + e
                    + "): add the module jdk.unsupported, start without -Xrs, or stop the manager by other means", e);
        }
        return () -> {
            while (!restore.isEmpty()) {
                restore.pop().run();
            }
        };
    }

    private static Runnable install(String name, Consumer<String> action) throws ReflectiveOperationException {
        Class<?> signalType = Class.forName("sun.misc.Signal");
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        Object signal = signalType.getConstructor(String.class).newInstance(name);
        Object handler = Proxy.newProxyInstance(ProcessSignals.class.getClassLoader(), new Class<?>[]{handlerType},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("handle")) {
                        action.accept(name);
                    }
                    return switch (method.getName()) {
                        case "equals" -> System.identityHashCode(proxy) == System.identityHashCode(arguments[0]);
                        case "hashCode" -> System.identityHashCode(proxy);
                        case "toString" -> "handler of " + name;
                        default -> null;
                    };
                });
        Object before = handle(signalType, handlerType, signal, handler);
        return () -> {
            try {
                handle(signalType, handlerType, signal, before);
            } catch (ReflectiveOperationException e) {
                throw new LifecycleException("the handler of SIG" + name + " could not be restored: " + e, e);
            }
        };
    }

    private static Object handle(Class<?> signalType, Class<?> handlerType, Object signal, Object handler)
            throws ReflectiveOperationException {
        try {
            return signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                throw refused;
            }
            throw e;
        }
    }
}
