package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.testkit.EmbeddedApiServer;
import dev.windlass.testkit.RealApiServer;
import dev.windlass.testkit.TestApiServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

/** What an API server for tests does in a second: the client is the same plain one for either kind, in this JVM. */
final class ApiServerBenchmark {
    private static final String MAPS = "/api/v1/namespaces/default/configmaps";
    private static final String WATCHED = "/api/v1/namespaces/kube-public/configmaps";
    private static final int WRITERS = 16;
    private static final int WATCHERS = 100;
    private static final int PAGE = 500;
    private static final int LISTS = 5;
    private static final int DATA = 800;

    private final ApiClient client;

    private ApiServerBenchmark(ApiClient client) {
        this.client = client;
    }

    /**
     * @param kind embedded or real
     * @param few objects that are made and listed first
     * @param many objects that there are in the end
     */
    static void run(String kind, int few, int many) throws Exception {
        boolean embedded = kind.equals("embedded");
        if (!embedded) {
            RealApiServer.kubectl(); // built before anything is measured
        }
        try (TestApiServer server = embedded ? EmbeddedApiServer.start("benchmark") : RealApiServer.start("benchmark");
                ApiClient client = ApiClient.of(server.kubeconfig())) {
            ApiServerBenchmark benchmark = new ApiServerBenchmark(client);
            benchmark.create(MAPS, 0, WRITERS); // connections, and whatever is made once
            long before = embedded ? Figures.heap() : residentOfChildren();
            long began = System.nanoTime();
            benchmark.create(MAPS, WRITERS, few);
            double seconds = Figures.millisSince(began) / 1e3;
            Figures.report("creates", (few - WRITERS) / seconds, "/s");
            Figures.report("create-all", seconds, "s");
            benchmark.list("few", few);
            benchmark.watch(Math.max(WRITERS, few / 10));
            benchmark.create(MAPS, few, many);
            benchmark.list("many", many);
            long after = embedded ? Figures.heap() : residentOfChildren();
            Figures.report("kept", (double) (after - before) / (many - WRITERS), "B");
        }
    }

    private void create(String path, int from, int to) throws InterruptedException, ExecutionException {
        inParallel(WRITERS, writer -> {
            for (int i = from + writer; i < to; i += WRITERS) {
                client.create(path, object(i));
            }
        });
    }

    private static String object(int number) {
        String name = "object-%06d".formatted(number);
        StringBuilder text = new StringBuilder("owner=" + name + "\\n");
        for (int line = 0; text.length() < DATA; line++) {
            text.append("setting.").append(line).append("=value ").append(line * 37 % 101).append("\\n");
        }
        return "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name
                + "\"},\"data\":{\"application.properties\":\"" + text + "\"}}";
    }

    private void list(String name, int objects) {
        for (int i = 0; i < LISTS; i++) {
            long began = System.nanoTime();
            String whole = client.get(MAPS);
            Figures.report(name + ".list", Figures.millisSince(began), "ms");
            if (whole.length() < objects * DATA) {
                throw new IllegalStateException("the list of " + objects + " objects has " + whole.length() + " bytes");
            }
            began = System.nanoTime();
            int pages = 0;
            for (String token = ""; pages == 0 || !token.isEmpty(); pages++) {
                token = continuation(client.get(MAPS + "?limit=" + PAGE + "&continue=" + token));
            }
            Figures.report(name + ".pages", Figures.millisSince(began), "ms");
            if (pages < objects / PAGE) {
                throw new IllegalStateException(objects + " objects came on " + pages + " pages");
            }
        }
    }

    /** It is near the beginning of a list: nothing is parsed, so that the server is measured and not a client. */
    private static String continuation(String list) {
        String field = "\"continue\":\"";
        int at = list.substring(0, Math.min(list.length(), 1_000)).indexOf(field);
        return at < 0 ? "" : list.substring(at + field.length(), list.indexOf('"', at + field.length()));
    }

    /** From the first creation until every watcher has seen all of them. */
    private void watch(int events) throws Exception {
        CountDownLatch open = new CountDownLatch(WATCHERS);
        List<BufferedReader> streams = new ArrayList<>();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                List<Future<?>> reading = new ArrayList<>();
                for (int i = 0; i < WATCHERS; i++) {
                    BufferedReader lines = client.watch(WATCHED);
                    streams.add(lines);
                    reading.add(readers.submit(() -> {
                        open.countDown();
                        read(lines, events);
                    }));
                }
                open.await();
                long began = System.nanoTime();
                create(WATCHED, 0, events);
                for (Future<?> one : reading) {
                    one.get();
                }
                double seconds = Figures.millisSince(began) / 1e3;
                Figures.report("watched", (double) events * WATCHERS / seconds, "/s");
            } finally {
                for (BufferedReader stream : streams) {
                    stream.close(); // before the executor waits for who reads them
                }
            }
        }
    }

    private static void read(BufferedReader lines, int events) {
        try {
            int seen = 0;
            while (seen < events) {
                String line = lines.readLine();
                if (line == null) {
                    throw new IllegalStateException("a watch ended after " + seen + " of " + events + " events");
                }
                if (line.startsWith("{\"type\":\"ADDED\"") && line.contains("\"object-")) {
                    seen++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void inParallel(int threads, IntConsumer work)
            throws InterruptedException, ExecutionException {
        try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int number = i;
                running.add(executor.submit(() -> work.accept(number)));
            }
            for (Future<?> one : running) {
                one.get();
            }
        }
    }

    /** Of etcd and kube-apiserver together. */
    private static long residentOfChildren() {
        try (Stream<ProcessHandle> children = ProcessHandle.current().descendants()) {
            return children.mapToLong(child -> resident(Path.of("/proc", Long.toString(child.pid()), "status"))).sum();
        }
    }

    private static long resident(Path status) {
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024).sum();
        } catch (IOException | UncheckedIOException _) {
            return 0; // it has ended meanwhile
        }
    }
}
