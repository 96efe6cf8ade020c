package dev.windlass.server;

import dev.windlass.lifecycle.Group;
import dev.windlass.lifecycle.ManagedRunnable;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.StopRequest;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/**
 * One HTTP server for one generation of a unit: binds, says that it is ready, and on a stop closes the port first, then lets
 * open requests end within the drain and in-flight shares of the budget.
 */
final class HttpRunnable implements ManagedRunnable {
    private static final int MAX_HEADER_BYTES = 1 << 20;
    private static final Duration IDLE = Duration.ofSeconds(90);

    /** Makes what answers, when the port is known. */
    @FunctionalInterface
    interface Endpoint {
        Handler handler(RunnableContext context, URI address) throws IOException;
    }

    private final BindAddress address;
    private final Failures failures;
    private final Endpoint endpoint;

    /** @param failures how what goes wrong outside of the endpoint's handler is said */
    HttpRunnable(BindAddress address, Failures failures, Endpoint endpoint) {
        this.address = address;
        this.failures = failures;
        this.endpoint = endpoint;
    }

    static RunnableSpec spec(String name, String kind) {
        return RunnableSpec.builder(name).kind(kind).group(Group.HTTP_SERVERS).signalsReadiness(true).drains(true)
                .required(true).stop(StopOptions.drain(Duration.ofSeconds(10))).build();
    }

    @Override
    public void run(RunnableContext context) throws Exception {
        Server server = new Server(threads(context));
        GracefulHandler graceful = new GracefulHandler();
        server.setHandler(graceful);
        server.setErrorHandler(failures);
        // Whatever is still open when it is this one's turn is cut.
        server.setStopTimeout(0);
        context.own("http server", address.toString(), server::stop);
        ServerConnector connector = new ServerConnector(server, 0, 1, new HttpConnectionFactory(settings()));
        connector.setHost(address.host().isEmpty() ? null : address.host());
        connector.setPort(address.port());
        connector.setIdleTimeout(IDLE.toMillis());
        server.addConnector(connector);
        bind(context, connector);
        URI bound = boundAddress(connector);
        graceful.setHandler(endpoint.handler(context, bound));
        server.start();
        context.detail(ServerHandle.ADDRESS, bound::toString);
        context.ready();
        context.awaitStop();
        connector.close();
        context.account().drained(answerOpenRequests(context, graceful));
        server.stop();
    }

    /** Returns how many were answered. */
    private static long answerOpenRequests(RunnableContext context, GracefulHandler graceful)
            throws InterruptedException {
        long open = graceful.getCurrentRequestCount();
        Duration patience = context.stopRequest().map(request -> patience(context, request)).orElse(Duration.ZERO);
        try {
            graceful.shutdown().get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return open;
        } catch (TimeoutException e) {
            long cut = graceful.getCurrentRequestCount();
            context.logger().atWarn().addKeyValue("requests", cut).addKeyValue("after", patience)
                    .log("requests not answered in time are cut");
            return Math.max(0, open - cut);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void bind(RunnableContext context, ServerConnector connector) throws IOException {
        if (!address.host().isEmpty() && new InetSocketAddress(address.host(), address.port()).isUnresolved()) {
            throw new IOException(
                    "%s cannot listen at %s: host \"%s\" cannot be resolved; use an address of this machine"
                            .formatted(context.name(), address, address.host()));
        }
        try {
            connector.open();
            if (connector.getTransport() instanceof Closeable port) {
                context.own("port", address.toString(), port); // a connector closes it only once it was started
            }
        } catch (IOException e) {
            throw new IOException(
                    "%s cannot listen at %s: %s; free the port, choose another one, or 0 for any free port"
                            .formatted(context.name(), address, rootMessage(e)),
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private URI boundAddress(ServerConnector connector) {
        String host = address.host().isEmpty() ? "127.0.0.1" : address.host();
        return URI.create("http://" + new BindAddress(host, connector.getLocalPort()));
    }

    /** What is left for open requests: the rest of the budget, but what a release needs. */
    private static Duration patience(RunnableContext context, StopRequest request) {
        if (request.mode() == StopMode.ABORT) {
            return Duration.ZERO;
        }
        long left = request.inFlightDeadline() - context.time().nanos();
        return Duration.ofNanos(Math.max(0, left));
    }

    /** Requests run code of others, a health check or a meter: on threads of the unit, which a stop interrupts, awaits and names. */
    private static QueuedThreadPool threads(RunnableContext context) {
        QueuedThreadPool pool = new QueuedThreadPool(8, 1);
        pool.setName(context.id());
        pool.setDaemon(true);
        pool.setReservedThreads(0);
        AtomicLong requests = new AtomicLong();
        pool.setVirtualThreadsExecutor(task -> {
            try {
                context.fork("request-" + requests.incrementAndGet(), () -> answer(context, task));
            } catch (RevokedException e) {
                throw new RejectedExecutionException(e);
            }
        });
        return pool;
    }

    /** What goes wrong with one request does not end the server. */
    private static void answer(RunnableContext context, Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            context.logger().atWarn().setCause(e).log("a request failed");
        }
    }

    private static HttpConfiguration settings() {
        HttpConfiguration settings = new HttpConfiguration();
        settings.setSendServerVersion(false);
        settings.setRequestHeaderSize(MAX_HEADER_BYTES);
        // Names of units have slashes, and a client may send them encoded.
        settings.setUriCompliance(
                UriCompliance.DEFAULT.with("unit names", UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR));
        return settings;
    }
}
