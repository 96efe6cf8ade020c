package dev.windlass.apiserver.internal.net;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads values one after another from ASN.1's distinguished encoding (X.690). Not thread-safe. */
final class DerInput {
    static final int INTEGER = 0x02;
    static final int OCTET_STRING = 0x04;
    static final int SEQUENCE = 0x30;
    /** What its surroundings number 0, around a whole value. */
    static final int FIRST = 0xa0;
    private static final int LONG = 0x80;
    private static final int MOST_LENGTH_BYTES = 3;

    private final byte[] bytes;
    private int position;

    DerInput(byte... bytes) {
        this.bytes = bytes;
    }

    /** Whether nothing is left. */
    boolean isAtEnd() {
        return position == bytes.length;
    }

    /** The content of the next value; null when that has another tag or is not whole. */
    byte @Nullable [] next(int tag) {
        if (position + 2 > bytes.length || (bytes[position] & 0xff) != tag) {
            return null;
        }
        int length = bytes[position + 1] & 0xff;
        int start = position + 2;
        if (length >= LONG) {
            int count = length - LONG;
            if (count > MOST_LENGTH_BYTES || start + count > bytes.length) {
                return null;
            }
            length = 0;
            for (int i = 0; i < count; i++) {
                length = (length << Byte.SIZE) | (bytes[start++] & 0xff);
            }
        }
        if (start + length > bytes.length) {
            return null;
        }
        position = start + length;
        return Arrays.copyOfRange(bytes, start, position);
    }
}
