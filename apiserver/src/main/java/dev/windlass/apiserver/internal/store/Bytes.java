package dev.windlass.apiserver.internal.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A growing byte array that is handed on without a copy. Not thread-safe. */
public final class Bytes extends OutputStream {
    private byte[] buffer;
    private int count;

    public Bytes(int capacity) {
        buffer = new byte[Math.max(capacity, 64)];
    }

    @Override
    public void write(int b) {
        room(1);
        buffer[count++] = (byte) b;
    }

    @Override
    public void write(byte[] from, int offset, int length) {
        room(length);
        System.arraycopy(from, offset, buffer, count, length);
        count += length;
    }

    @Override
    public void write(byte[] from) {
        write(from, 0, from.length);
    }

    public void ascii(String text) {
        write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private void room(int more) {
        if (buffer.length - count < more) {
            long wanted = Math.max((long) count + more, buffer.length * 2L);
            buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
        }
    }

    public int size() {
        return count;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    /** What was written; shares the array, so nothing may be written after. */
    public ByteBuffer asBuffer() {
        return ByteBuffer.wrap(buffer, 0, count);
    }

    public byte[] toBytes() {
        return Arrays.copyOf(buffer, count);
    }

    @Override
    public void close() throws IOException {
        // nothing is held
    }
}
