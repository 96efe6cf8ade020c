package dev.windlass.modules.internal.proof;

/**
 * Something that a module has left behind in the JVM. Strings only.
 *
 * @param kind what it is: the name of the {@link LeakCause} that it would have become
 * @param name which one
 * @param cleared whether it has been taken away
 * @param remedy what its author should do, or has to do when it could not be taken away
 */
public record Remain(String kind, String name, boolean cleared, String remedy) {

    /** One line: {@code MBEAN shop:type=Till, cleared}. */
    @Override
    public String toString() {
        return cleared
                ? "%s %s, cleared".formatted(kind, name)
                : "%s %s, still there: %s".formatted(kind, name, remedy);
    }
}
