package dev.windlass.benchmarks.measure;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Code that is loaded and unloaded: one module at a time, and a hundred at once. A module is a jar with one class, whose code has been entered when
 * it is loaded and has ended when it is unloaded. The first half of the rounds warms up and is reported apart.
 */
public final class ModuleRounds {

    /** Stands in the class of a module for its name. */
    public static final String PLACEHOLDER = "module-000";

    private static final int MANY = 100;
    private static final int ROUNDS_OF_ONE = 10;

    private final Path folder;
    private final Host host;

    private ModuleRounds(Path folder, Host host) {
        this.folder = folder;
        this.host = host;
    }

    /** What is measured. */
    public interface Host extends AutoCloseable {

        /** The class of a module, and all that belongs into its jar beside it. */
        Class<?> moduleClass();

        /** The main attributes of the manifest. */
        Map<String, String> manifest(String name);

        /** A file that names the module's class. */
        default String service() {
            return "";
        }

        /** Begins to load. */
        void load(Path jar) throws Exception;

        /** Returns when the code of all that was loaded has been entered. */
        void awaitLoaded() throws Exception;

        /** Ends the code of all and lets go of it. */
        void unload() throws Exception;

        /** Returns when the classes of all are known to be gone. */
        void awaitGone() throws Exception;

        @Override
        void close() throws IOException;
    }

    /** @param rounds of a hundred at once; ten times as many of one */
    public static void run(int rounds, Host host) throws Exception {
        Path folder = Files.createTempDirectory("windlass-benchmark-");
        try (host) {
            new ModuleRounds(folder, host).run(rounds);
        } finally {
            for (int i = 0; i < MANY; i++) {
                Files.deleteIfExists(jar(folder, i));
            }
            Files.delete(folder);
        }
    }

    private void run(int rounds) throws Exception {
        List<Path> jars = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            jars.add(build(i));
        }
        for (int round = 0; round < rounds * ROUNDS_OF_ONE; round++) {
            timed(jars.subList(0, 1), round == 0 ? "first." : round < rounds * ROUNDS_OF_ONE / 2 ? "cold." : "");
        }
        for (int round = 0; round < rounds; round++) {
            timed(jars, round < rounds / 2 ? "cold.many." : "many.");
        }
        weighed(jars);
    }

    private void timed(List<Path> jars, String prefix) throws Exception {
        long began = System.nanoTime();
        load(jars);
        Figures.report(prefix + "load", Figures.millisSince(began), "ms");
        began = System.nanoTime();
        host.unload();
        Figures.report(prefix + "unload", Figures.millisSince(began), "ms");
        began = System.nanoTime();
        host.awaitGone();
        Figures.report(prefix + "gone", Figures.millisSince(began), "ms");
    }

    private void load(List<Path> jars) throws Exception {
        for (Path jar : jars) {
            host.load(jar);
        }
        host.awaitLoaded();
    }

    private void weighed(List<Path> jars) throws Exception {
        long heap = Figures.liveBytes();
        long metaspace = Figures.metaspace();
        load(jars);
        Figures.report("heap", (double) (Figures.liveBytes() - heap) / MANY, "B");
        Figures.report("metaspace", (double) (Figures.metaspace() - metaspace) / MANY, "B");
        host.unload();
        host.awaitGone();
        Figures.report("left", (double) (Figures.liveBytes() - heap), "B");
    }

    private static Path jar(Path folder, int number) {
        return folder.resolve("module-%03d.jar".formatted(number));
    }

    private Path build(int number) throws IOException {
        String name = "module-%03d".formatted(number);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        host.manifest(name).forEach((key, value) -> manifest.getMainAttributes().put(new Attributes.Name(key), value));
        Path jar = jar(folder, number);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            if (!host.service().isEmpty()) {
                entries.putNextEntry(new JarEntry("META-INF/services/" + host.service()));
                entries.write(host.moduleClass().getName().getBytes(StandardCharsets.UTF_8));
            }
            String path = host.moduleClass().getName().replace('.', '/') + ".class";
            try (InputStream in = Objects
                    .requireNonNull(host.moduleClass().getClassLoader().getResourceAsStream(path))) {
                entries.putNextEntry(new JarEntry(path));
                // As long as what it takes the place of, so that the class file stays well formed.
                entries.write(new String(in.readAllBytes(), StandardCharsets.ISO_8859_1).replace(PLACEHOLDER, name)
                        .getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return jar;
    }
}
