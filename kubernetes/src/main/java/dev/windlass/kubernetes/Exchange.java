package dev.windlass.kubernetes;

import dev.windlass.lifecycle.InFlight;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.Timer;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.StandardHttpHeaders;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One request on the wire and its answer.
 *
 * <p>State: {@code WAITING (for a permit) → CONNECTING → SENT → ANSWERING → ENDED}; {@link #abort} leads to {@code ENDED}
 * from each of them. Whatever leads to {@code ENDED} gives back the permit and the ledger's entry, once. The lock guards the
 * state only; nothing is called while it is held.
 */
final class Exchange {

    private static final long CONNECT_TIMEOUT_MILLIS = 5_000;
    private static final Duration DEFAULT_SILENCE = Duration.ofSeconds(10);

    private enum State {
        WAITING, CONNECTING, SENT, ANSWERING, ENDED
    }

    private final Transport transport;
    private final StandardHttpRequest request;
    private final AsyncBody.Consumer<List<ByteBuffer>> consumer;
    private final InFlight entry;
    private final boolean streaming;
    private final Consumer<Exchange> onEnd;
    private final CompletableFuture<HttpResponse<AsyncBody>> response = new CompletableFuture<>();
    private final Runnable granted = this::connect;

    private final Object lock = new Object();
    private State state = State.WAITING;
    private @Nullable HttpClientRequest wire;
    private @Nullable Body body;
    private @Nullable Timer watchdog;
    private volatile long lastActivity;

    Exchange(Transport transport, StandardHttpRequest request, AsyncBody.Consumer<List<ByteBuffer>> consumer,
            InFlight entry,
            boolean streaming, Consumer<Exchange> onEnd) {
        this.transport = transport;
        this.request = request;
        this.consumer = consumer;
        this.entry = entry;
        this.streaming = streaming;
        this.onEnd = onEnd;
    }

    static boolean isWrite(String method) {
        return !method.equals("GET") && !method.equals("HEAD") && !method.equals("OPTIONS");
    }

    /** Whether the answer has no foreseeable end: such requests take no permit. */
    static boolean isStream(HttpRequest request) {
        String query = request.uri().getRawQuery();
        boolean declared = request instanceof StandardHttpRequest standard && standard.isForStreaming();
        return declared || (query != null && (query.contains("watch=") || query.contains("follow=true")));
    }

    boolean streaming() {
        return streaming;
    }

    CompletableFuture<HttpResponse<AsyncBody>> response() {
        return response;
    }

    void start() {
        if (streaming) {
            connect();
        } else {
            transport.permits().acquire(granted);
        }
    }

    private void connect() {
        synchronized (lock) {
            if (state == State.ENDED) {
                // Aborted at the very moment the permit was granted.
                releasePermitLater();
                return;
            }
            state = State.CONNECTING;
        }
        active();
        watch(silence());
        try {
            transport.dial(options()).onComplete(this::send, this::failed);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    // ---- silence: Vert.x stops looking once the head of the answer is there

    /** How long nothing may happen; zero for ever. */
    private Duration silence() {
        Duration asked = request.getTimeout();
        if (asked != null && asked.isPositive()) {
            return asked;
        }
        return streaming ? Duration.ZERO : DEFAULT_SILENCE;
    }

    private void active() {
        lastActivity = transport.time().nanos();
    }

    private void watch(Duration limit) {
        if (limit.isZero()) {
            return;
        }
        Timer armed = transport.time().after(limit, this::look);
        boolean ended;
        synchronized (lock) {
            watchdog = armed;
            ended = state == State.ENDED;
        }
        if (ended) {
            armed.cancel();
        }
    }

    private void look() {
        Duration limit = silence();
        Duration left = limit.minusNanos(transport.time().nanos() - lastActivity);
        if (left.isPositive()) {
            watch(left);
        } else {
            // Whoever waits for the answer is told there: not on the thread that rings for the whole manager.
            Thread.ofVirtual().inheritInheritableThreadLocals(false).name(transport.cluster() + " silence")
                    .start(() -> failed(new SilenceException(limit)));
        }
    }

    private void releasePermitLater() {
        if (!streaming) {
            Thread.ofVirtual().inheritInheritableThreadLocals(false).name(transport.cluster() + " permit")
                    .start(transport.permits()::release);
        }
    }

    private RequestOptions options() {
        RequestOptions options = new RequestOptions();
        request.headers().forEach((name, values) -> values.forEach(value -> options.addHeader(name, value)));
        options.setAbsoluteURI(request.uri().toString());
        options.setMethod(HttpMethod.valueOf(request.method()));
        if (request.getContentType() != null) {
            options.putHeader(HttpHeaders.CONTENT_TYPE, request.getContentType());
        }
        options.setConnectTimeout(CONNECT_TIMEOUT_MILLIS);
        return options;
    }

    private void send(HttpClientRequest connected) {
        try {
            entry.sending(); // it may have waited long for a permit and a connection
        } catch (RevokedException e) {
            failed(e);
            connected.exceptionHandler(this::failed);
            connected.reset();
            return;
        }
        // Without a handler of its own Vert.x logs each reset as an error.
        connected.exceptionHandler(this::failed);
        boolean proceed;
        synchronized (lock) {
            proceed = state == State.CONNECTING;
            if (proceed) {
                wire = connected;
                state = State.SENT;
            }
        }
        active();
        if (!proceed) {
            connected.reset();
            return;
        }
        connected.response().onComplete(this::answered, this::failed);
        write(connected);
    }

    private void write(HttpClientRequest target) {
        StandardHttpRequest.BodyContent content = request.body();
        switch (content) {
            case null -> target.end();
            case StandardHttpRequest.StringBodyContent text -> target.end(Buffer.buffer(text.getContent()));
            case StandardHttpRequest.ByteArrayBodyContent bytes -> target.end(Buffer.buffer(bytes.getContent()));
            case StandardHttpRequest.InputStreamBodyContent stream -> {
                target.setChunked(true);
                Thread.ofVirtual().inheritInheritableThreadLocals(false).name(transport.cluster() + " upload")
                        .start(() -> upload(stream.getContent(), target));
            }
            default ->
                failed(new IllegalArgumentException("a request body of " + content.getClass() + " is not supported"));
        }
    }

    private void upload(InputStream content, HttpClientRequest target) {
        byte[] chunk = new byte[1 << 14];
        try (content) {
            int count;
            while ((count = content.read(chunk)) >= 0) {
                target.write(Buffer.buffer().appendBytes(chunk, 0, count)).await();
            }
            target.end();
        } catch (IOException e) {
            failed(e);
        } catch (RuntimeException e) {
            failed(e);
        }
    }

    private void answered(HttpClientResponse answer) {
        answer.pause();
        active();
        Body answerBody = new Body(answer);
        boolean proceed;
        synchronized (lock) {
            proceed = state == State.SENT;
            if (proceed) {
                body = answerBody;
                state = State.ANSWERING;
            }
        }
        if (proceed) {
            transport.meters().answered(Integer.toString(answer.statusCode()), request.method(), transport.host());
            answerBody.attach();
            response.complete(new Answer(answer, answerBody, request));
        } else {
            answer.request().reset();
        }
    }

    private void failed(Throwable cause) {
        end(toIo(cause), false);
    }

    private static Throwable toIo(Throwable cause) {
        if (cause instanceof IOException || cause instanceof RevokedException) {
            return cause;
        }
        return new IOException(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
    }

    /** Ends the exchange now: whoever waits for it gets the cause, and its connection is closed. */
    void abort(Throwable cause) {
        end(cause, true);
    }

    private void end(@Nullable Throwable cause, boolean aborted) {
        State before;
        HttpClientRequest onWire;
        Body answering;
        Timer armed;
        synchronized (lock) {
            before = state;
            if (before == State.ENDED) {
                return;
            }
            state = State.ENDED;
            onWire = wire;
            answering = body;
            armed = watchdog;
        }
        if (armed != null) {
            armed.cancel();
        }
        if (cause != null) {
            if (before != State.ANSWERING) {
                transport.meters().answered("<error>", request.method(), transport.host());
            }
            if (onWire != null) {
                onWire.reset();
            }
        }
        if (cause instanceof IOException && (before == State.WAITING || before == State.CONNECTING)) {
            cause = new NotSentException(cause);
        }
        boolean unanswered = aborted && before == State.SENT;
        if (unanswered) {
            entry.unanswered();
        } else {
            entry.close();
        }
        onEnd.accept(this);
        givePermitBack(before);
        complete(cause, answering);
    }

    private void givePermitBack(State before) {
        if (streaming) {
            return;
        }
        if (before == State.WAITING) {
            // Never granted; when it is being granted right now, connect() gives it back.
            transport.permits().withdraw(granted);
        } else {
            transport.permits().release();
        }
    }

    private void complete(@Nullable Throwable cause, @Nullable Body answering) {
        if (cause != null) {
            response.completeExceptionally(cause);
            if (answering != null) {
                answering.done.completeExceptionally(cause);
            }
        } else if (answering != null) {
            answering.done.complete(null);
        }
    }

    /** The answer's body: delivered buffer by buffer as it is asked for. */
    private final class Body implements AsyncBody {

        private final HttpClientResponse answer;
        private final CompletableFuture<Void> done = new CompletableFuture<>();

        Body(HttpClientResponse answer) {
            this.answer = answer;
        }

        void attach() {
            answer.handler(this::deliver);
            answer.endHandler(nothing -> end(null, false));
            answer.exceptionHandler(Exchange.this::failed);
        }

        private void deliver(Buffer buffer) {
            active();
            try {
                consumer.consume(List.of(ByteBuffer.wrap(buffer.getBytes())), this);
            } catch (Exception e) {
                failed(e);
            }
        }

        @Override
        public void consume() {
            // A reader that takes its time is no silence of the server.
            active();
            answer.fetch(1);
        }

        @Override
        public CompletableFuture<Void> done() {
            return done;
        }

        @Override
        public void cancel() {
            end(new IOException("the answer to " + request.method() + " " + request.uri().getPath() + " was cancelled"),
                    false);
        }
    }

    private static final class Answer extends StandardHttpHeaders implements HttpResponse<AsyncBody> {

        private final int code;
        private final AsyncBody body;
        private final HttpRequest request;

        Answer(HttpClientResponse answer, AsyncBody body, HttpRequest request) {
            super(headers(answer));
            this.code = answer.statusCode();
            this.body = body;
            this.request = request;
        }

        private static Map<String, List<String>> headers(HttpClientResponse answer) {
            Map<String, List<String>> headers = new LinkedHashMap<>();
            answer.headers().names().forEach(name -> headers.put(name, answer.headers().getAll(name)));
            return headers;
        }

        @Override
        public int code() {
            return code;
        }

        @Override
        public AsyncBody body() {
            return body;
        }

        @Override
        public HttpRequest request() {
            return request;
        }

        @Override
        public Optional<HttpResponse<?>> previousResponse() {
            return Optional.empty();
        }
    }
}
