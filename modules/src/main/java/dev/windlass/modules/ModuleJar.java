package dev.windlass.modules;

import dev.windlass.modules.internal.disk.Folders;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.jspecify.annotations.Nullable;

/**
 * A module's file as it was looked at: what it says of itself, and what else belongs to it. Nothing of its code has run. Immutable.
 *
 * @param file where it was found
 * @param name what the module is called
 * @param version its version
 * @param className the class that it declares
 * @param beside the jars that its manifest's {@code Class-Path} names, in order
 * @param inside the names of the jars that it contains, in order
 * @param digest tells its content, and that of the jars beside it, from any other
 */
record ModuleJar(Path file, String name, String version, String className, List<Path> beside, List<String> inside,
        String digest) {

    static final String SERVICE = "META-INF/services/" + FeatureModule.class.getName();

    /** Where the jars are that a module carries inside. */
    private static final String INSIDE = "META-INF/lib/";

    /**
     * Looks at a file.
     *
     * @throws InvalidModuleException when it cannot be loaded as a module
     */
    static ModuleJar of(Path path) {
        Path file = path.toAbsolutePath().normalize();
        if (!Files.isRegularFile(file)) {
            throw new InvalidModuleException("%s cannot be loaded: there is no such file".formatted(path));
        }
        try (JarFile jar = new JarFile(file.toFile())) {
            List<String> entries = JarContents.of(file, jar).entries();
            String className = declared(file, jar);
            FeatureOfClass feature = FeatureOfClass.read(file, className, jar);
            Manifest manifest = jar.getManifest();
            Attributes attributes = manifest == null ? new Attributes() : manifest.getMainAttributes();
            String version = feature.version().isEmpty()
                    ? Objects.toString(attributes.getValue(Attributes.Name.IMPLEMENTATION_VERSION), "")
                    : feature.version();
            if (version.isBlank()) {
                throw invalid(file,
                        "says no version: give it one in @Feature of %s, or an Implementation-Version in its manifest"
                                .formatted(className));
            }
            List<Path> beside = beside(file, attributes.getValue(Attributes.Name.CLASS_PATH));
            List<String> inside = entries.stream().filter(name -> name.startsWith(INSIDE) && name.endsWith(".jar"))
                    .sorted().toList();
            return new ModuleJar(file, feature.name(), version, className, beside, inside, digest(file, beside));
        } catch (IOException e) {
            throw new InvalidModuleException(
                    "%s cannot be loaded: it is no whole jar (%s); wait until it is written, or build it again"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static String declared(Path file, JarFile jar) throws IOException {
        List<String> lines = new ArrayList<>();
        var entry = jar.getEntry(SERVICE);
        if (entry != null) {
            try (InputStream in = jar.getInputStream(entry)) {
                new String(in.readAllBytes(), StandardCharsets.UTF_8).lines()
                        .map(line -> line.replaceFirst("#.*", "").strip()).filter(line -> !line.isEmpty())
                        .forEach(lines::add);
            }
        }
        if (lines.isEmpty()) {
            throw invalid(file, "is not a module: it has no %s that names a class; put one there".formatted(SERVICE));
        }
        if (lines.size() > 1) {
            throw invalid(file, "declares %d modules, %s: a jar is one module".formatted(lines.size(),
                    String.join(", ", lines)));
        }
        return lines.getFirst();
    }

    private static List<Path> beside(Path file, @Nullable String classPath) {
        List<Path> found = new ArrayList<>();
        Path folder = Objects.requireNonNull(file.getParent());
        for (String name : classPath == null ? new String[0] : classPath.strip().split("\\s+")) {
            if (name.isEmpty()) {
                continue;
            }
            Path jar = folder.resolve(name).normalize();
            if (name.contains(":") || !jar.startsWith(folder)) {
                throw invalid(file,
                        "names %s in its Class-Path, which is outside of %s: put what it needs beside it, or inside"
                                .formatted(name, folder));
            }
            if (!Files.isRegularFile(jar)) {
                throw invalid(file, "names %s in its Class-Path, and there is no such file in %s: put it there"
                        .formatted(name, folder));
            }
            try (JarFile other = new JarFile(jar.toFile())) {
                JarContents.of(jar, other);
            } catch (IOException e) {
                throw new InvalidModuleException("%s, which %s needs, is no whole jar (%s); build it again"
                        .formatted(jar, file, e.getMessage()), e);
            }
            found.add(jar);
        }
        return found;
    }

    /** What every complaint about a file begins with. */
    static InvalidModuleException invalid(Path file, String what) {
        return new InvalidModuleException("%s cannot be loaded: it %s".formatted(file, what));
    }

    private static String digest(Path file, List<Path> beside) throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
        List<Path> all = new ArrayList<>(List.of(file));
        all.addAll(beside);
        for (Path one : all) {
            try (InputStream in = new DigestInputStream(Files.newInputStream(one), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Makes a copy that nobody else writes to, the jars inside and beside it among it.
     *
     * @param folder an empty one, of which everything may be deleted
     * @return the jars in the order in which classes are looked for
     * @throws InvalidModuleException when the file is another one by now
     */
    List<Path> copyTo(Path folder) {
        try {
            List<Path> copies = new ArrayList<>();
            copies.add(Files.copy(file, folder.resolve("module.jar")));
            for (Path jar : beside) {
                copies.add(Files.copy(jar, folder.resolve("beside-" + copies.size() + ".jar")));
            }
            if (!digest(copies.getFirst(), copies.subList(1, copies.size())).equals(digest)) {
                throw invalid(file, "has changed since version %s was looked at: reload it".formatted(version));
            }
            try (JarFile jar = new JarFile(copies.getFirst().toFile())) {
                for (String name : inside) {
                    Path copy = folder.resolve("inside-" + copies.size() + ".jar");
                    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
                        Files.copy(in, copy);
                    }
                    try (JarFile inner = new JarFile(copy.toFile())) {
                        JarContents.of(file.resolve(name), inner);
                    }
                    copies.add(copy);
                }
            }
            return copies;
        } catch (IOException e) {
            throw new InvalidModuleException(
                    "%s cannot be loaded: %s; is there room in %s, and is the file still there?"
                            .formatted(file, e, folder),
                    e);
        }
    }

    /** Deletes a copy. */
    static void delete(Path folder) {
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("a module's copy cannot be deleted: " + folder, e);
        }
    }
}
