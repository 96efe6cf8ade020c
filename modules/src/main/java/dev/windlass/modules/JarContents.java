package dev.windlass.modules;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * What is in a jar, all of it read once: a jar that is cut off, that has been damaged, or that would fill memory and disk with what it
 * unpacks to is found before anything of it is used.
 *
 * @param entries the names, in the order of the file
 */
record JarContents(List<String> entries) {

    private static final int MOST_ENTRIES = 100_000;
    private static final long MOST_BYTES = 1L << 30;

    /**
     * Reads all of it.
     *
     * @param file what to call it
     * @throws IOException when it cannot be read to the end
     * @throws InvalidModuleException when it is too large, or has an entry that would leave a folder that it is unpacked to
     */
    static JarContents of(Path file, JarFile jar) throws IOException {
        if (jar.size() > MOST_ENTRIES) {
            throw ModuleJar.invalid(file, "has %d entries, and %d are allowed: leave out what it does not need"
                    .formatted(jar.size(), MOST_ENTRIES));
        }
        List<String> names = new ArrayList<>(jar.size());
        byte[] buffer = new byte[1 << 16];
        long left = MOST_BYTES;
        for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements();) {
            JarEntry entry = entries.nextElement();
            String name = entry.getName();
            if (name.startsWith("/") || name.contains("\\") || List.of(name.split("/")).contains("..")) {
                throw ModuleJar.invalid(file, "has an entry \"%s\", which leads out of it: build it again without"
                        .formatted(name));
            }
            names.add(name);
            try (InputStream in = jar.getInputStream(entry)) {
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    left -= n;
                    if (left < 0) {
                        throw ModuleJar.invalid(file,
                                "unpacks to more than %d MiB, which is what is allowed: see what \"%s\" is"
                                        .formatted(MOST_BYTES >> 20, name));
                    }
                }
            }
        }
        return new JarContents(List.copyOf(names));
    }
}
