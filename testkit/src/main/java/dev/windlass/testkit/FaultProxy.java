package dev.windlass.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A network that fails on command: a TCP proxy on loopback before any server. It passes bytes, and so TLS too, and does
 * not look into them.
 *
 * <p>All methods may be called from any thread; each takes effect for open connections too before it returns, but for
 * bytes that are on their way.
 */
public final class FaultProxy implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(FaultProxy.class);

    private final @Nullable TestApiServer server;
    private final InetSocketAddress target;
    private final int port;
    // Keeps the port while no socket listens on it.
    private final SocketChannel reserved;
    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final Gate gate = new Gate();
    // Guards the three fields below. Never taken together with the gate's lock; the I/O under it binds a socket on
    // loopback, which does not wait.
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable ServerSocketChannel listener;
    private @Nullable Thread acceptor;
    private boolean closed;

    private FaultProxy(@Nullable TestApiServer server, InetSocketAddress target) throws IOException {
        this.server = server;
        this.target = target;
        reserved = SocketChannel.open();
        reserved.setOption(StandardSocketOptions.SO_REUSEPORT, true);
        reserved.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        port = ((InetSocketAddress) reserved.getLocalAddress()).getPort();
        listen();
    }

    /** Starts a proxy before an API server. */
    public static FaultProxy before(TestApiServer server) {
        return start(server, new InetSocketAddress(server.url().getHost(), server.url().getPort()));
    }

    /** Starts a proxy before any server. */
    public static FaultProxy before(InetSocketAddress target) {
        return start(null, target);
    }

    private static FaultProxy start(@Nullable TestApiServer server, InetSocketAddress target) {
        try {
            return new FaultProxy(server, target);
        } catch (IOException e) {
            throw new UncheckedIOException("a proxy before %s cannot be started: %s".formatted(target, e), e);
        }
    }

    /** The port on 127.0.0.1; the same for the proxy's whole life. */
    public int port() {
        return port;
    }

    /** {@code https://127.0.0.1:PORT}. */
    public URI url() {
        return URI.create("https://127.0.0.1:" + port);
    }

    /** The kubeconfig of {@link TestApiServer#ADMIN} that leads through this proxy. */
    public String kubeconfig() {
        return kubeconfig(TestApiServer.ADMIN);
    }

    /**
     * The kubeconfig of a user that leads through this proxy.
     *
     * @throws IllegalStateException if the proxy does not stand before a {@link TestApiServer}
     */
    public String kubeconfig(String user) {
        if (server == null) {
            throw new IllegalStateException(this + " does not stand before an API server");
        }
        return server.kubeconfig(user, url());
    }

    /**
     * From now on nothing comes through, in either direction: connections are accepted, and answered never. Bytes are
     * kept, as a network keeps sending them, and come through after {@link #heal()}.
     */
    public void blackHole() {
        gate.shut();
    }

    /** Every byte takes at least so long for each direction. */
    public void latency(Duration delay) {
        gate.delay(delay);
    }

    /** Breaks all connections with a reset; new ones come through. */
    public void cut() {
        connections.forEach(ProxiedConnection::reset);
    }

    /** Refuses new connections; open ones go on. */
    public void refuse() {
        stopListening(false);
    }

    /** Ends black hole, latency and refusal. */
    public void heal() {
        gate.delay(Duration.ZERO);
        gate.open();
        lock.lock();
        try {
            if (listener == null && !closed) {
                listen();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("port %d of %s cannot be taken again: %s".formatted(port, this, e), e);
        } finally {
            lock.unlock();
        }
    }

    /** The connections that clients hold open now, also in a black hole. */
    public int connections() {
        return (int) connections.stream().filter(ProxiedConnection::heldByClient).count();
    }

    /** How many connections were accepted until now. */
    public long accepted() {
        return accepted.get();
    }

    /** Breaks all connections and gives the port and all threads back. Idempotent. */
    @Override
    public void close() {
        stopListening(true);
        try {
            reserved.close();
        } catch (IOException e) {
            throw new UncheckedIOException(this + " cannot give its port back: " + e, e);
        } finally {
            List<ProxiedConnection> open = List.copyOf(connections);
            open.forEach(ProxiedConnection::reset);
            open.forEach(ProxiedConnection::join);
        }
    }

    @Override
    public String toString() {
        return "proxy 127.0.0.1:%d before %s".formatted(port, server == null ? target : server.name());
    }

    private void listen() throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open();
        boolean listening = false;
        try {
            opened.setOption(StandardSocketOptions.SO_REUSEPORT, true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            listener = opened;
            acceptor = Thread.ofVirtual().name("fault-proxy-" + port).start(() -> accept(opened));
            listening = true;
        } finally {
            if (!listening) {
                opened.close();
            }
        }
    }

    /** Returns when the port refuses: the socket is closed for good only when the thread that accepts has left it. */
    private void stopListening(boolean forGood) {
        ServerSocketChannel open;
        Thread accepting;
        lock.lock();
        try {
            closed |= forGood;
            open = listener;
            accepting = acceptor;
            listener = null;
            acceptor = null;
        } finally {
            lock.unlock();
        }
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(this + " cannot stop listening: " + e, e);
        } finally {
            if (accepting != null) {
                ProxiedConnection.join(accepting);
            }
        }
    }

    private void accept(ServerSocketChannel from) {
        while (true) {
            SocketChannel client;
            SocketChannel upstream;
            try {
                client = from.accept();
                upstream = SocketChannel.open();
            } catch (IOException e) {
                if (from.isOpen()) {
                    LOG.atError().addKeyValue("proxy", this).setCause(e).log("accepts no further connection");
                }
                return; // else closed by refuse() or close()
            }
            accepted.incrementAndGet();
            ProxiedConnection connection = new ProxiedConnection(port, client, upstream, target, gate,
                    connections::remove);
            boolean late;
            lock.lock();
            try {
                late = closed;
                if (!late) {
                    connections.add(connection);
                    connection.start();
                }
            } finally {
                lock.unlock();
            }
            if (late) {
                connection.reset();
            }
        }
    }
}
