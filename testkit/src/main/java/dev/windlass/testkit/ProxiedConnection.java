package dev.windlass.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection through a {@link FaultProxy}. Each direction has a thread that reads and one that writes, with a queue
 * between them, so that the end of a client is seen also while nothing may be written.
 */
final class ProxiedConnection {

    private static final int CHUNK = 16 * 1024;
    /** A queue holds a megabyte; after that the sender feels it, as it would with a full network. */
    private static final int CHUNKS = 64;

    private static final Logger LOG = LoggerFactory.getLogger(ProxiedConnection.class);

    private final SocketChannel client;
    private final InetSocketAddress target;
    private final Gate gate;
    private final Consumer<ProxiedConnection> ended;
    private final List<Thread> threads = new ArrayList<>();
    private final BlockingQueue<Chunk> toServer = new LinkedBlockingQueue<>(CHUNKS);
    private final BlockingQueue<Chunk> toClient = new LinkedBlockingQueue<>(CHUNKS);
    private final CountDownLatch connected = new CountDownLatch(1);
    private final SocketChannel upstream;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean heldByClient = true;

    ProxiedConnection(int port, SocketChannel client, SocketChannel upstream, InetSocketAddress target, Gate gate,
            Consumer<ProxiedConnection> ended) {
        this.client = client;
        this.upstream = upstream;
        this.target = target;
        this.gate = gate;
        this.ended = ended;
        String name = "fault-proxy-" + port + "-";
        threads.add(Thread.ofVirtual().name(name + "from-client")
                .unstarted(() -> read(client, toServer, () -> heldByClient = false)));
        threads.add(Thread.ofVirtual().name(name + "to-server").unstarted(this::connectAndWrite));
        threads.add(Thread.ofVirtual().name(name + "from-server").unstarted(this::readFromServer));
        threads.add(Thread.ofVirtual().name(name + "to-client").unstarted(() -> write(toClient, client)));
    }

    /** Bytes and when they arrived, by {@link System#nanoTime()}. None means that the sender has closed. */
    private record Chunk(ByteBuffer bytes, long arrived) {
    }

    void start() {
        threads.forEach(Thread::start);
    }

    boolean heldByClient() {
        return heldByClient;
    }

    /** Closes both sides; the peers see a reset, not an end. */
    void reset() {
        if (!closed.get()) {
            for (SocketChannel side : List.of(client, upstream)) {
                try {
                    side.setOption(StandardSocketOptions.SO_LINGER, 0);
                } catch (IOException e) {
                    LOG.debug("a side that was closed already gets no reset", e);
                }
            }
        }
        end();
    }

    private void end() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        heldByClient = false;
        for (SocketChannel side : List.of(client, upstream)) {
            try {
                side.close();
            } catch (IOException e) {
                LOG.debug("a side was closed with an error, its descriptor is given back all the same", e);
            }
        }
        threads.forEach(Thread::interrupt);
        ended.accept(this);
    }

    void join() {
        threads.forEach(ProxiedConnection::join);
    }

    /** Waits for a thread that is about to end. An interrupt is kept for the caller, who must not leave it behind. */
    static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void connectAndWrite() {
        try {
            gate.pass(System.nanoTime());
            upstream.connect(target);
            connected.countDown();
        } catch (IOException e) {
            reset(); // the client sees what it would see without a proxy, a moment later
            return;
        } catch (InterruptedException e) {
            return; // by end()
        }
        write(toServer, upstream);
    }

    private void readFromServer() {
        try {
            connected.await();
        } catch (InterruptedException e) {
            return; // by end()
        }
        read(upstream, toClient, () -> {
        });
    }

    private void read(SocketChannel from, BlockingQueue<Chunk> to, Runnable atEnd) {
        try {
            boolean more = true;
            while (more) {
                ByteBuffer bytes = ByteBuffer.allocate(CHUNK);
                try {
                    more = from.read(bytes) >= 0;
                } catch (IOException e) {
                    more = false;
                }
                if (!more) {
                    atEnd.run();
                }
                to.put(new Chunk(bytes.flip(), System.nanoTime()));
            }
        } catch (InterruptedException e) {
            end();
        }
    }

    private void write(BlockingQueue<Chunk> from, SocketChannel to) {
        try {
            while (true) {
                Chunk chunk = from.take();
                gate.pass(chunk.arrived());
                if (!chunk.bytes().hasRemaining()) {
                    end();
                    return;
                }
                while (chunk.bytes().hasRemaining()) {
                    to.write(chunk.bytes());
                }
            }
        } catch (IOException e) {
            end();
        } catch (InterruptedException e) {
            end();
        }
    }
}
