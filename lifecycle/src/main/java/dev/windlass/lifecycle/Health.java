package dev.windlass.lifecycle;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;

/** The health checks of a manager. They come and go while it runs, those of a unit with the unit. Thread-safe. */
public final class Health {

    /** A check under its name. */
    public record Check(String name, HealthKind kind, HealthCheck check) {
    }

    private record Key(String name, HealthKind kind) {
    }

    private final ConcurrentHashMap<Key, Check> checks = new ConcurrentHashMap<>();

    Health() {
    }

    /**
     * Adds a check until the registration is closed.
     *
     * @throws NameTakenException when a check of that kind and name exists
     */
    public Registration add(String name, HealthKind kind, HealthCheck check) {
        Key key = new Key(name, kind);
        Check added = new Check(name, kind, check);
        if (checks.putIfAbsent(key, added) != null) {
            throw new NameTakenException("a %s check named \"%s\" exists: choose another name, or close the first one"
                    .formatted(kind.name().toLowerCase(Locale.ROOT), name));
        }
        return () -> checks.remove(key, added);
    }

    /** The checks of a kind, by name. */
    public List<Check> checks(HealthKind kind) {
        return checks.values().stream().filter(check -> check.kind() == kind)
                .sorted(Comparator.comparing(Check::name)).toList();
    }
}
