package dev.windlass.kubernetes;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Accepts the upgrade to a WebSocket that an exec asks for, or refuses it, and reads what comes until the client closes. Whatever
 * else it is asked for, it answers with the pod. Plain HTTP.
 */
final class WebSocketServer implements AutoCloseable {

    private static final String POD = """
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"web","namespace":"default"},
            "spec":{"containers":[{"name":"main","image":"web"}]},
            "status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}""";
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    final CountDownLatch accepted = new CountDownLatch(1);
    /** How often an upgrade was asked for. */
    final AtomicInteger upgrades = new AtomicInteger();
    /** How many messages with data of a stream have come. */
    final AtomicInteger messages = new AtomicInteger();
    private final boolean refusing;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> upgraded = ConcurrentHashMap.newKeySet();

    WebSocketServer(boolean refusing) throws IOException {
        this.refusing = refusing;
        Thread.ofVirtual().start(() -> {
            while (!listener.isClosed()) {
                try {
                    Socket socket = listener.accept();
                    sockets.add(socket);
                    Thread.ofVirtual().start(() -> serve(socket));
                } catch (IOException e) {
                    return; // closed
                }
            }
        });
    }

    /** How many WebSockets the client keeps open. */
    int open() {
        return upgraded.size();
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            while (true) {
                String key = null;
                String line = in.readLine();
                if (line == null) {
                    return;
                }
                for (line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
                    if (line.regionMatches(true, 0, "sec-websocket-key:", 0, 18)) {
                        key = line.substring(18).strip();
                    }
                }
                if (key != null) {
                    upgrades.incrementAndGet();
                }
                if (key == null) {
                    answer(socket, "200 OK\r\nContent-Type: application/json\r\nContent-Length: " + POD.length()
                            + "\r\n\r\n" + POD);
                } else if (refusing) {
                    answer(socket, "403 Forbidden\r\nContent-Length: 0\r\n\r\n");
                } else {
                    upgraded.add(socket);
                    answer(socket, "101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Protocol: v4.channel.k8s.io\r\nSec-WebSocket-Accept: " + accept(key)
                            + "\r\n\r\n");
                    accepted.countDown();
                    while (readFrame(in)) {
                        // Whatever the client says; it closes when nobody answers its goodbye.
                    }
                    return;
                }
            }
        } catch (IOException e) {
            // The client has gone.
        } finally {
            upgraded.remove(socket);
            sockets.remove(socket);
        }
    }

    /** A masked frame of less than 64 KiB, each byte as a character. Returns false at the end. */
    private boolean readFrame(BufferedReader in) throws IOException {
        int first = in.read();
        int length = in.read() & 0x7f;
        if (length == 126) {
            length = in.read() << 8 | in.read();
        }
        for (int i = 0; first >= 0 && i < 4 + length; i++) {
            if (in.read() < 0) {
                return false;
            }
        }
        int opcode = first & 0x0f;
        if (first >= 0 && (opcode == 1 || opcode == 2) && length > 1) { // the first byte names the stream
            messages.incrementAndGet();
        }
        return first >= 0;
    }

    private static void answer(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(("HTTP/1.1 " + text).getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    private static String accept(String key) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-1", e);
        }
    }

    String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                current-context: sockets
                contexts: [{name: sockets, context: {cluster: sockets}}]
                clusters: [{name: sockets, cluster: {server: "http://127.0.0.1:%d"}}]
                """.formatted(listener.getLocalPort());
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
