package dev.windlass.modules;

import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.Replacement;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.Unit;
import dev.windlass.lifecycle.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One reload of a module, on one thread of the module:
 *
 * <pre>
 * replaces of single units that are under way are awaited
 *   → those that depend on one which will be away for a while are stopped
 *   → the units that both versions have are replaced, until each is on probation
 *   → those that only the old one has are stopped, those that only the new one has are added, those that were stopped start
 *   → probation of all together
 *   → the new one stays: the replaces are settled, what only the old one has is removed
 * at each step, one failure
 *   → it does not: what waited is stopped again and what was added is removed, the replaces are taken back, what was stopped starts
 * </pre>
 *
 * An interrupt says that the whole module stops, and everything in it: nothing is taken back then.
 */
final class Reload {

    private static final Duration LOOK = Duration.ofMillis(50);
    private static final Set<UnitState> STANDS = EnumSet.of(UnitState.READY, UnitState.PAUSED, UnitState.COMPLETED);

    private final RunnableContext context;
    private final Load old;
    private final Load next;
    private final Map<String, RunnableHandle> present;
    private final ReplaceOptions options;
    private final Map<String, Replacement> replacing = new LinkedHashMap<>();
    /** Of both versions, and stopped to wait for others. */
    private final Map<String, RunnableHandle> waiting = new LinkedHashMap<>();
    private final Map<String, RunnableHandle> added = new LinkedHashMap<>();
    /** Of the old version only. */
    private final Map<String, RunnableHandle> stopped = new LinkedHashMap<>();
    private final Semaphore news = new Semaphore(0);
    private final List<ReplaceReport> reports = new ArrayList<>();
    /** What was the first to go wrong; null while nothing did. */
    private volatile @Nullable String failure;

    /** @param present the units that run, by their names within the module */
    Reload(RunnableContext context, Load old, Load next, Map<String, RunnableHandle> present, ReplaceOptions options) {
        this.context = context;
        this.old = old;
        this.next = next;
        this.present = present;
        this.options = options;
    }

