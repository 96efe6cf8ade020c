package dev.windlass.kubernetes;

import dev.windlass.lifecycle.InFlight;
import dev.windlass.lifecycle.RevokedException;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketResponse;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket of one owner, as exec, attach and port-forward use it: it ends with the owner.
 *
 * <p>State: {@code CONNECTING → OPEN → ENDED}; {@link #abort} leads to {@code ENDED} from each of them, tells the user of the
 * socket, and keeps from it whatever comes later. The monitor guards the state; nothing is called while it is held.
 */
final class OwnedWebSocket implements WebSocket.Listener {

    /** Of RFC 6455: this end goes away. */
    private static final Logger LOGGER = LoggerFactory.getLogger(OwnedWebSocket.class);
    private static final int GOING_AWAY = 1001;

    private final WebSocket.Listener listener;
    private final InFlight upgrade;
    private final Runnable fence;
    private final Consumer<OwnedWebSocket> onEnd;
    private final CompletableFuture<WebSocketResponse> response = new CompletableFuture<>();
    private @Nullable WebSocket socket;
    private boolean ended;

    /**
     * @param upgrade the request for it
     * @param fence throws when the user of the socket may not send
     */
    OwnedWebSocket(WebSocket.Listener listener, InFlight upgrade, Runnable fence, Consumer<OwnedWebSocket> onEnd) {
        this.listener = listener;
        this.upgrade = upgrade;
        this.fence = fence;
        this.onEnd = onEnd;
    }

    CompletableFuture<WebSocketResponse> response() {
        return response;
    }

    /** The answer to the request for an upgrade, or its failure; when it is granted the socket was opened before. */
    void answered(@Nullable WebSocketResponse answer, @Nullable Throwable failure) {
        upgrade.close();
        if (failure != null) {
            end();
            response.completeExceptionally(failure);
            return;
        }
        boolean refused;
        synchronized (this) {
            refused = socket == null;
        }
        if (refused) {
            end();
        }
        response.complete(answer);
    }

    /** Closes the socket. Whoever uses it, or waits for it, gets the reason. */
    void abort(RevokedException reason) {
        WebSocket open;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            open = socket; // in the same step: one that is opened later closes itself
        }
        onEnd.accept(this);
        response.completeExceptionally(reason);
        if (open == null) {
            upgrade.unanswered();
        } else {
            open.sendClose(GOING_AWAY, "");
            tell(open, reason);
        }
    }

    /** The listener's code does not keep the other sockets of the owner from being closed. */
    private void tell(WebSocket gone, RevokedException reason) {
        try {
            listener.onError(gone, reason);
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
            LOGGER.atWarn().setCause(e).addKeyValue("reason", reason.getMessage())
                    .log("the listener of a WebSocket that was closed has failed");
        }
    }

    /** Returns whether it had not ended before. */
    private boolean end() {
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
        }
        onEnd.accept(this);
        return true;
    }

    /** The socket as its user knows it. */
    private synchronized WebSocket known(WebSocket from) {
        return socket == null ? from : socket;
    }

    private synchronized boolean ended() {
        return ended;
    }

    @Override
    public void onOpen(WebSocket opened) {
        boolean late;
        WebSocket fenced = new FencedWebSocket(opened, fence);
        synchronized (this) {
            socket = fenced;
            late = ended;
        }
        if (late) {
            opened.sendClose(GOING_AWAY, "");
        } else {
            listener.onOpen(fenced);
        }
    }

    @Override
    public void onMessage(WebSocket from, String text) {
        if (!ended()) {
            listener.onMessage(known(from), text);
        }
    }

    @Override
    public void onMessage(WebSocket from, ByteBuffer bytes) {
        if (!ended()) {
            listener.onMessage(known(from), bytes);
        }
    }

    @Override
    public void onClose(WebSocket closed, int code, String reason) {
        if (end()) {
            listener.onClose(known(closed), code, reason);
        }
    }

    @Override
    public void onError(WebSocket failed, Throwable error) {
        if (end()) {
            listener.onError(known(failed), error);
        }
    }
}
