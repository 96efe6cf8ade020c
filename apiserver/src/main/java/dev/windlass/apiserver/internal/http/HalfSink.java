package dev.windlass.apiserver.internal.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.util.Callback;

/** Sends half of the first bytes and fails, whereupon HTTP/1.1 ends the connection and HTTP/2 the stream. */
final class HalfSink implements Content.Sink {
    private final Content.Sink sink;

    HalfSink(Content.Sink sink) {
        this.sink = sink;
    }

    @Override
    public void write(boolean last, ByteBuffer bytes, Callback callback) {
        if (!last && !bytes.hasRemaining()) {
            sink.write(false, bytes, callback); // the headers alone
            return;
        }
        ByteBuffer half = bytes.slice(bytes.position(), bytes.remaining() / 2);
        sink.write(false, half, Callback.from(
                () -> callback.failed(new EofException("cut in half by a scripted fault")), callback::failed));
    }
}
