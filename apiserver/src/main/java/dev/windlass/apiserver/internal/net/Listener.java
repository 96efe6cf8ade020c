package dev.windlass.apiserver.internal.net;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** HTTPS on loopback, HTTP/1.1 and HTTP/2. */
public final class Listener implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int STREAMS_PER_CONNECTION = 1000;
    private static final int WINDOW = 1 << 20;

    private final Server server;
    private final ServerConnector connector;
    private final SslContextFactory.Server tls = new SslContextFactory.Server();
    private final AtomicBoolean silent = new AtomicBoolean();
    private volatile Certificates certificates;

    /**
     * @param certificates
     *            what is shown at first; asked for once all else is made
     * @param port
     *            0 for a free one
     * @param executor
     *            runs what may block
     */
    public Listener(String name, Supplier<Certificates> certificates, int port, Executor executor) {
        // Platform threads only move bytes; whatever may block runs on the virtual threads of the executor.
        // With Jetty's own queue it would start the JVM's management, which takes a tenth of a second.
        QueuedThreadPool threads = new QueuedThreadPool(8, 2, 5_000, new LinkedBlockingQueue<>());
        threads.setName("apiserver-" + name);
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        threads.setVirtualThreadsExecutor(executor);
        server = new Server(threads);
        server.setStopAtShutdown(false);
        server.setErrorHandler(Listener::refuse);

        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        http.setOutputBufferSize(64 * 1024);
        http.setRequestHeaderSize(64 * 1024);
        http.setUriCompliance(UriCompliance.UNSAFE); // a path that leads nowhere is answered like any other that does
        SecureRequestCustomizer secure = new SecureRequestCustomizer(false);
        http.addCustomizer(secure);

        tls.setSniRequired(false);
        tls.setWantClientAuth(true);

        HttpConnectionFactory http1 = new HttpConnectionFactory(http);
        HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(http);
        http2.setMaxConcurrentStreams(STREAMS_PER_CONNECTION);
        http2.setInitialSessionRecvWindow(WINDOW);
        http2.setInitialStreamRecvWindow(WINDOW);
        http2.setStreamIdleTimeout(0);
        // A client under test may do in a second what would look like an attack elsewhere.
        http2.setRateControlFactory(new org.eclipse.jetty.io.RateControl.Factory() {
        });
        ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
        alpn.setDefaultProtocol(http1.getProtocol());
        connector = new ServerConnector(server, 1, 1, new SslConnectionFactory(tls, alpn.getProtocol()), alpn, http2,
                http1) {
            @Override
            protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector,
                    SelectionKey key) {
                Line line = new Line(channel, selector, key, getScheduler(), executor, silent::get);
                line.setIdleTimeout(getIdleTimeout());
                return line;
            }

            // Jetty calls its threads by this, and would load the formats of this machine's language for it.
            @Override
            public String toString() {
                return "ServerConnector{" + HOST + ":" + getLocalPort() + "}";
            }
        };
        connector.setHost(HOST);
        connector.setPort(port);
        connector.setIdleTimeout(0);
        server.addConnector(connector);
        this.certificates = certificates.get();
        tls.setSslContext(this.certificates.context());
    }

    /** What Jetty takes for no request is told as Go tells it, without a page of HTML. */
    private static boolean refuse(Request request, Response response, Callback callback) {
        int code = response.getStatus();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain; charset=utf-8");
        Content.Sink.write(response, true, code + " " + HttpStatus.getMessage(code), callback);
        return true;
    }

    /** Takes the port, so that it is known; nothing is answered yet. */
    public void open() {
        try {
            connector.open();
        } catch (IOException e) {
            throw new IllegalStateException("cannot listen on " + HOST + ":" + connector.getPort() + ": "
                    + e.getMessage() + "; port 0 takes a free one", e);
        }
    }

    /** Begins to answer. */
    public void serve(Handler handler) {
        server.setHandler(handler);
        try {
            server.start();
        } catch (Exception e) {
            throw new IllegalStateException("HTTP server on " + address() + " did not start: " + e.getMessage(), e);
        }
    }

    public int port() {
        return connector.getLocalPort();
    }

    /** Host and port. */
    public String address() {
        return HOST + ":" + port();
    }

    /** What is shown to whoever connects now. */
    public Certificates certificates() {
        return certificates;
    }

    /** Shows others to whoever connects from now on; open connections go on. Sessions cannot be resumed over the change. */
    public synchronized void show(Certificates others) {
        try {
            tls.reload(factory -> factory.setSslContext(others.context()));
        } catch (Exception e) {
            throw new IllegalStateException("the certificate of " + address() + " could not be changed: " + e, e);
        }
        certificates = others;
    }

    public int connections() {
        return connector.getConnectedEndPoints().size();
    }

    /** From now on nothing is answered, though connections are still accepted. */
    public void fallSilent() {
        silent.set(true);
    }

    /** Ends the silence; everything that waited goes on. */
    public void speakAgain() {
        if (silent.getAndSet(false)) {
            lines().forEach(Line::resume);
        }
    }

    /** Ends every connection with a reset. */
    public void resetAll() {
        lines().forEach(line -> line.reset("reset by a scripted fault"));
    }

    private List<Line> lines() {
        return connector.getConnectedEndPoints().stream().filter(Line.class::isInstance).map(Line.class::cast).toList();
    }

    @Override
    public void close() {
        speakAgain();
        try {
            try {
                server.stop();
            } finally {
                connector.close();
                server.destroy();
            }
        } catch (Exception e) {
            throw new IllegalStateException("HTTP server on " + HOST + " did not stop: " + e.getMessage(), e);
        }
    }
}
