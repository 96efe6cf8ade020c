package dev.windlass.kubernetes;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The network between a client and a server on this machine: it can turn into a black hole, cut connections, refuse them. */
final class FaultyWire implements AutoCloseable {

    enum Mode {
        PASS, BLACK_HOLE, REFUSE
    }

    private final ServerSocket listener;
    private final int target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile Mode mode = Mode.PASS;

    FaultyWire(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().name("wire").start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    void mode(Mode now) {
        mode = now;
    }

    /** Closes all connections. */
    void cut() {
        links.forEach(Link::close);
    }

    /** Connections that the client side keeps open. */
    int connections() {
        return links.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (mode == Mode.REFUSE) {
                    client.close();
                } else {
                    new Link(client).start();
                }
            } catch (IOException e) {
                if (!listener.isClosed()) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut();
    }

    private final class Link {

        private final Socket client;
        private final Socket server = new Socket();

        Link(Socket client) {
            this.client = client;
        }

        void start() {
            links.add(this);
            Thread.ofVirtual().start(() -> pump(true));
        }

        private void pump(boolean upstream) {
            byte[] buffer = new byte[1 << 14];
            try {
                if (upstream) {
                    server.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), target));
                    Thread.ofVirtual().start(() -> pump(false));
                }
                InputStream from = (upstream ? client : server).getInputStream();
                OutputStream to = (upstream ? server : client).getOutputStream();
                int count;
                while ((count = from.read(buffer)) >= 0) {
                    if (mode != Mode.BLACK_HOLE) {
                        to.write(buffer, 0, count);
                    }
                }
            } catch (IOException e) {
                // Either side went: so does the link.
            } finally {
                close();
            }
        }

        void close() {
            links.remove(this);
            for (Socket socket : new Socket[]{client, server}) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            }
        }
    }
}
