package dev.windlass.apiserver.internal.http;

import dev.windlass.apiserver.internal.net.ClientEnd;
import dev.windlass.apiserver.internal.rest.Call;
import dev.windlass.apiserver.internal.rest.Reply;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.rest.WatchFault;
import dev.windlass.apiserver.internal.status.ApiException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The faults that requests run into, as they were scripted. Thread-safe. Each rule draws from a source of its own, split from the seed in the order in which
 * rules are added: the same seed meets the same of the requests that fit a rule, counted in the order in which they come.
 */
public final class FaultRules {
    private final List<Rule> rules = new CopyOnWriteArrayList<>();
    private final SplittableRandom seeds;
    private final ScheduledExecutorService timer;
    private final Executor executor;
    private volatile boolean closed;

    /**
     * @param timer
     *            says when the next bytes of a slow answer are due
     * @param executor
     *            sends them
     */
    public FaultRules(long seed, ScheduledExecutorService timer, Executor executor) {
        this.seeds = new SplittableRandom(seed);
        this.timer = timer;
        this.executor = executor;
    }

    /** One fault in force, or lifted. */
    public static final class Rule {
        private final FaultScope scope;
        private final Duration delay;
        private final FaultEffect effect;
        private final Set<CountDownLatch> waiting = ConcurrentHashMap.newKeySet();
        private volatile boolean lifted;
        // The lock guards what follows; nothing is called inside.
        private final Object lock = new Object();
        private final SplittableRandom random;
        private int left;
        private int hits;

        private Rule(FaultScope scope, Duration delay, FaultEffect effect, SplittableRandom random) {
            this.scope = scope;
            this.delay = delay;
            this.effect = effect;
            this.random = random;
            this.left = scope.times();
        }

        /** How many requests have run into it. */
        public int hits() {
            synchronized (lock) {
                return hits;
            }
        }

        private boolean takes() {
            synchronized (lock) {
                if (left == 0 || (scope.probability() < 1 && random.nextDouble() >= scope.probability())) {
                    return false;
                }
                left -= left > 0 ? 1 : 0;
                hits++;
                return true;
            }
        }

        private void lift() {
            lifted = true;
            waiting.forEach(CountDownLatch::countDown);
        }
    }

    public Rule add(FaultScope scope, Duration delay, FaultEffect effect) {
        Rule rule;
        synchronized (seeds) {
            rule = new Rule(scope, delay, effect, seeds.split());
        }
        rules.add(rule);
        if (closed) {
            rule.lift();
        }
        return rule;
    }

    /** Takes a rule out of force; who waits because of it goes on. */
    public void remove(Rule rule) {
        rules.remove(rule);
        rule.lift();
    }

    public void clear() {
        List.copyOf(rules).forEach(this::remove);
    }

    /**
     * Lets a request run into the first fault that fits, and wait as it says.
     *
     * @return what is to happen to its answer
     * @throws ApiException
     *             the answer that was scripted
     * @throws IOException
     *             when there is to be none
     */
    FaultEffect meet(Request request, String verb, @Nullable Target target, Call call) throws IOException {
        for (Rule rule : rules) {
            if (rule.scope.covers(verb, target, call.path(), call.user().name()) && applies(rule.effect, verb, call)
                    && rule.takes()) {
                suffer(rule, request, target, call);
                return rule.effect;
            }
        }
        return new FaultEffect.Nothing();
    }

    private static boolean applies(FaultEffect effect, String verb, Call call) {
        return switch (effect) {
            case FaultEffect.ExpiredToken _ -> verb.equals("list") && ScriptedAnswers.canExpire(call);
            case FaultEffect.BadWatch _ -> verb.equals("watch");
            default -> true;
        };
    }

    private void suffer(Rule rule, Request request, @Nullable Target target, Call call) throws IOException {
        if (!rule.delay.isZero()) {
            hold(rule, request, rule.delay);
        }
        switch (rule.effect) {
            case FaultEffect.Answer answer -> ScriptedAnswers.refuse(answer, target, call);
            case FaultEffect.ExpiredToken _ -> throw ScriptedAnswers.expiredToken(call);
            case FaultEffect.Hang _ -> hold(rule, request, Duration.ofNanos(Long.MAX_VALUE));
            case FaultEffect.Reset _ -> {
                ClientEnd.reset(request);
                throw new IOException("reset by a scripted fault");
            }
            default -> {
                // concerns the answer
            }
        }
    }

    /** Waits for the fault to be lifted, so long at most. */
    private void hold(Rule rule, Request request, Duration longest) throws IOException {
        CountDownLatch over = new CountDownLatch(1);
        rule.waiting.add(over);
        if (rule.lifted) {
            over.countDown();
        }
        boolean[] gone = {false};
        Runnable onGone = () -> {
            gone[0] = true; // seen by the waiter, since the latch orders them
            over.countDown();
        };
        request.addFailureListener(_ -> onGone.run());
        Runnable forget = ClientEnd.listen(request, onGone);
        try {
            boolean early = over.await(longest.toNanos(), TimeUnit.NANOSECONDS);
            if (early && gone[0]) {
                throw new IOException("the client has gone while a scripted fault held its request");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ScriptedAnswers.unavailable();
        } finally {
            forget.run();
            rule.waiting.remove(over);
        }
        if (closed) {
            throw ScriptedAnswers.unavailable();
        }
    }

    /** Where the answer goes, as the fault has it. */
    Content.Sink sink(FaultEffect effect, Content.Sink sink) {
        return switch (effect) {
            case FaultEffect.HalfBody _ -> new HalfSink(sink);
            case FaultEffect.SlowBody slow -> new SlowSink(sink, slow.bytesPerSecond(), timer, executor);
            default -> sink;
        };
    }

    /** Has a watch misbehave. */
    static Reply spoil(FaultEffect effect, Reply reply) {
        if (reply instanceof Reply.Streaming watch) {
            switch (effect) {
                case FaultEffect.BadWatch bad -> watch.plan().misbehave(bad.fault());
                case FaultEffect.Answer _ -> watch.plan().misbehave(WatchFault.expiring());
                default -> {
                    // is as it is
                }
            }
        }
        return reply;
    }

    /** Lets go whoever waits. */
    public void close() {
        closed = true;
        rules.forEach(Rule::lift);
    }
}
