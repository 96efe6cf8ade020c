package dev.windlass.modules.internal.proof;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** Has classes of its own of the package {@code leaks}, and all others from the class path. */
final class LoaderOfLeaks extends ClassLoader {

    private static final String PACKAGE = LoaderOfLeaks.class.getPackageName() + ".leaks.";

    LoaderOfLeaks(String name) {
        super(name, LoaderOfLeaks.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : name.startsWith(PACKAGE) ? define(name) : super.loadClass(name, resolve);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = Objects
                .requireNonNull(getResourceAsStream(name.replace('.', '/') + ".class"), name)) {
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }

    /** Runs one of the methods of {@code Leaks}, with this loader as the thread's own, on a thread that ends. */
    void run(String method) throws InterruptedException {
        Throwable[] failure = new Throwable[1];
        Thread thread = Thread.ofPlatform().name("code of " + method).start(() -> {
            Thread.currentThread().setContextClassLoader(this);
            try {
                loadClass(PACKAGE + "Leaks").getMethod(method).invoke(null);
            } catch (ReflectiveOperationException e) {
                failure[0] = e;
            }
        });
        thread.join();
        if (failure[0] != null) {
            throw new AssertionError(method, failure[0]);
        }
    }
}
