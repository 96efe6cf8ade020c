package dev.windlass.cli.demo;

import dev.windlass.examples.website.SiteIndexModule;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;

/** The example as a module of a version that its build does not have. */
final class SiteIndexJar {
    private SiteIndexJar() {
    }

    static Path write(Path folder, String version) throws IOException, URISyntaxException {
        Path jar = folder.resolve("site-index-" + version + ".jar");
        Path source = Path.of(SiteIndexModule.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(source)) {
            copy(source, jar, version);
        } else {
            try (FileSystem content = FileSystems.newFileSystem(source)) {
                copy(content.getPath("/"), jar, version);
            }
        }
        return jar;
    }

    private static void copy(Path root, Path jar, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.IMPLEMENTATION_VERSION, version);
        List<Path> files;
        try (Stream<Path> all = Files.walk(root)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out, manifest)) {
            for (Path file : files) {
                String name = root.relativize(file).toString();
                if (!name.startsWith("META-INF/") || name.startsWith("META-INF/services/")) {
                    entries.putNextEntry(new JarEntry(name));
                    Files.copy(file, entries);
                }
            }
        }
    }
}
