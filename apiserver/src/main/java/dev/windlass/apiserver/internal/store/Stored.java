package dev.windlass.apiserver.internal.store;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One version of one object, immutable and compact. The JSON is kept as the members from {@code metadata} on, without the type, so that one copy serves
 * every version of the API, and with a hole where the resource version goes, so that it can be encoded before its version is known and be told with another
 * one when it is deleted.
 */
public final class Stored {
    /** What there is of the member before the hole: an object that was never stored has no version, and none is written. */
    private static final int BEFORE_HOLE = "\"resourceVersion\":\"".length();

    private final String namespace;
    private final String name;
    private final byte[] members;
    private final int hole;
    private final String[] labels;
    private final String[] fields;
    private final long version;
    private final boolean settled;
    private final String form;

    /**
     * @param members
     *            what follows the type in the object's JSON, without the opening brace, with the closing one
     * @param hole
     *            where in {@code members} the digits of the resource version belong
     * @param labels
     *            keys and values in turn
     * @param fields
     *            paths and values of what field selectors can ask for, in turn
     */
    public Stored(String namespace, String name, byte[] members, int hole, String[] labels, String[] fields,
            long version) {
        this(namespace, name, members, hole, labels, fields, version, true, "");
    }

    private Stored(String namespace, String name, byte[] members, int hole, String[] labels, String[] fields,
            long version, boolean settled, String form) {
        this.settled = settled;
        this.form = form;
        this.namespace = namespace;
        this.name = name;
        this.members = members;
        this.hole = hole;
        this.labels = labels;
        this.fields = fields;
        this.version = version;
    }

    public static String key(String namespace, String name) {
        return namespace.isEmpty() ? name : namespace + "/" + name;
    }

    public String key() {
        return key(namespace, name);
    }

    public String namespace() {
        return namespace;
    }

    public String name() {
        return name;
    }

    public long version() {
        return version;
    }

    /** The same object at another version; shares the bytes. */
    public Stored at(long newVersion) {
        return new Stored(namespace, name, members, hole, labels, fields, newVersion, settled, form);
    }

    /** The same object, to be stored anew by its next update, even one that changes nothing. */
    public Stored unsettled() {
        return new Stored(namespace, name, members, hole, labels, fields, version, false, form);
    }

    /** The same object, which is known to be in the form of one version of the API; shares the bytes. */
    public Stored in(String apiVersion) {
        return new Stored(namespace, name, members, hole, labels, fields, version, settled, apiVersion);
    }

    /** In the form of which version of the API it is; "" when all have the same. */
    public String form() {
        return form;
    }

    /** Whether an update that changes nothing leaves it as it is. */
    public boolean isSettled() {
        return settled;
    }

    /** Whether nothing but the version is different. */
    public boolean holdsTheSameAs(Stored other) {
        return this == other || (form.equals(other.form) && Arrays.equals(members, other.members));
    }

    public @Nullable String label(String key) {
        return lookUp(labels, key);
    }

    /** The value of a field that selectors can ask for; "" when it is not set. */
    public String field(String path) {
        return switch (path) {
            case "metadata.name" -> name;
            case "metadata.namespace" -> namespace;
            default -> {
                String found = lookUp(fields, path);
                yield found == null ? "" : found;
            }
        };
    }

    private static @Nullable String lookUp(String[] pairs, String key) {
        for (int i = 0; i < pairs.length; i += 2) {
            if (pairs[i].equals(key)) {
                return pairs[i + 1];
            }
        }
        return null;
    }

    /** Bytes of the whole members with the version in its hole. */
    public int size() {
        return members.length + 20;
    }

    public void writeTo(Bytes out) {
        int end = hole;
        int rest = hole;
        if (version == 0) {
            end -= BEFORE_HOLE;
            rest++; // the quote
            if (members[rest] == ',') {
                rest++;
            } else if (members[end - 1] == ',') {
                end--;
            }
        }
        out.write(members, 0, end);
        if (version != 0) {
            out.ascii(Long.toString(version));
        }
        out.write(members, rest, members.length - rest);
    }

    /** The whole object as JSON, with the given head: the brace, kind and apiVersion, and a comma. */
    public byte[] json(byte[] head) {
        Bytes out = new Bytes(head.length + size());
        out.write(head);
        writeTo(out);
        return out.toBytes();
    }

    @Override
    public String toString() {
        return key() + "@" + version;
    }
}
