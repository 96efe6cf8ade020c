package dev.windlass.modules.internal.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Takes folders away again. */
public final class Folders {

    private Folders() {
    }

    /** Deletes a folder and all that is in it, if it is still there. */
    public static void delete(Path folder) throws IOException {
        List<Path> inside;
        try (Stream<Path> files = Files.walk(folder)) {
            inside = files.sorted(Comparator.reverseOrder()).toList();
        } catch (NoSuchFileException e) {
            return; // somebody else has
        }
        for (Path file : inside) {
            Files.deleteIfExists(file);
        }
    }
}
