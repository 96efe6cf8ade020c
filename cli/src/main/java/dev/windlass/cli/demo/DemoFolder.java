package dev.windlass.cli.demo;

import dev.windlass.server.AdminEndpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Where a command keeps its kubeconfigs and its log while it runs: only the user can look into it. */
public final class DemoFolder {
    private DemoFolder() {
    }

    /** @param whose the name of the command */
    public static Path create(String whose) throws IOException {
        Path parent = AdminEndpoint.defaultDirectory();
        Files.createDirectories(parent);
        return Files.createTempDirectory(parent, whose + "-",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    public static void delete(Path folder) throws IOException {
        List<Path> content;
        try (Stream<Path> files = Files.walk(folder)) {
            content = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : content) {
            Files.deleteIfExists(path);
        }
    }
}
