package dev.windlass.kubernetes;

/**
 * Who owns the fields that a server-side apply sets.
 *
 * @param name the field manager, at most 128 characters
 * @param force whether fields that others own are taken over; otherwise they are a conflict (409). Controllers force.
 */
public record FieldOwner(String name, boolean force) {

    /** Refuses an empty name. */
    public FieldOwner {
        if (name.isEmpty() || name.length() > 128) {
            throw new IllegalArgumentException("field owner \"" + name + "\" must have 1 to 128 characters");
        }
    }

    /** An owner that takes over fields of others, as controllers do. */
    public static FieldOwner of(String name) {
        return new FieldOwner(name, true);
    }

    /** The same, but fields of others are a conflict. */
    public FieldOwner withoutForce() {
        return new FieldOwner(name, false);
    }
}
