package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.store.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;

/** Compresses large answers for clients that ask for it, from the same size on as the real server. */
final class Compression {
    private static final int FROM_BYTES = 128 * 1024;

    private Compression() {
    }

    static ByteBuffer maybe(Request request, Response response, ByteBuffer body) {
        if (body.remaining() < FROM_BYTES || !request.getHeaders().contains(HttpHeader.ACCEPT_ENCODING, "gzip")) {
            return body;
        }
        Bytes out = new Bytes(body.remaining() / 4);
        try (OutputStream gzip = new Fast(out)) {
            gzip.write(body.array(), body.arrayOffset() + body.position(), body.remaining());
        } catch (IOException e) {
            throw new UncheckedIOException("compression of an answer failed", e);
        }
        response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
        response.getHeaders().add(HttpHeader.VARY, "Accept-Encoding");
        return out.asBuffer();
    }

    /** GZIP at its fastest: on loopback the processor is what is scarce. */
    private static final class Fast extends GZIPOutputStream {
        Fast(OutputStream out) throws IOException {
            super(out, 16 * 1024);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
