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
    private final boolean outlivesCancel;
    private final Set<Exchange> open = ConcurrentHashMap.newKeySet();
    private final Set<OwnedWebSocket> sockets = ConcurrentHashMap.newKeySet();
    private volatile boolean revoked;
    private volatile boolean closed;

    OwnedRequests(Transport transport, RunnableContext owner, WriteFence fence, Consumer<OwnedRequests> onClose) {
        this(transport, owner, fence, onClose, false);
    }

    private OwnedRequests(Transport transport, RunnableContext owner, WriteFence fence,
            Consumer<OwnedRequests> onClose, boolean outlivesCancel) {
        this.outlivesCancel = outlivesCancel;
        this.transport = transport;
        this.owner = owner;
        this.fence = fence;
        this.onClose = onClose;
    }

    /** Requests of an owner that has something to say while it is cancelled: refused when its ledger is released. */
    static OwnedRequests untilReleased(Transport transport, RunnableContext owner) {
        return new OwnedRequests(transport, owner, WriteFence.open(), closed -> {
        }, true);
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
        if (revoked || (!outlivesCancel && owner.cancelled().isSet())) {
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

    /**
     * A WebSocket is a stream: it is not awaited by a stop, and ends when the owner is cancelled. What goes through it can change
     * something, so that opening it is a write, and each message of the owner is one.
     */
    @SuppressWarnings("FutureReturnValueIgnored") // what comes of it goes to the future of the socket
    CompletableFuture<WebSocketResponse> open(StandardWebSocketBuilder builder, WebSocket.Listener listener) {
        String what = transport.cluster() + builder.asHttpRequest().uri().getPath();
        InFlight upgrade = owner.inFlight("request", "CONNECT " + what, true);
        OwnedWebSocket socket = new OwnedWebSocket(listener, upgrade, () -> passMessage("message to " + what),
                sockets::remove);
        sockets.add(socket);
        try {
            if (revoked) {
                throw revocation();
            }
            fence.check();
            upgrade.sending();
        } catch (RuntimeException e) {
            socket.answered(null, e); // never sent
            return socket.response();
        }
        transport.endpoint().client().buildWebSocketDirect(builder, socket).whenComplete(socket::answered);
        return socket.response();
    }

    private void passMessage(String what) {
        fence.check();
        InFlight message = owner.inFlight("message", what, true);
        try {
            message.sending();
        } finally {
            message.close();
        }
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
