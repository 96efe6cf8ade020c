package dev.windlass.apiserver.internal.builtin;

import java.util.List;

/** Paths of files, as volumes, mounts and profiles name them. Stateless. */
final class PathChecks {
    private PathChecks() {
    }

    /** Does not lead up. */
    static void noBacksteps(Field path) {
        if (List.of(path.text().split("/", -1)).contains("..")) {
            path.invalid(path.text(), "must not contain '..'");
        }
    }

    /** Whether it leads to the root, on whatever way. */
    static boolean isRoot(String path) {
        int depth = 0;
        for (String name : path.split("/", -1)) {
            if (name.equals("..")) {
                depth = Math.max(0, depth - 1);
            } else if (!name.isEmpty() && !name.equals(".")) {
                depth++;
            }
        }
        return path.startsWith("/") && depth == 0;
    }

    /** Leads down from somewhere. */
    static void descending(Field path) {
        if (path.text().startsWith("/")) {
            path.invalid(path.text(), "must be a relative path");
        }
        noBacksteps(path);
    }

    /** Leads down, and to nothing whose name begins as those that are written by the kubelet for itself. */
    static void unreserved(Field path) {
        descending(path);
        if (path.text().startsWith("..") && !path.text().startsWith("../")) {
            path.invalid(path.text(), "must not start with '..'");
        }
    }
}
