package dev.windlass.modules;

import dev.windlass.lifecycle.CarryOver;
import java.util.List;

/** Work that one version of a module hands over to the next: of the host's classes, since each has its own. */
public record Names(List<String> names) implements CarryOver {

    /** Copies the list. */
    public Names {
        names = List.copyOf(names);
    }

    @Override
    public long count() {
        return names.size();
    }

    @Override
    public List<String> sample(int max) {
        return names.stream().limit(max).toList();
    }
}
