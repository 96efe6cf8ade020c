package dev.windlass.modules.internal.proof;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** What a host has that modules get hold of. */
public final class Host {

    public static final ThreadLocal<@Nullable Object> LOCAL = new ThreadLocal<>();
    private static volatile ExecutorService pool = pool("pool of the host");
    public static final ScheduledExecutorService SCHEDULER = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("scheduler of the host").factory());
    public static final PrometheusRegistry METERS = new PrometheusRegistry();
    public static final JsonMapper WRITER = JsonMapper.builder().build();
    public static final JsonMapper READER = JsonMapper.builder().build();
    public static final Map<String, Object> KEPT = new ConcurrentHashMap<>();
    public static final CompletableFuture<String> NEVER = new CompletableFuture<>();
    private static volatile CountDownLatch end = new CountDownLatch(1);
    private static final List<ExecutorService> LATER = new CopyOnWriteArrayList<>();
    /** What can be done about a leak from outside, by its name; JDK types only. */
    public static final Map<String, Future<?>> TASKS = new ConcurrentHashMap<>();

    private Host() {
    }

    /** Before any module: threads have the context class loader of whoever makes them start. */
    static void start() throws InterruptedException, ExecutionException {
        if (pool.isShutdown()) {
            pool = pool("pool of the host");
        }
        onPool(() -> {
        });
        SCHEDULER.submit(() -> {
        }).get();
        new CompletableFuture<String>().orTimeout(1, TimeUnit.HOURS).cancel(false);
    }

    private static ExecutorService pool(String thread) {
        return Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name(thread).factory());
    }

    /** Waits until somebody ends everything. */
    public static void awaitEnd() throws InterruptedException {
        end.await();
    }

    /** Ends the threads that wait for it, and those of pools. */
    static void end() {
        CountDownLatch waiting = end;
        end = new CountDownLatch(1);
        waiting.countDown();
        pool.shutdown();
        LATER.forEach(ExecutorService::shutdown);
        LATER.clear();
    }

    /** Has a thread of the host started by whoever calls this. */
    public static void startAThread() {
        ExecutorService later = pool("thread started later");
        LATER.add(later);
        try {
            later.submit(() -> {
            }).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs something on the thread of the pool. */
    public static void onPool(Runnable what) {
        try {
            pool.submit(what).get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
