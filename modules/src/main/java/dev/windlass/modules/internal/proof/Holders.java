package dev.windlass.modules.internal.proof;

import java.lang.Thread.UncaughtExceptionHandler;
import java.lang.reflect.Field;
import java.security.Provider;
import java.security.Security;
import java.sql.Driver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import javax.management.InstanceNotFoundException;
import javax.management.MBeanServer;
import javax.management.MBeanServerFactory;
import javax.management.ObjectName;
import org.jspecify.annotations.Nullable;

/**
 * What the JVM's own lists show of a class loader: drivers, MBeans, log handlers, threads and the like, without a dump of the heap. What
 * they do not show, virtual threads and everything that the host keeps in fields of its own, is found in a dump only.
 */
final class Holders {

    /** Takes one thing away again. */
    interface Undo {

        void run() throws Throwable;
    }

    /**
     * One thing that holds the loader.
     *
     * @param undo
     *            null when it is not for anybody else to take away
     * @param thread
     *            that is the module's own and may end by itself; null when it is something else
     */
    record Holder(LeakCause cause, String name, @Nullable Undo undo, @Nullable Thread thread) {
    }

    private final ClassLoader loader;
    private final List<Holder> found = new ArrayList<>();

    private Holders(ClassLoader loader) {
        this.loader = loader;
    }

    /** All that there are. */
    static List<Holder> of(ClassLoader loader) {
        Holders holders = new Holders(loader);
        if (has("java.sql")) {
            holders.drivers();
        }
        if (has("java.management")) {
            holders.beans();
        }
        if (has("java.logging")) {
            holders.logHandlers();
        }
        holders.defaultHandler();
        holders.securityProviders();
        holders.shutdownHooks();
        holders.threads();
        return holders.found;
    }

    /** The first one, in words; null when none is visible. */
    static @Nullable Leak first(ClassLoader loader) {
        List<Holder> all = of(loader);
        return all.isEmpty() ? null : Leak.of(all.getFirst().cause(), all.getFirst().name());
    }

    static boolean has(String module) {
        return ModuleLayer.boot().findModule(module).isPresent();
    }

    @SuppressWarnings("ReferenceEquality") // one of the same name is another one
    private boolean isLoader(@Nullable Object candidate) {
        return candidate == loader;
    }

    private boolean isOurs(@Nullable Object object) {
        return object != null && isLoader(object.getClass().getClassLoader());
    }

    private void add(LeakCause cause, String name, @Nullable Undo undo) {
        found.add(new Holder(cause, name, undo, null));
    }

