package dev.windlass.testkit;

import java.util.Map;

/**
 * Something outside the code under test that sees what the code has left behind. {@link Witnesses} has the usual ones;
 * a test may add its own.
 */
public interface Witness {

    /** What it sees, for messages: {@code threads}, {@code sockets}. */
    String name();

    /** What is there now, by a name that stays the same when one instance goes and an equal one comes. */
    Map<String, Sighting> look();

    /** Whether a look costs much, such as a garbage collection; it is then taken last and seldom. */
    default boolean costly() {
        return false;
    }

    /** How many more than before of one item are no leak: for instances that are made once, at the first use. */
    default long slack() {
        return 0;
    }

    /**
     * How often an item is there.
     *
     * @param count its number
     * @param instances what is known of each, by an identity that is never used again; may be empty
     */
    record Sighting(long count, Map<String, String> instances) {

        public Sighting {
            instances = Map.copyOf(instances);
        }

        /** A number of things that cannot be told apart. */
        public static Sighting of(long count) {
            return new Sighting(count, Map.of());
        }
    }
}
