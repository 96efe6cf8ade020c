package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * An answer that is read as it arrives, by one blocking thread. At most {@value #AHEAD} buffers are fetched ahead of the reader,
 * so that a slow reader slows the sender.
 */
final class StreamingAnswer implements AutoCloseable {

    private static final int AHEAD = 16;
    /** So many at a time are asked for anew: each asking wakes the event loop. */
    private static final int BATCH = AHEAD / 2;
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingQueue<ByteBuffer> arrived = new LinkedBlockingQueue<>();
    private @Nullable HttpResponse<AsyncBody> response;
    private volatile @Nullable Throwable failure;

    private StreamingAnswer() {
    }

    /** Sends a request and waits for the head of the answer. */
    static StreamingAnswer open(ClusterHttpClient http, HttpRequest request) throws IOException, InterruptedException {
        StreamingAnswer answer = new StreamingAnswer();
        HttpResponse<AsyncBody> response = await(http, request, answer);
        answer.response = response;
        AsyncBody body = response.body();
        CompletableFuture<Void> end = body.done().whenComplete((nothing, cause) -> answer.end(cause));
        for (int i = 0; i < AHEAD; i++) {
            if (end.isDone()) {
                break;
            }
            body.consume();
        }
        return answer;
    }

    private static HttpResponse<AsyncBody> await(ClusterHttpClient http, HttpRequest request, StreamingAnswer answer)
            throws IOException, InterruptedException {
        try {
            return http.consumeBytes(request, (buffers, body) -> answer.arrived.addAll(buffers)).get();
        } catch (ExecutionException e) {
            throw Failures.unwrap(e);
        }
    }

    private void end(@Nullable Throwable cause) {
        failure = cause;
        arrived.add(END);
    }

    private HttpResponse<AsyncBody> response() {
        return Objects.requireNonNull(response);
    }

    int code() {
        return response().code();
    }

    @Nullable
    String header(String name) {
        return response().header(name);
    }

    /** The body, unpacked if need be. */
    InputStream body() throws IOException {
        InputStream raw = new Body();
        return "gzip".equals(header("content-encoding")) ? new GZIPInputStream(raw, 1 << 14) : raw;
    }

    @Override
    public void close() {
        response().body().cancel();
    }

    private final class Body extends InputStream {

        private ByteBuffer current = END;
        private boolean ended;
        private int taken;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            while (!current.hasRemaining()) {
                if (ended || !next()) {
                    return -1;
                }
            }
            int count = Math.min(length, current.remaining());
            current.get(target, offset, count);
            return count;
        }

        /** Moves to the next buffer; false at the end. */
        @SuppressWarnings("ReferenceEquality")
        private boolean next() throws IOException {
            try {
                current = arrived.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("interrupted while reading an answer");
            }
            if (current == END) {
                ended = true;
                Throwable cause = failure;
                if (cause != null) {
                    throw cause instanceof IOException io ? io : new IOException(Failures.describe(cause), cause);
                }
                return false;
            }
            if (++taken == BATCH) {
                for (; taken > 0; taken--) {
                    response().body().consume();
                }
            }
            return true;
        }

        @Override
        public int available() {
            return current.remaining();
        }
    }
}
