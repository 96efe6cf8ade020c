package dev.windlass.server;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.Signal;
import dev.windlass.lifecycle.UnitEvent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Events as lines of JSON until the client goes or the server stops.
 *
 * <p>The manager's listener only hands over; the request's thread writes. While the client does not read, the listener waits,
 * and the manager drops what is oldest for it and tells it the current state later.
 */
final class EventStream {
    private static final int AHEAD = 256;
    private static final long KEEP_ALIVE_SECONDS = 15;
    private static final byte[] KEEP_ALIVE = {'\n'};

    private final Manager manager;
    private final Signal stopping;
    private final @Nullable String unit;
    private final BlockingQueue<Line> lines = new ArrayBlockingQueue<>(AHEAD);
    private volatile boolean ended;

    private record Line(String json, boolean last) {
    }

    EventStream(Manager manager, Signal stopping, @Nullable String unit) {
        this.manager = manager;
        this.stopping = stopping;
        this.unit = unit;
    }

    void write(Response response, Callback callback) throws Exception {
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/x-ndjson");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        try (OutputStream out = Content.Sink.asOutputStream(response);
                AutoCloseable _ = manager.subscribe(this::offer);
                Registration _ = stopping.onSet(() -> put(new Line("", true)))) {
            copy(out);
        } catch (IOException e) {
            // The client has gone, which is how a stream ends; there is nobody to tell.
            callback.failed(e);
            return;
        } finally {
            ended = true;
        }
        callback.succeeded();
    }

    private void copy(OutputStream out) throws IOException, InterruptedException {
        while (true) {
            Line line = lines.poll();
            if (line == null) {
                out.flush();
                line = lines.poll(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS);
            }
            if (line == null) {
                out.write(KEEP_ALIVE);
            } else if (line.last()) {
                return;
            } else {
                out.write(line.json().getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private void offer(UnitEvent event) {
        if (unit == null || unit.equals(event.unit())) {
            put(new Line(Json.line(UnitViews.Event.of(event)), false));
        }
    }

    private void put(Line line) {
        try {
            while (!ended && !lines.offer(line, 1, TimeUnit.SECONDS)) {
                // Asks again whether somebody still reads.
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
