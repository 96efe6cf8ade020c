package dev.windlass.lifecycle;

/**
 * Something that a unit acquired and a stop could not give back.
 *
 * @param kind what it is: {@code thread}, {@code request}, {@code timer}, or the kind it was acquired under
 * @param name its name
 * @param detail what is known of it: for a thread its stack, one frame a line
 */
public record Leftover(String kind, String name, String detail) {

    @Override
    public String toString() {
        return kind + " " + name;
    }
}