    private void drivers() {
        try {
            DriversOfLoader drivers = new DriversOfLoader(loader);
            for (Driver driver : drivers.all()) {
                if (isOurs(driver)) {
                    add(LeakCause.JDBC_DRIVER, describe(driver), () -> drivers.remove(driver));
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the JDBC drivers cannot be listed", e);
        }
    }

    /** On all servers that there are: asking for the platform's would start it, which takes as long as a small module's life. */
    private void beans() {
        MBeanServerFactory.findMBeanServer(null).forEach(this::beans);
    }

    private void beans(MBeanServer server) {
        for (ObjectName name : server.queryNames(null, null)) {
            try {
                if (isLoader(server.getClassLoaderFor(name))) {
                    add(LeakCause.MBEAN, name.getCanonicalName(), () -> server.unregisterMBean(name));
                }
            } catch (InstanceNotFoundException e) {
                // it has gone since
            }
        }
    }

    private void logHandlers() {
        LogManager logs = LogManager.getLogManager();
        for (String name : Collections.list(logs.getLoggerNames())) {
            Logger logger = logs.getLogger(name);
            if (logger == null) {
                continue;
            }
            String where = name.isEmpty() ? "the root logger" : "logger " + name;
            for (Handler handler : logger.getHandlers()) {
                if (isOurs(handler)) {
                    add(LeakCause.LOG_HANDLER, "%s on %s".formatted(handler.getClass().getName(), where),
                            () -> logger.removeHandler(handler));
                } else if (isOurs(handler.getFilter())) {
                    add(LeakCause.LOG_HANDLER, "the filter of a handler of " + where, () -> handler.setFilter(null));
                } else if (isOurs(handler.getFormatter())) {
                    add(LeakCause.LOG_HANDLER, "the formatter of a handler of " + where, null);
                }
            }
            if (isOurs(logger.getFilter())) {
                add(LeakCause.LOG_HANDLER, "the filter of " + where, () -> logger.setFilter(null));
            }
        }
    }

    private void defaultHandler() {
        UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
        if (isOurs(handler)) {
            add(LeakCause.UNCAUGHT_EXCEPTION_HANDLER, "the default one, " + describe(handler), () -> {
                if (isOurs(Thread.getDefaultUncaughtExceptionHandler())) {
                    Thread.setDefaultUncaughtExceptionHandler(null);
                }
            });
        }
    }

    private void securityProviders() {
        for (Provider provider : Security.getProviders()) {
            if (isOurs(provider)) {
                add(LeakCause.SECURITY_PROVIDER, "%s (%s)".formatted(provider.getName(), describe(provider)),
                        () -> Security.removeProvider(provider.getName()));
            }
        }
    }

    /** Shown only when the host has opened {@code java.lang}. */
    private void shutdownHooks() {
        try {
            Field field = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
            if (field.trySetAccessible() && field.get(null) instanceof Map<?, ?> hooks) {
                for (Object hook : List.copyOf(hooks.keySet())) {
                    if (hook instanceof Thread thread && (isOurs(thread)
                            || isLoader(thread.getContextClassLoader()))) {
                        add(LeakCause.SHUTDOWN_HOOK, describe(thread),
                                () -> Runtime.getRuntime().removeShutdownHook(thread));
                    }
                }
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM keeps its shutdown hooks elsewhere", e);
        }
    }

    private void threads() {
        for (Thread thread : platformThreads()) {
            String name = describe(thread);
            boolean inherited = isLoader(thread.getContextClassLoader());
            if (inherited && thread.getClass().getName().equals("java.util.TimerThread")) {
                found.add(new Holder(LeakCause.TIMER, name, null, thread));
            } else if (isOurs(thread) || (inherited && runs(thread.getStackTrace()))) {
                found.add(new Holder(LeakCause.THREAD, name, null, thread));
            } else {
                borrowed(thread, name);
            }
        }
    }

    /** Those that are alive, without their stacks: of most nobody wants them, and they stop all threads at once. */
    private static List<Thread> platformThreads() {
        ThreadGroup root = Thread.currentThread().getThreadGroup();
        while (root.getParent() != null) {
            root = root.getParent();
        }
        Thread[] room = new Thread[root.activeCount() + 16];
        int count = root.enumerate(room);
        while (count == room.length) { // those that do not fit are left out without a word
            room = new Thread[2 * room.length];
            count = root.enumerate(room);
        }
        return List.of(Arrays.copyOf(room, count));
    }

    /** A thread of the host, which has something of the module all the same. */
    private void borrowed(Thread thread, String name) {
        if (isLoader(thread.getContextClassLoader())) {
            add(LeakCause.CONTEXT_CLASS_LOADER, name,
                    () -> thread.setContextClassLoader(Holders.class.getClassLoader()));
        }
        UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
        if (isOurs(handler)) {
            add(LeakCause.UNCAUGHT_EXCEPTION_HANDLER, "%s of %s".formatted(describe(handler), name),
                    () -> thread.setUncaughtExceptionHandler(null));
        }
    }

    /** Frames know the name of a loader only, which the next load of a module shares. */
    private boolean runs(StackTraceElement[] stack) {
        String name = loader.getName();
        for (StackTraceElement frame : stack) {
            if (name != null && name.equals(frame.getClassLoaderName())) {
                return true;
            }
        }
        return false;
    }

    private static String describe(Thread thread) {
        return "thread \"%s\"".formatted(thread.getName());
    }

    private static String describe(Object object) {
        return object.getClass().getName();
    }
}
