package dev.windlass.modules;

import java.net.URL;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a module sees of its host: the JDK, the public API of Windlass, and the types that it is written with. Of all other
 * libraries the module has its own, or none, so that the host's versions of them, and what they keep, are never the module's.
 */
final class HostClasses extends ClassLoader {

    static {
        registerAsParallelCapable();
    }

    private static final String OURS = "dev.windlass.";
    /** The rooms whose root packages are public API; not {@code cli}, {@code testkit} and {@code apiserver}, which are programs and tests. */
    private static final Set<String> ROOMS = Set.of("lifecycle", "workqueue", "kubernetes", "controller", "server",
            "modules");
    /** The packages, with all that is in them, whose types are in the signatures of that API, or annotate a model. */
    private static final List<String> SHARED = List.of("io.fabric8.kubernetes.", "io.fabric8.crd.",
            "com.fasterxml.jackson.annotation.", "io.prometheus.metrics.", "org.slf4j.", "org.jspecify.");

    private final ClassLoader host;

    HostClasses(ClassLoader host) {
        super("the host of a module", getPlatformClassLoader());
        this.host = host;
    }

    static boolean shows(String className) {
        if (className.startsWith(OURS)) {
            int dot = className.indexOf('.', OURS.length());
            return dot > 0 && ROOMS.contains(className.substring(OURS.length(), dot))
                    && className.indexOf('.', dot + 1) < 0;
        }
        return SHARED.stream().anyMatch(className::startsWith);
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        if (shows(name)) {
            return host.loadClass(name);
        }
        throw new ClassNotFoundException(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
        return null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) {
        return Collections.emptyEnumeration();
    }
}
