package dev.windlass.controller;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Classes of the package {@code dev.windlass.hot} that are loaded anew, and the proof that nothing holds them any more. */
final class HotCode extends URLClassLoader {

    private static final String PACKAGE = "dev.windlass.hot.";

    HotCode() {
        super(new URL[]{HotCode.class.getProtectionDomain().getCodeSource().getLocation()},
                HotCode.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PACKAGE)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> present = findLoadedClass(name);
            return present == null ? findClass(name) : present;
        }
    }

    /** An instance of one of its classes, by a type that we know. */
    <T> T make(Class<T> type, String simpleName) throws ReflectiveOperationException {
        return type.cast(loadClass(PACKAGE + simpleName).getConstructor().newInstance());
    }

    /** Waits until it has been collected; a dump of the heap shows what holds it if it is not. */
    static void awaitCollected(WeakReference<? extends ClassLoader> loader, String what) throws IOException {
        try {
            Awaitility.await(what + " is collected").atMost(World.LIMIT).until(() -> {
                System.gc();
                return loader.refersTo(null);
            });
        } catch (ConditionTimeoutException e) {
            Path dump = Path.of("target", "held-" + System.nanoTime() + ".hprof").toAbsolutePath();
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class).dumpHeap(dump.toString(), true);
            throw new AssertionError(what + " is still held: look for " + HotCode.class.getName() + " in " + dump, e);
        }
    }
}
