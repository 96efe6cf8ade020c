package dev.windlass.modules;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds jars of modules from sources, as a user's build would. */
final class Jars {

    private final Path folder;
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>();
    private final Map<String, String> manifest = new LinkedHashMap<>();

    private Jars(Path folder) {
        this.folder = folder;
    }

    /** A jar without anything, built in a folder. */
    static Jars in(Path folder) {
        return new Jars(folder);
    }

    /**
     * A module whose class {@code shop.Billing} lists these units.
     *
     * @param units the expressions, separated by commas
     */
    static Jars module(Path folder, String version, String units) {
        return in(folder).declares("shop.Billing").source("shop.Billing", """
                package shop;
                import dev.windlass.lifecycle.*;
                import dev.windlass.modules.*;
                import java.util.*;
                @Feature(name = "billing", version = "%s", api = FeatureModule.API_VERSION)
                public final class Billing implements FeatureModule {
                    @Override public List<Unit<?>> units(ModuleContext context) throws Exception {
                        return List.of(%s);
                    }
                }
                """.formatted(version, units));
    }

    Jars source(String className, String text) {
        sources.put(className, text);
        return this;
    }

    Jars file(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    Jars declares(String className) {
        return file(ModuleJar.SERVICE, className.getBytes(StandardCharsets.UTF_8));
    }

    Jars manifest(String key, String value) {
        manifest.put(key, value);
        return this;
    }

    /** Builds it. */
    Path build(String name) throws IOException {
        Path classes = Files.createTempDirectory(folder, "classes");
        compile(classes);
        Path jar = folder.resolve(name);
        Manifest main = new Manifest();
        main.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.forEach((key, value) -> main.getMainAttributes().put(new Attributes.Name(key), value));
        try (OutputStream out = Files.newOutputStream(jar); JarOutputStream entries = new JarOutputStream(out, main)) {
            for (Map.Entry<String, byte[]> file : files.entrySet()) {
                entries.putNextEntry(new JarEntry(file.getKey()));
                entries.write(file.getValue());
            }
            try (Stream<Path> compiled = Files.walk(classes)) {
                for (Path file : compiled.filter(Files::isRegularFile).sorted().toList()) {
                    entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                    entries.write(Files.readAllBytes(file));
                }
            }
        }
        return jar;
    }

    private void compile(Path classes) {
        if (sources.isEmpty()) {
            return;
        }
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        List<JavaFileObject> units = new ArrayList<>();
        sources.forEach((name, text) -> units.add(new SimpleJavaFileObject(
                URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {

            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        }));
        List<String> errors = new ArrayList<>();
        boolean compiled = compiler.getTask(null, null, error -> errors.add(error.toString()),
                List.of("-d", classes.toString(), "-classpath", System.getProperty("java.class.path"), "-proc:none"),
                null, units).call();
        if (!compiled) {
            throw new IllegalArgumentException(String.join("\n", errors));
        }
    }
}
