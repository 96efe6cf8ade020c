package dev.windlass.controller;

import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.Client;
import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.lifecycle.FencedException;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.Timer;
import dev.windlass.workqueue.Item;
import dev.windlass.workqueue.WorkQueue;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.helpers.NOPMDCAdapter;

/** What one worker does with each item. Used by one thread. */
final class Dispatch<T extends HasMetadata> {

    private static final ScopedValue<ReconcileContext> CURRENT = ScopedValue.newInstance();
    private static final boolean HAS_MDC = !(MDC.getMDCAdapter() instanceof NOPMDCAdapter);
    /** How long a key waits whose run in an earlier generation has not returned yet. */
    private static final Duration CLAIMED = Duration.ofMillis(250);

    private final Controller<T> controller;
    private final ClusterConnection connection;
    private final RunnableContext context;
    private final Client client;
    private final CacheReader cache;
    private final WorkQueue<ObjectKey> queue;
    private final ControllerMeters.Engaged meters;
    private final Trial trial;
    private final Logger logger;

    Dispatch(Controller<T> controller, ClusterConnection connection, RunnableContext context, Client client,
            CacheReader cache,
            WorkQueue<ObjectKey> queue, ControllerMeters.Engaged meters, Trial trial) {
        this.controller = controller;
        this.connection = connection;
        this.context = context;
        this.client = client;
        this.cache = cache;
        this.queue = queue;
        this.meters = meters;
        this.trial = trial;
        this.logger = LoggerFactory.getLogger("dev.windlass.controller." + controller.name());
    }

    static Optional<ReconcileContext> current() {
        return CURRENT.isBound() ? Optional.of(CURRENT.get()) : Optional.empty();
    }

    /** Never throws: what the reconciler throws is its outcome. */
    void run(Item<ObjectKey> item) {
        if (context.cancelled().isSet()) {
            queue.release(item);
            return;
        }
        Registration claim;
        try {
            claim = context.claim(item.key().toString()).orElse(null);
        } catch (FencedException e) {
            queue.release(item, CLAIMED); // not at once: until the stop that follows there is nobody who could take it
            return;
        } catch (RevokedException e) {
            queue.release(item); // ended since the look above
            return;
        }
        if (claim == null) {
            queue.release(item, CLAIMED); // it was not run: neither a success nor a failure
            return;
        }
        Call call = new Call(item.key());
        Result result = null;
        Throwable thrown = null;
        long began = context.time().nanos();
        meters.began();
        call.begin();
        try {
            result = ScopedValue.where(CURRENT, call).call(() -> controller.reconciler().reconcile(call.request, call));
        } catch (Throwable t) {
            thrown = t;
        } finally {
            call.end();
            meters.ended(context.time().nanos() - began);
            claim.close();
        }
        try {
            settle(item, call, result, thrown);
        } finally {
            call.clearLog();
        }
    }

    private void settle(Item<ObjectKey> item, Call call, @Nullable Result result, @Nullable Throwable thrown) {
        if (thrown != null) {
            failed(item, call, thrown);
        } else if (result == null) {
            failed(item, call, new IllegalStateException(
                    "the reconciler of " + controller.name() + " returned null: return Result.done()"));
        } else {
            succeeded(item, result);
        }
    }

    private void succeeded(Item<ObjectKey> item, Result result) {
        trial.succeeded();
        Integer asked = result.priority();
        int priority = asked == null ? item.priority() : asked;
        Duration after = result.after();
        if (after != null) {
            meters.result("requeue_after");
            queue.retryAfter(item, after, priority);
        } else if (result.requeue()) {
            meters.result("requeue");
            queue.retry(item, priority);
        } else {
            meters.result("success");
            queue.done(item);
        }
    }

