package dev.windlass.cli.operator;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.LoggerFactory;

/**
 * SIGINT, SIGTERM and SIGHUP.
 *
 * <p>A shutdown hook cannot tell a second signal from the first, nor end the process with 0. The class that can is in the module
 * {@code jdk.unsupported}: it is reached by reflection, and without it the JVM's own behaviour stays.
 */
public final class Signals {
    private Signals() {
    }

    /** Runs an action on a thread of its own for each signal. */
    public static void onEach(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            InvocationHandler invocation = (proxy, method, arguments) -> {
                if (method.getDeclaringClass() == Object.class) {
                    return ofObject(proxy, method, arguments);
                }
                action.run();
                return null;
            };
            Object ours = Proxy.newProxyInstance(Signals.class.getClassLoader(), new Class<?>[]{handler}, invocation);
            Method handle = signal.getMethod("handle", signal, handler);
            for (String name : new String[]{"INT", "TERM", "HUP"}) {
                handle.invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
            }
        } catch (ReflectiveOperationException e) {
            LoggerFactory.getLogger(Signals.class).atInfo().setCause(e)
                    .log("signals end the process without a stop report");
        }
    }

    // Two handlers are the same when they are the same object.
    @SuppressWarnings("ReferenceEquality")
    private static Object ofObject(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> proxy == arguments[0];
            default -> "signal handler of windlass";
        };
    }
}
