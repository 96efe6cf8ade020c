package dev.windlass.kubernetes;

import dev.windlass.lifecycle.InFlight;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.fabric8.kubernetes.client.http.StandardWebSocketBuilder;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The requests of one owner on one cluster.
 *
 * <p>State: {@code OPEN → REVOKED → CLOSED}. Revoked (when the owner is cancelled) refuses new requests and ends streams;
 * what is in flight may still be answered. Closed (when the owner's ledger is released) ends all that is left: the
 * connection of each such request is closed, since that is the only way to recall an HTTP/1.1 request. Thread-safe.
 */
final class OwnedRequests implements AutoCloseable {

    private final Transport transport;
    private final RunnableContext owner;
    private final WriteFence fence;
    private final Consumer<OwnedRequests> onClose;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private final Set<OwnedWebSocket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean revoked;
    private volatile boolean closed;

    OwnedRequests(Transport transport, RunnableContext owner, WriteFence fence, Consumer<OwnedRequests> onClose) {
        this.transport = transport;
        this.owner = owner;
        this.fence = fence;
        this.onClose = onClose;
    }

    Transport transport() {
        return transport;
    }

    RunnableContext owner() {
        return owner;
    }

    /** Called on the thread that makes the request. */
    void admit(boolean write) {
        // The revocation itself runs on a thread of its own, a moment after the owner was cancelled.
        if (revoked || owner.cancelled().isSet()) {
            throw revocation();
        }
        if (write) {
            fence.check();
        }
    }

    private RevokedException revocation() {
        return new RevokedException("the client of " + owner.id() + " for cluster " + transport.cluster()
                + " is revoked: its owner has been cancelled; stop using it");
    }

    CompletableFuture<HttpResponse<AsyncBody>> send(StandardHttpRequest request,
            AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        boolean streaming = Exchange.isStream(request);
        boolean write = Exchange.isWrite(request.method());
        InFlight entry = streaming
                ? new Untracked()
                : owner.inFlight("request", request.method() + " " + transport.cluster() + request.uri().getPath(),
                        write);
        Exchange exchange = new Exchange(transport, request, consumer, entry, streaming, open::remove);
        open.add(exchange);
        if (closed || (streaming && revoked)) {
            exchange.abort(revocation());
        } else {
            exchange.start();
        }
        return exchange.response();
    }

    /** A WebSocket is a stream: it is not awaited by a stop, and ends when the owner is cancelled. */
    @SuppressWarnings("FutureReturnValueIgnored") // what comes of it goes to the future of the socket
    CompletableFuture<WebSocketResponse> open(StandardWebSocketBuilder builder, WebSocket.Listener listener) {
        OwnedWebSocket socket = new OwnedWebSocket(listener, sockets::remove);
        sockets.add(socket);
        if (revoked) {
            socket.abort(revocation());
        } else {
            transport.endpoint().client().buildWebSocketDirect(builder, socket).whenComplete(socket::answered);
        }
        return socket.response();
    }

    /** Refuses new requests, ends streams. */
    void revoke() {
        revoked = true;
        sockets.forEach(socket -> socket.abort(revocation()));
        for (Exchange exchange : open) {
            if (exchange.streaming()) {
                exchange.abort(revocation());
            }
        }
    }

    boolean revoked() {
        return revoked;
    }

    @Override
    public void close() {
        revoked = true;
        closed = true;
        for (Exchange exchange : open) {
            exchange.abort(revocation());
        }
        sockets.forEach(socket -> socket.abort(revocation()));
        onClose.accept(this);
    }

    /** Streams are not awaited by a stop: they end with the owner. */
    private static final class Untracked implements InFlight {

        @Override
        public void close() {
        }

        @Override
        public void unanswered() {
        }
    }
}