    private void failed(Item<ObjectKey> item, Call call, Throwable thrown) {
        if (context.cancelled().isSet() || (context.stopping().isSet() && thrown instanceof RevokedException)) {
            queue.release(item); // cut short by a stop: not its fault
            return;
        }
        if (Causes.of(thrown).stream().anyMatch(FencedException.class::isInstance)) {
            queue.release(item, CLAIMED); // cut short by the end of the leadership
            return;
        }
        trial.failed(item, thrown);
        boolean terminal = TerminalError.in(thrown);
        meters.failed(terminal, thrown instanceof Error, call.timedOut());
        logger.atError().setCause(thrown).addKeyValue("failures", item.failures() + 1).addKeyValue("terminal", terminal)
                .log("reconciliation failed");
        if (terminal) {
            queue.done(item);
        } else {
            queue.retry(item, item.priority(), askedToWait(thrown));
        }
    }

    /** How long a server that refused a request asks to wait. */
    private static Duration askedToWait(Throwable thrown) {
        for (Throwable cause : Causes.of(thrown)) {
            if (cause instanceof ApiException refusal && refusal.retryAfterSeconds() > 0) {
                return Duration.ofSeconds(refusal.retryAfterSeconds());
            }
        }
        return Duration.ZERO;
    }

    /** One call of the reconciler. */
    private final class Call implements ReconcileContext {

        private final Request<T> request;
        private final UUID id = randomId();
        private final Thread thread = Thread.currentThread();
        private final @Nullable Instant deadline;
        private @Nullable Timer timer;
        private boolean running = true;
        private boolean timedOut;

        Call(ObjectKey key) {
            request = new Request<>(controller.resource(), key, connection.name(), connection.generation());
            Duration timeout = controller.reconcileTimeout();
            deadline = timeout == null ? null : context.time().now().plus(timeout);
        }

        void begin() {
            if (HAS_MDC) {
                MDC.put("controller", controller.name());
                MDC.put("cluster", connection.name());
                MDC.put("namespace", request.namespace());
                MDC.put("name", request.name());
                MDC.put("reconcileID", id.toString());
            }
            Duration timeout = controller.reconcileTimeout();
            if (timeout != null) {
                timer = context.time().after(timeout, this::timeOut);
            }
        }

        private synchronized void timeOut() {
            if (running) {
                timedOut = true;
                thread.interrupt();
            }
        }

        /** After this no interrupt for its deadline comes, and none that came is left behind for the next call. */
        void end() {
            Timer armed = timer;
            if (armed != null) {
                armed.cancel();
            }
            synchronized (this) {
                running = false;
            }
            if (Thread.interrupted() && context.cancelled().isSet()) {
                thread.interrupt();
            }
        }

        void clearLog() {
            if (HAS_MDC) {
                for (String key : new String[]{"controller", "cluster", "namespace", "name", "reconcileID"}) {
                    MDC.remove(key);
                }
            }
        }

        synchronized boolean timedOut() {
            return timedOut;
        }

        @Override
        public String controller() {
            return controller.name();
        }

        @Override
        public String cluster() {
            return connection.name();
        }

        @Override
        public UUID reconcileId() {
            return id;
        }

        @Override
        public CacheReader cache() {
            return cache;
        }

        @Override
        public Client client() {
            return client;
        }

        @Override
        public Logger logger() {
            return logger;
        }

        @Override
        public Optional<Instant> deadline() {
            return Optional.ofNullable(deadline);
        }

        @Override
        public boolean cancelled() {
            return context.cancelled().isSet() || timedOut();
        }

        @Override
        public Executor executor() {
            return task -> context.fork("task", () -> ScopedValue.where(CURRENT, this).run(() -> runTask(task)));
        }

        private void runTask(Runnable task) {
            try {
                task.run();
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError e) {
                if (!context.cancelled().isSet()) {
                    logger.atError().setCause(e).addKeyValue("object", request.key())
                            .log("a task of a reconciliation failed");
                }
            }
        }
    }

    /** For logs, not for secrets: a secure generator would be a lock that all workers share. */
    private static UUID randomId() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return new UUID((random.nextLong() & ~0xF000L) | 0x4000L, (random.nextLong() >>> 2) | Long.MIN_VALUE);
    }
}
