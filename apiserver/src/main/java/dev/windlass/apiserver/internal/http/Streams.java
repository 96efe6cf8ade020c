package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.net.ClientEnd;
import dev.windlass.apiserver.internal.rest.WatchPlan;
import dev.windlass.apiserver.internal.watch.OpenWatches;
import dev.windlass.apiserver.internal.watch.WatchStream;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;

/** Opens watches on requests. Thread-safe. */
public final class Streams {
    // The real server ends a watch that has no time-out of its own after 30 to 60 minutes.
    private static final long SHORTEST_SECONDS = 1800;

    private final OpenWatches open;
    private final Executor executor;
    private final ScheduledExecutorService timer;

    public Streams(OpenWatches open, Executor executor, ScheduledExecutorService timer) {
        this.open = open;
        this.executor = executor;
        this.timer = timer;
    }

    void begin(WatchPlan plan, Request request, Content.Sink sink, Callback callback) {
        WatchStream stream = new WatchStream(plan, sink, callback, executor, open);
        request.addIdleTimeoutListener(_ -> false);
        request.addFailureListener(stream::gone);
        Runnable forget = ClientEnd.listen(request,
                () -> stream.gone(new EofException("the client has closed the connection")));
        stream.onRelease(forget);
        long longest = plan.timeoutSeconds() > 0
                ? plan.timeoutSeconds()
                : SHORTEST_SECONDS + ThreadLocalRandom.current().nextLong(SHORTEST_SECONDS);
        stream.begin(timer, longest);
    }
}
