package dev.windlass.apiserver.internal.net;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * One TCP connection, below TLS. Beside what every connection does:
 * <ul>
 * <li>It can be silent, as if a network dropped every packet: what comes is kept, what goes waits, and both go on when the silence ends.</li>
 * <li>It can listen for its end while nobody reads from it, by reading ahead. HTTP/1.1 does not read while it answers, so a client that leaves a watch would
 * not be noticed.</li>
 * </ul>
 * The lock guards what has been read ahead. It is never held while another object is called, except the channel, which does not block.
 */
final class Line extends SocketChannelEndPoint {
    private static final int MOST_AHEAD = 256 * 1024;
    private static final int STEP = 16 * 1024;

    private final BooleanSupplier silent;
    private final java.util.concurrent.Executor executor;
    private final Object lock = new Object();
    private final Queue<Runnable> onEnd = new ConcurrentLinkedQueue<>();
    private ByteBuffer ahead = ByteBuffer.allocate(0);
    private boolean endSeen;
    private volatile boolean flushWaits;
    private volatile SelectionKey key;

    Line(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler,
            java.util.concurrent.Executor executor,
            BooleanSupplier silent) {
        super(channel, selector, key, scheduler);
        this.key = key;
        this.executor = executor;
        this.silent = silent;
    }

    /**
     * The connection that a request came on.
     *
     * @return null when it came on something else
     */
    static @Nullable Line of(Request request) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        while (endPoint instanceof EndPoint.Wrapper wrapper) {
            endPoint = wrapper.unwrap();
        }
        return endPoint instanceof Line line ? line : null;
    }

    /** Has somebody told when the connection ends, even while nobody reads from it. */
    void onEnd(Runnable listener) {
        onEnd.add(listener);
        if (isOpen()) {
            super.needsFillInterest();
        } else {
            tellEnd();
        }
    }

    void forget(Runnable listener) {
        onEnd.remove(listener);
    }

    @Override
    public void replaceKey(SelectionKey newKey) {
        key = newKey;
        super.replaceKey(newKey);
    }

    @Override
    public @Nullable Runnable onSelected() {
        int ready = key.readyOps();
        Runnable task = super.onSelected();
        boolean mute = silent.getAsBoolean();
        boolean readable = (ready & SelectionKey.OP_READ) != 0;
        boolean writable = (ready & SelectionKey.OP_WRITE) != 0;
        if (mute && writable) {
            flushWaits = true;
        }
        if (readable && (mute || !getFillInterest().isInterested())) {
            Runnable end = readAhead();
            return !mute && writable ? () -> run(getWriteFlusher()::completeWrite, end) : end;
        }
        return mute ? null : task;
    }

    private static void run(Runnable first, @Nullable Runnable second) {
        first.run();
        if (second != null) {
            second.run();
        }
    }

    /** @return what is to be done when the end has been read, or null */
    private @Nullable Runnable readAhead() {
        synchronized (lock) {
            try {
                while (ahead.remaining() < MOST_AHEAD) {
                    ByteBuffer step = ByteBuffer.allocate(STEP);
                    int count = getChannel().read(step);
                    if (count < 0) {
                        endSeen = true;
                        return this::close;
                    }
                    if (count == 0) {
                        super.needsFillInterest();
                        return null;
                    }
                    step.flip();
                    ahead = ByteBuffer.allocate(ahead.remaining() + count).put(ahead).put(step).flip();
                }
                return null;
            } catch (IOException _) {
                endSeen = true;
                return this::close;
            }
        }
    }

    @Override
    protected void needsFillInterest() {
        boolean waiting;
        synchronized (lock) {
            waiting = ahead.hasRemaining() || endSeen;
        }
        if (waiting && !silent.getAsBoolean()) {
            executor.execute(() -> getFillInterest().fillable());
        } else {
            super.needsFillInterest();
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        if (silent.getAsBoolean()) {
            return 0;
        }
        synchronized (lock) {
            if (ahead.hasRemaining()) {
                return BufferUtil.append(buffer, ahead);
            }
        }
        return super.fill(buffer);
    }

    @Override
    public boolean flush(ByteBuffer... buffers) throws IOException {
        return silent.getAsBoolean() ? BufferUtil.isEmpty(buffers) : super.flush(buffers);
    }

    @Override
    protected void onIncompleteFlush() {
        if (silent.getAsBoolean()) {
            flushWaits = true;
        } else {
            super.onIncompleteFlush();
        }
    }

    /** The silence is over. */
    void resume() {
        if (flushWaits) {
            flushWaits = false;
            super.onIncompleteFlush();
        }
        if (getFillInterest().isInterested()) {
            needsFillInterest();
        }
    }

    /** Ends the connection with a reset, as a crash or a firewall would. */
    void reset(String reason) {
        try {
            getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException _) {
            // closed already, which is what is wanted
        }
        close(new IOException(reason));
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        tellEnd();
    }

    private void tellEnd() {
        for (Runnable listener = onEnd.poll(); listener != null; listener = onEnd.poll()) {
            listener.run();
        }
    }
}
