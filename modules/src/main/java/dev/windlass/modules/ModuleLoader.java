package dev.windlass.modules;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.URLConnection;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The class loader of one load of a module. What the host shows comes from there, everything else from the module's own jars, whose
 * calls that would end the JVM are replaced on the way, see {@link Exits}.
 */
final class ModuleLoader extends URLClassLoader {

    static {
        registerAsParallelCapable();
    }

    private final String module;

    /** @param jars where classes are looked for, in order; not deleted before this is closed */
    ModuleLoader(String module, List<Path> jars, ClassLoader host) {
        super(module, urls(jars), new HostClasses(host));
        this.module = module;
    }

    private static URL[] urls(List<Path> jars) {
        return jars.stream().map(ModuleLoader::url).toArray(URL[]::new);
    }

    private static URL url(Path jar) {
        try {
            return jar.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException(jar + " has no URL", e);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        URL url = super.findResource(name.replace('.', '/') + ".class");
        if (url == null) {
            throw new ClassNotFoundException(
                    "%s is neither in the jars of %s nor among what a host shows to modules".formatted(name, module));
        }
        byte[] bytes = Exits.replaceIn(bytes(url, name));
        int dot = name.lastIndexOf('.');
        if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
            define(name.substring(0, dot));
        }
        return defineClass(name, bytes, 0, bytes.length,
                new ProtectionDomain(new CodeSource(url, (Certificate @Nullable []) null), null, this, null));
    }

    private void define(String packageName) {
        try {
            definePackage(packageName, null, null, null, null, null, null, null);
        } catch (IllegalArgumentException e) {
            if (getDefinedPackage(packageName) == null) { // unless another thread was faster
                throw e;
            }
        }
    }

    private static byte[] bytes(URL url, String name) throws ClassNotFoundException {
        try (InputStream in = uncached(url)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name + " cannot be read", e);
        }
    }

    /** The JVM's cache of open jars would keep the file open after the module has gone. */
    private static InputStream uncached(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        connection.setUseCaches(false);
        return connection.getInputStream();
    }

    @Override
    public String toString() {
        return "class loader of " + module;
    }
}
