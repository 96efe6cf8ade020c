package dev.windlass.apiserver.internal.watch;

import dev.windlass.apiserver.internal.rest.WatchPlan;
import dev.windlass.apiserver.internal.store.Bytes;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * One open watch. It has no thread: it runs on the server's executor when something has happened, takes the next batch from the plan, writes it without
 * blocking, and goes on when that is through. So a watch that is idle costs this object and its stream, and a slow client delays only itself.
 */
public final class WatchStream extends IteratingCallback {
    private final WatchPlan plan;
    private final Content.Sink sink;
    private final Callback finished;
    private final Executor executor;
    private final OpenWatches open;
    private final Runnable onChange = this::wake;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean bookmarkDue = new AtomicBoolean();
    private volatile boolean ending;
    private volatile boolean released;
    private boolean lastWritten;
    private boolean begun;
    private volatile Runnable onRelease = () -> {
    };
    private volatile @Nullable ScheduledFuture<?> timeout;

    /**
     * @param sink
     *            where the events go
     * @param finished
     *            is told when the stream is at its end
     */
    public WatchStream(WatchPlan plan, Content.Sink sink, Callback finished, Executor executor, OpenWatches open) {
        this.plan = plan;
        this.sink = sink;
        this.finished = finished;
        this.executor = executor;
        this.open = open;
    }

    public WatchPlan plan() {
        return plan;
    }

    /**
     * Begins to stream.
     *
     * @param longest after how many seconds the stream ends at the latest
     */
    public void begin(ScheduledExecutorService timer, long longest) {
        open.add(this);
        plan.listen(onChange);
        timeout = timer.schedule(this::end, longest, TimeUnit.SECONDS);
        if (released) {
            release(); // the client had gone before there was anything to give back
            return;
        }
        wake();
    }

    /** Has something run when the stream has come to its end, whichever it is. Before it begins. */
    public void onRelease(Runnable action) {
        onRelease = action;
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            executor.execute(this::iterate);
        }
    }

    /** Ends the stream in order, after what has been committed until now. */
    public void end() {
        ending = true;
        wake();
    }

    void bookmark() {
        if (plan.wantsBookmarks()) {
            bookmarkDue.set(true);
            wake();
        }
    }

    /** The client has gone. */
    public void gone(Throwable cause) {
        abort(cause);
    }

    @Override
    protected Action process() {
        if (lastWritten) {
            return Action.SUCCEEDED;
        }
        woken.set(false);
        boolean last = ending;
        Bytes out = new Bytes(512);
        plan.next(out);
        if (out.isEmpty() && bookmarkDue.getAndSet(false)) {
            plan.bookmark(out);
        }
        last |= plan.ended();
        if (last) {
            lastWritten = true;
            sink.write(true, out.asBuffer(), this);
            return Action.SCHEDULED;
        }
        if (!out.isEmpty() || !begun) {
            // The first write sends the headers, even when there is nothing to tell yet.
            begun = true;
            sink.write(false, out.isEmpty() ? ByteBuffer.allocate(0) : out.asBuffer(), this);
            return Action.SCHEDULED;
        }
        return Action.IDLE;
    }

    @Override
    protected void onCompleteSuccess() {
        release();
        finished.succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        release();
        finished.failed(cause);
    }

    private void release() {
        released = true;
        plan.unlisten(onChange);
        open.remove(this);
        onRelease.run();
        ScheduledFuture<?> running = timeout;
        if (running != null) {
            running.cancel(false);
        }
    }
}
