package dev.windlass.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Serves config maps as a script says: for servers that behave in ways that a healthy one does not. Plain HTTP. */
final class ScriptedServer implements AutoCloseable {

    /** Answers one request for config maps. */
    @FunctionalInterface
    interface Script {
        void answer(Ask ask, Reply reply) throws Exception;
    }

    /** A request: what it asks for, when it came. */
    record Ask(String query, long at) {

        boolean watch() {
            return query.contains("watch=true");
        }

        boolean streamedList() {
            return query.contains("sendInitialEvents=true");
        }

        boolean continues() {
            return query.contains("continue=");
        }

        String version() {
            String from = ("&" + query + "&").replaceFirst(".*&resourceVersion=", "");
            return from.startsWith("&") ? "" : from.substring(0, from.indexOf('&'));
        }
    }

    /** The answer to a request, as it is written. */
    static final class Reply {

        private final HttpExchange exchange;
        private final CountDownLatch closing;
        private boolean begun;

        private Reply(HttpExchange exchange, CountDownLatch closing) {
            this.exchange = exchange;
            this.closing = closing;
        }

        /** A whole answer. */
        void send(int code, String body, String... headers) throws IOException {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }

        /** An answer of which more may come. */
        void part(String text) throws IOException {
            if (!begun) {
                begun = true;
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, 0);
            }
            exchange.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
        }

        void refuse(int code, String reason, String message) throws IOException {
            send(code, """
                    {"kind":"Status","apiVersion":"v1","status":"Failure","code":%d,"reason":"%s","message":"%s"}"""
                    .formatted(code, reason, message));
        }

        /** Keeps the answer open, silently, until the server is closed. */
        void hold() throws InterruptedException {
            closing.await();
        }
    }

    private final HttpServer server;
    private final Script script;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<Ask> asked = new CopyOnWriteArrayList<>();

    /** @param minorVersion of the Kubernetes that it says it is */
    ScriptedServer(String minorVersion, Script script) throws IOException {
        this.script = script;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(executor);
        server.createContext("/version", exchange -> {
            new Reply(exchange, closing).send(200, """
                    {"major":"1","minor":"%s","gitVersion":"v1.%s.0"}""".formatted(minorVersion, minorVersion));
            exchange.close();
        });
        server.createContext("/api/v1/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Ask ask = new Ask(String.valueOf(exchange.getRequestURI().getRawQuery()), System.nanoTime());
        asked.add(ask);
        try {
            script.answer(ask, new Reply(exchange, closing));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the script failed at " + ask, e);
        } finally {
            exchange.close();
        }
    }

    /** What was asked of config maps until now. */
    List<Ask> asked() {
        return asked;
    }

    String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                current-context: scripted
                contexts: [{name: scripted, context: {cluster: scripted}}]
                clusters: [{name: scripted, cluster: {server: "http://127.0.0.1:%d"}}]
                """.formatted(server.getAddress().getPort());
    }

    static String object(String name, int version) {
        return """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"%s","namespace":"default","uid":"u-%s","resourceVersion":"%d"},"data":{"v":"%d"}}"""
                .formatted(name, name, version, version);
    }

    static String event(String type, String object) {
        return "{\"type\":\"" + type + "\",\"object\":" + object + "}\n";
    }

    static String endOfList(int version) {
        return event("BOOKMARK",
                """
                        {"kind":"ConfigMap","apiVersion":"v1","metadata":{"resourceVersion":"%d","annotations":{"k8s.io/initial-events-end":"true"}}}"""
                        .formatted(version));
    }

    static String list(int version, String continueToken, String... objects) {
        return """
                {"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"%d","continue":"%s"},"items":[%s]}"""
                .formatted(version, continueToken, String.join(",", objects));
    }

    @Override
    public void close() {
        closing.countDown();
        server.stop(0);
        executor.shutdownNow();
    }
}
