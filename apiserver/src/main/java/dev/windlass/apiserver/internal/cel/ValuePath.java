package dev.windlass.apiserver.internal.cel;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a value lies: the name of a variable, then names of fields, or what stands for items, keys and values. Paths grow like slices in
 * Go: of two that continue the same one the later can overwrite the name that the earlier has added. The real server does not mean that, but it
 * shows in what it estimates, and these estimates must be the same.
 */
final class ValuePath {
    private final String[] names;
    private final int length;

    private ValuePath(String[] names, int length) {
        this.names = names;
        this.length = length;
    }

    static ValuePath of(String name) {
        return new ValuePath(new String[]{name}, 1);
    }

    static ValuePath below(@Nullable ValuePath path, String name) {
        if (path == null) {
            return of(name);
        }
        String[] all = path.length < path.names.length ? path.names : Arrays.copyOf(path.names, 2 * path.length);
        all[path.length] = name;
        return new ValuePath(all, path.length + 1);
    }

    /** One that shares nothing with this. */
    ValuePath copy() {
        return new ValuePath(Arrays.copyOf(names, length), length);
    }

    String first() {
        return names[0];
    }

    List<String> afterFirst() {
        return Arrays.asList(names).subList(1, length);
    }
}
