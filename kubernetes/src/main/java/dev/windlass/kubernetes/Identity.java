package dev.windlass.kubernetes;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Key, uid and resource version of one object, packed: a uid that is a UUID takes two longs, a resource version that is a
 * number takes one; what is neither is kept as text.
 */
class Identity {

    private static final int UUID_LENGTH = 36;

    private final ObjectKey key;
    private final long uidHigh;
    private final long uidLow;
    private final long version;
    private final String @Nullable [] odd;

    Identity(ObjectKey key, String uid, String resourceVersion) {
        this.key = key;
        long high = 0;
        long low = 0;
        boolean packed = uid.length() == UUID_LENGTH;
        if (packed) {
            high = hex(uid, 0, 18);
            low = hex(uid, 19, UUID_LENGTH);
            packed = textOf(high, low).equals(uid);
        }
        long number = number(resourceVersion);
        this.uidHigh = high;
        this.uidLow = low;
        this.version = number;
        this.odd = packed && number >= 0 ? null : new String[]{uid, resourceVersion};
    }

    Identity(Identity other) {
        this.key = other.key;
        this.uidHigh = other.uidHigh;
        this.uidLow = other.uidLow;
        this.version = other.version;
        this.odd = other.odd;
    }

    static Identity of(KnownObject known) {
        return new Identity(known.key(), known.uid(), known.resourceVersion());
    }

    final ObjectKey key() {
        return key;
    }

    final String uid() {
        return odd == null ? textOf(uidHigh, uidLow) : odd[0];
    }

    final String resourceVersion() {
        return odd == null ? Long.toString(version) : odd[1];
    }

    final KnownObject known() {
        return new KnownObject(key, uid(), resourceVersion());
    }

    final boolean sameUid(Identity other) {
        if (odd == null && other.odd == null) {
            return uidHigh == other.uidHigh && uidLow == other.uidLow;
        }
        return uid().equals(other.uid());
    }

    final boolean sameVersion(Identity other) {
        if (odd == null && other.odd == null) {
            return version == other.version && sameUid(other);
        }
        return sameUid(other) && resourceVersion().equals(other.resourceVersion());
    }

    /** What is to be kept of an object when the object itself is not. */
    Identity bare() {
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Identity that && key.equals(that.key) && sameVersion(that);
    }

    @Override
    public int hashCode() {
        return Objects.hash(key, resourceVersion());
    }

    @Override
    public String toString() {
        return key + "@" + resourceVersion();
    }

    /** The hexadecimal digits of a part of the text, dashes left out; anything else shows when the text is built back. */
    private static long hex(String text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = Character.digit(text.charAt(i), 16);
            if (digit >= 0) {
                value = value << 4 | digit;
            }
        }
        return value;
    }

    private static String textOf(long high, long low) {
        return new java.util.UUID(high, low).toString();
    }

    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18 || (text.charAt(0) == '0' && text.length() > 1)) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value;
    }
}