    /** Returns whether the new version stays; all units are of that version then, or all of the old one. */
    boolean run() throws InterruptedException {
        context.contextClassLoader(next.loader());
        try {
            awaitTurn();
            ReloadPlan plan = ReloadPlan.of(context.name(), present, next.units());
            stop(plan.waiting(), waiting);
            replaceThoseOfBoth();
            if (failure == null) {
                stop(plan.leaving(), stopped);
                add(plan.coming());
                probation();
            }
        } catch (LifecycleException | IllegalArgumentException e) {
            fail(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            throw e;
        } catch (Throwable e) { // by the new version's code, when its units are described: the old one goes on
            fail(Failures.ofReload(context.name(), e));
        }
        boolean stays = failure == null;
        settle(stays);
        return stays;
    }

    ReloadReport report(boolean stays, UnloadReport gone) {
        String why = failure;
        ReplaceOutcome outcome = stays
                ? ReplaceOutcome.REPLACED
                : reports.stream().anyMatch(report -> report.outcome() == ReplaceOutcome.ROLLED_BACK)
                        ? ReplaceOutcome.ROLLED_BACK
                        : ReplaceOutcome.FAILED;
        return new ReloadReport(next.jar().name(), old.jar().version(), next.jar().version(), outcome,
                why == null ? "" : why, reports, stays ? List.copyOf(added.keySet()) : List.of(),
                stays ? List.copyOf(stopped.keySet()) : List.of(), gone);
    }

    private synchronized void fail(String why) {
        if (failure == null) {
            failure = why;
        }
        news.release();
    }

    private void replaceThoseOfBoth() throws InterruptedException {
        for (Map.Entry<String, Unit<?>> unit : next.units().entrySet()) {
            RunnableHandle handle = present.get(unit.getKey());
            if (handle != null) {
                replacing.put(unit.getKey(), replace(handle, unit.getValue()));
            }
        }
        while (failure == null && !replacing.values().stream().allMatch(one -> one.probation().isDone())) {
            news.acquire();
        }
    }

    /** A unit that somebody replaces just now is replaced after that, unless it takes longer than the next one may to get warm. */
    private void awaitTurn() throws InterruptedException {
        long end = context.time().nanos() + options.warmUp().toNanos();
        for (RunnableHandle unit : present.values()) {
            while (unit.status().replacing() != null && context.time().nanos() - end < 0) {
                if (!context.sleep(LOOK)) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private Replacement replace(RunnableHandle handle, Unit<?> unit) {
        Replacement replacement = context.replace(handle, unit, options);
        replacement.probation().whenDone(_ -> news.release());
        replacement.over().whenDone(outcome -> {
            switch (outcome) {
                case Outcome.Done<ReplaceReport>(ReplaceReport report) when report
                        .outcome() == ReplaceOutcome.REPLACED ->
                    news.release();
                case Outcome.Done<ReplaceReport>(ReplaceReport report) -> fail(report.toString());
                case Outcome.Failed<ReplaceReport>(LifecycleException error) ->
                    fail(String.valueOf(error.getMessage()));
            }
        });
        return replacement;
    }

    /** @param done is told of each before it stops */
    private void stop(List<String> units, Map<String, RunnableHandle> done) throws InterruptedException {
        for (String unit : units) {
            RunnableHandle handle = Objects.requireNonNull(present.get(unit), unit);
            done.put(unit, handle);
            handle.stop(options.stopOf(handle.spec())).await();
        }
    }

    private void add(List<String> units) throws InterruptedException {
        for (String unit : units) {
            added.put(unit, context.add(Objects.requireNonNull(next.units().get(unit), unit)));
        }
        waiting.values().forEach(Reload::start);
        for (RunnableHandle unit : startedLast()) {
            ModuleRun.awaitReady(unit, options.warmUp());
        }
    }

    private List<RunnableHandle> startedLast() {
        return Stream.concat(added.values().stream(), waiting.values().stream()).toList();
    }

    private static void start(RunnableHandle unit) {
        unit.start().whenDone(_ -> {
            // its state says what came of it
        });
    }

    private void probation() throws InterruptedException {
        long end = context.time().nanos() + options.probation().toNanos();
        for (long left = options.probation().toNanos(); failure == null
                && left > 0; left = end - context.time().nanos()) {
            if (!context.sleep(Duration.ofNanos(Math.min(left, LOOK.toNanos())))) {
                throw new InterruptedException();
            }
            startedLast().stream().filter(unit -> !STANDS.contains(unit.state())).findFirst()
                    .ifPresent(
                            unit -> fail("%s is %s: %s".formatted(unit.name(), unit.state(), unit.status().message())));
        }
    }

    private void settle(boolean stays) throws InterruptedException {
        if (!stays) {
            context.contextClassLoader(old.loader()); // before anything is described by the old version again
            if (!replacing.isEmpty()) { // it may be of the new version
                for (RunnableHandle unit : waiting.values()) {
                    unit.stop(options.stopOf(unit.spec()).withCascade()).await(); // what depends on it comes back with it
                }
            }
            remove(added);
        }
        String why = stays ? "" : "the reload of " + old.jar().name() + " is taken back: " + failure;
        replacing.values().forEach(one -> one.settle(stays, why));
        for (Map.Entry<String, Replacement> unit : replacing.entrySet()) {
            if (isReplaced(unit.getValue()) != stays) {
                // It did not run, or came too late with its own end: it is of the wrong description.
                describe(unit.getKey(), stays ? next : old);
            }
        }
        if (stays) {
            remove(stopped);
        } else {
            stopped.values().forEach(Reload::start);
            waiting.values().forEach(Reload::start);
        }
    }

    private static void remove(Map<String, RunnableHandle> units) throws InterruptedException {
        for (RunnableHandle unit : units.values()) {
            unit.remove(unit.spec().stop().withCascade()).await();
        }
    }

    private void describe(String unit, Load staying) throws InterruptedException {
        Unit<?> description = staying.units().get(unit);
        RunnableHandle handle = present.get(unit);
        if (description != null && handle != null) {
            Replacement again = context.replace(handle, description, options);
            again.settle(true, "");
            isReplaced(again);
        }
    }

    private boolean isReplaced(Replacement replacement) throws InterruptedException {
        try {
            ReplaceReport report = replacement.over().await();
            reports.add(report);
            return report.outcome() == ReplaceOutcome.REPLACED;
        } catch (LifecycleException e) {
            fail(String.valueOf(e.getMessage()));
            return false;
        }
    }
}
