package dev.windlass.apiserver.internal.net;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** Writes values in ASN.1's distinguished encoding (X.690). Stateless. */
final class Der {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_IDENTIFIER = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int CONTEXT = 0x80;
    private static final int CONSTRUCTED = 0x20;

    static final byte[] TRUE = {0x01, 0x01, (byte) 0xff};

    private Der() {
    }

    private static byte[] value(int tag, byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        out.write(tag);
        if (length < 0x80) {
            out.write(length);
        } else {
            int bytes = (Integer.SIZE - Integer.numberOfLeadingZeros(length) + 7) / 8;
            out.write(0x80 | bytes);
            for (int i = bytes - 1; i >= 0; i--) {
                out.write(length >> (8 * i));
            }
        }
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] sequence(byte[]... parts) {
        return value(SEQUENCE, parts);
    }

    /** A set of one; of several the order would matter. */
    static byte[] set(byte[] only) {
        return value(SET, only);
    }

    static byte[] integer(BigInteger number) {
        return value(INTEGER, number.toByteArray());
    }

    static byte[] octets(byte[] bytes) {
        return value(OCTET_STRING, bytes);
    }

    /** @param unused how many bits of the last byte are none */
    static byte[] bits(int unused, byte... bytes) {
        return value(BIT_STRING, new byte[]{(byte) unused}, bytes);
    }

    static byte[] text(String text) {
        return value(UTF8_STRING, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A value under a number that its surroundings give it. */
    static byte[] tagged(int number, byte[] content) {
        return value(CONTEXT | number, content);
    }

    /** The same, around whole values. */
    static byte[] wrapped(int number, byte[] content) {
        return value(CONTEXT | CONSTRUCTED | number, content);
    }

    /** An object identifier, of which each number is below 2^31 and the second below 40. */
    static byte[] identifier(int first, int second, int... rest) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first * 40 + second);
        for (int number : rest) {
            for (int shift = 28; shift > 0; shift -= 7) {
                if (number >> shift != 0) {
                    out.write(0x80 | (number >> shift & 0x7f));
                }
            }
            out.write(number & 0x7f);
        }
        return value(OBJECT_IDENTIFIER, out.toByteArray());
    }

    /** A moment, to the second. Certificates have years from 1950 to 2049 in two digits, and others in four (RFC 5280). */
    static byte[] time(Instant moment) {
        OffsetDateTime time = moment.atOffset(ZoneOffset.UTC);
        boolean isShort = time.getYear() >= 1950 && time.getYear() < 2050;
        StringBuilder digits = new StringBuilder();
        if (!isShort) {
            append(digits, time.getYear() / 100);
        }
        append(digits, time.getYear() % 100);
        append(digits, time.getMonthValue());
        append(digits, time.getDayOfMonth());
        append(digits, time.getHour());
        append(digits, time.getMinute());
        append(digits, time.getSecond());
        return value(isShort ? UTC_TIME : GENERALIZED_TIME,
                digits.append('Z').toString().getBytes(StandardCharsets.US_ASCII));
    }

    private static void append(StringBuilder digits, int number) {
        digits.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
