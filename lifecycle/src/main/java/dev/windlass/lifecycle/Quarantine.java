package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The generations of a manager that did not end in time, each until the last of it has ended, and where that is declared, the end
 * of the process. Each generation comes and goes by messages of its unit; all else is asked by anybody.
 *
 * <p>The monitor guards {@code whenNoExitIsPending}; nothing is done under it.
 */
final class Quarantine {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final int EXIT_CODE = 70;

    private final TimeSource time;
    private final IntConsumer processExit;
    /** Always in the same order, also while it is gone through: to ask for the stack of a thread lets that thread run. */
    private final Map<Incarnation, Hung> hung = new ConcurrentSkipListMap<>(
            Comparator.comparing(Incarnation::name).thenComparingLong(Incarnation::generation));
    private @Nullable Runnable whenNoExitIsPending;

    private record Hung(Incarnation incarnation, Instant since, Supplier<List<Leftover>> leftovers,
            @Nullable Timer exit) {

        Hung with(Timer timer) {
            return new Hung(incarnation, since, leftovers, timer);
        }

        QuarantinedGeneration now() {
            return new QuarantinedGeneration(incarnation.name(), incarnation.generation(), since, leftovers.get(),
                    incarnation.threads().positions());
        }
    }

    Quarantine(TimeSource time, IntConsumer processExit) {
        this.time = time;
        this.processExit = processExit;
    }

    /** @param leftovers may be asked by any thread from now on */
    void enter(Incarnation incarnation, HangPolicy policy, Supplier<List<Leftover>> leftovers) {
        Hung entered = new Hung(incarnation, time.now(), leftovers, null);
        hung.put(incarnation, entered); // first: the timer may be quicker than we are, and looks there
        Duration after = policy.exitAfter();
        if (after != null) {
            hung.put(incarnation, entered.with(time.after(after, () -> exit(incarnation, after))));
        }
    }

    /** The last of it has ended after all. */
    void leave(Incarnation incarnation) {
        Hung gone = hung.remove(incarnation);
        if (gone != null && gone.exit != null) {
            gone.exit.cancel();
            tellIfNoExitIsPending();
        }
    }

    /** On a thread of its own: what the program does about it may take long, and other timers must not wait for it. */
    private void exit(Incarnation incarnation, Duration after) {
        Hung still = hung.get(incarnation);
        if (still != null) {
            Thread.ofPlatform().inheritInheritableThreadLocals(false).name("windlass-exit").start(() -> {
                try {
                    LOG.atError().addKeyValue("unit", incarnation.id()).log(
                            "ends the process: this is left {} after the quarantine\n{}", after,
                            still.leftovers.get().stream().map(left -> left + "\n" + left.detail())
                                    .collect(Collectors.joining("\n")));
                } finally {
                    processExit.accept(EXIT_CODE); // also when it cannot be logged
                }
            });
        }
    }

    /** The clock must not go while it may have to end the process: runs the action when none of its timers is needed any more. */
    void whenNoExitIsPending(Runnable action) {
        synchronized (this) {
            whenNoExitIsPending = action;
        }
        tellIfNoExitIsPending();
    }

    private void tellIfNoExitIsPending() {
        Runnable action = null;
        synchronized (this) {
            if (hung.values().stream().allMatch(each -> each.exit == null)) {
                action = whenNoExitIsPending;
                whenNoExitIsPending = null;
            }
        }
        if (action != null) {
            action.run();
        }
    }

    // ---- what others ask

    List<QuarantinedGeneration> all() {
        return generations(_ -> true);
    }

    List<QuarantinedGeneration> of(String unit) {
        return generations(incarnation -> incarnation.name().equals(unit));
    }

    private List<QuarantinedGeneration> generations(Predicate<Incarnation> asked) {
        return hung.values().stream().filter(each -> asked.test(each.incarnation)).map(Hung::now).toList();
    }

    boolean any(Predicate<Incarnation> asked) {
        return hung.keySet().stream().anyMatch(asked);
    }

    void kinds(Consumer<String> each) {
        hung.keySet().forEach(incarnation -> each.accept(incarnation.cell().spec().kind()));
    }

    /** The health check. */
    void requireNone() {
        String ids = hung.keySet().stream().map(Incarnation::id).collect(Collectors.joining(", "));
        if (!ids.isEmpty()) {
            throw new IllegalStateException("quarantined: " + ids
                    + "; describe, and their stop reports, say where their threads hang");
        }
    }
}
