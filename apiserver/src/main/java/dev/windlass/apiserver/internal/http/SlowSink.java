package dev.windlass.apiserver.internal.http;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;

/** Sends so many bytes a second, in pieces: ten a second, or single bytes where that is slower. */
final class SlowSink implements Content.Sink {
    private static final int PIECES_PER_SECOND = 10;

    private final Content.Sink sink;
    private final int piece;
    private final long pauseNanos;
    private final ScheduledExecutorService timer;
    private final Executor executor;

    SlowSink(Content.Sink sink, int bytesPerSecond, ScheduledExecutorService timer, Executor executor) {
        this.sink = sink;
        this.piece = Math.max(1, bytesPerSecond / PIECES_PER_SECOND);
        this.pauseNanos = TimeUnit.SECONDS.toNanos(1) * piece / bytesPerSecond;
        this.timer = timer;
        this.executor = executor;
    }

    @Override
    public void write(boolean last, ByteBuffer bytes, Callback callback) {
        if (!bytes.hasRemaining()) {
            sink.write(last, bytes, callback);
            return;
        }
        int size = Math.min(piece, bytes.remaining());
        ByteBuffer next = bytes.slice(bytes.position(), size);
        bytes.position(bytes.position() + size);
        boolean end = !bytes.hasRemaining();
        sink.write(last && end, next, end
                ? callback
                : Callback.from(() -> later(last, bytes, callback), callback::failed));
    }

    private void later(boolean last, ByteBuffer rest, Callback callback) {
        try {
            var _ = timer.schedule(() -> executor.execute(() -> write(last, rest, callback)), pauseNanos,
                    TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            callback.failed(e); // the server is closing
        }
    }
}
