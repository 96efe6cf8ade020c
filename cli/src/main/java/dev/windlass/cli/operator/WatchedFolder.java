package dev.windlass.cli.operator;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnknownUnitException;
import dev.windlass.modules.ModuleDirectory;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A folder whose jars are loaded as modules when they come.
 *
 * @param unit the unit that does
 * @param problems what it could not load, and why; empty when there is nothing
 */
record WatchedFolder(String folder, String unit, String state, String problems) {

    /** All, by the names of their units, whatever their state. */
    static List<WatchedFolder> all(Manager manager) {
        List<WatchedFolder> all = new ArrayList<>();
        for (RunnableHandle handle : manager.units()) {
            try {
                if (handle.unit() instanceof ModuleDirectory directory) {
                    String problems = handle.details().getOrDefault("problems", "none");
                    all.add(new WatchedFolder(directory.folder().toString(), handle.name(), handle.state().name(),
                            problems.equals("none") ? "" : problems));
                }
            } catch (UnknownUnitException e) {
                // removed since the list was made
            }
        }
        return all;
    }

    /** @throws RefusedException when there is a unit for it already */
    static void refuseWatched(Manager manager, Path folder) {
        for (WatchedFolder one : all(manager)) {
            if (one.folder.equals(folder.toString())) {
                throw new RefusedException("%s is watched already by the unit %s, which is %s: start or remove that"
                        .formatted(folder, one.unit, one.state));
            }
        }
    }

    /** @throws RefusedException when it is no folder that can be read */
    static Path readable(Path folder) {
        if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException("there is no folder %s: make it, and watch it then".formatted(folder));
        }
        if (!Files.isDirectory(folder)) {
            throw new RefusedException("%s is no folder: name the folder that the jars are put into".formatted(folder));
        }
        if (!Files.isReadable(folder) || !Files.isExecutable(folder)) {
            throw new RefusedException("%s cannot be read by the manager's process: give its user the right to"
                    .formatted(folder));
        }
        return folder;
    }

    /** What the unit of a folder within another one is called. */
    static String name(Path root, Path folder) {
        List<String> segments = new ArrayList<>();
        for (Path part : root.relativize(folder)) {
            String legal = part.toString().replaceAll("[^A-Za-z0-9._-]", "-").replaceAll("^[._-]+|[._-]+$", "");
            segments.add(legal.isEmpty() ? "folder" : legal);
        }
        return String.join("/", segments);
    }
}
