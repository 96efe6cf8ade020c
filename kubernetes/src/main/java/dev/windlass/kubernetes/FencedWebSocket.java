package dev.windlass.kubernetes;

import io.fabric8.kubernetes.client.http.WebSocket;
import java.nio.ByteBuffer;

/**
 * A WebSocket whose messages pass a fence, on the thread that sends them. That it is closed is no message: it ends what it can change.
 *
 * @param fence throws when nothing may be sent
 */
record FencedWebSocket(WebSocket socket, Runnable fence) implements WebSocket {

    @Override
    public boolean send(ByteBuffer buffer) {
        fence.run();
        return socket.send(buffer);
    }

    @Override
    public boolean sendClose(int code, String reason) {
        return socket.sendClose(code, reason);
    }

    @Override
    public long queueSize() {
        return socket.queueSize();
    }

    @Override
    public void request() {
        socket.request();
    }
}
