package dev.windlass.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Remembers what has been read since a chosen offset, so that a parser's input can be cut into pieces afterwards. Offsets
 * count from the first byte read. For one thread.
 */
final class SlicingInput extends InputStream {

    private final InputStream source;
    private byte[] window = new byte[1 << 14];
    private long windowStart;
    private int filled;
    private long keepFrom;

    SlicingInput(InputStream source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        int count = source.read(target, offset, length);
        if (count > 0) {
            remember(target, offset, count);
        }
        return count;
    }

    /** Everything before the offset may be forgotten. */
    void keepFrom(long offset) {
        keepFrom = offset;
    }

    /** A copy of the bytes from one offset to another; both must not lie before the last {@link #keepFrom}. */
    byte[] slice(long from, long to) {
        return Arrays.copyOfRange(window, index(from), index(to));
    }

    /** The same without the given ranges, which are pairs of offsets in ascending order. */
    byte[] slice(long from, long to, long[] cuts, int cutCount) {
        if (cutCount == 0) {
            return slice(from, to);
        }
        int length = (int) (to - from);
        for (int i = 0; i < cutCount; i += 2) {
            length -= (int) (cuts[i + 1] - cuts[i]);
        }
        byte[] result = new byte[length];
        int at = 0;
        long begin = from;
        for (int i = 0; i <= cutCount; i += 2) {
            long end = i < cutCount ? cuts[i] : to;
            System.arraycopy(window, index(begin), result, at, (int) (end - begin));
            at += (int) (end - begin);
            begin = i < cutCount ? cuts[i + 1] : to;
        }
        return result;
    }

    private int index(long offset) {
        return (int) (offset - windowStart);
    }

    private void remember(byte[] bytes, int offset, int count) {
        if (filled + count > window.length) {
            makeRoom(count);
        }
        System.arraycopy(bytes, offset, window, filled, count);
        filled += count;
    }

    private void makeRoom(int count) {
        int drop = Math.min(filled, Math.max(0, index(keepFrom)));
        int kept = filled - drop;
        byte[] target = kept + count > window.length / 2
                ? new byte[Math.max(window.length, 2 * (kept + count))]
                : window;
        System.arraycopy(window, drop, target, 0, kept);
        window = target;
        windowStart += drop;
        filled = kept;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
