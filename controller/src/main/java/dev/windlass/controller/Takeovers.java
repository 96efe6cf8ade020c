package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.lifecycle.LifecycleException;
import dev.windlass.lifecycle.Outcome;
import dev.windlass.lifecycle.PreemptedException;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.StopMode;
import dev.windlass.lifecycle.UnitState;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How engagements are replaced with their controllers. Thread-safe; the monitor of the {@link Engagements} guards the map and the fields of
 * pairs, and that of a {@link ControllerSuccession} is taken under it.
 */
final class Takeovers {

    private static final Logger LOGGER = LoggerFactory.getLogger(Takeovers.class);

    /** How long an engagement may take to be warm for a controller that is to be replaced, which itself may take less. */
    private static final Duration LONGEST_WARM_UP = Duration.ofMinutes(10);

    private final Engagements engagements;
    /** By controller; those that are not settled. */
    private final Map<String, ControllerSuccession> successions = new HashMap<>();

    Takeovers(Engagements engagements) {
        this.engagements = engagements;
    }

    /** A run is to take the place of the current one: what works on ready clusters gets a successor that is warm by then. */
    void prepare(ControllerSuccession succession) {
        Choice choice = new Choice(succession.next().controller());
        while (!prepared(succession, choice)) {
            choice.ask();
        }
    }

    /** Returns false, and has changed nothing, when there is a cluster that the choice was not asked of. */
    private boolean prepared(ControllerSuccession succession, Choice choice) {
        ControllerRun<?> run = succession.next();
        synchronized (engagements) {
            List<Pair> known = engagements.pairs(run.controller().name());
            if (!choice.covers(known.stream().map(Pair::cluster).toList())) {
                return false;
            }
            successions.put(run.controller().name(), succession);
            for (Pair pair : known) {
                EngagementHandle handle = pair.handle;
                ClusterConnection connection = pair.connection;
                if (handle != null && connection != null && engagements.clusterIsReady(pair)
                        && Engagements.works(handle) && handle.state() != UnitState.DEGRADED
                        && choice.serves(pair.cluster())) {
                    begin(pair, handle, run, connection, LONGEST_WARM_UP);
                }
            }
        }
        return true;
    }

    /** The current run is frozen: on all clusters that are ready the next one takes over, or this throws. */
    void handOver(ControllerRun<?> from) {
        ControllerSuccession succession = present(from);
        if (succession != null) {
            succession.handOver(from);
        }
    }

    /** The run goes on, after all: what the next one has taken over comes back. */
    void takeBack(ControllerRun<?> run) {
        ControllerSuccession succession = present(run);
        if (succession != null && succession.before() == run) {
            settle(succession, false);
        }
        engagements.join(run);
    }

    private @Nullable ControllerSuccession present(ControllerRun<?> run) {
        synchronized (engagements) {
            return successions.get(run.controller().name());
        }
    }

    /** A run has its engagements. When nobody has handed over, nobody can take back. */
    void onJoined(ControllerRun<?> run) {
        ControllerSuccession succession = run.succession();
        if (succession != null && succession.before() == null) {
            settle(succession, true);
        }
    }

    /** A run that ends is not to be settled any more. Under the monitor. */
    void forget(ControllerRun<?> run) {
        ControllerSuccession tried = run.succession();
        if (tried != null) {
            successions.remove(run.controller().name(), tried);
        }
    }

    /** Something that replaces under way may wait for has happened. */
    void onNews() {
        List<ControllerSuccession> all;
        synchronized (engagements) {
            all = List.copyOf(successions.values());
        }
        all.forEach(ControllerSuccession::onNews);
    }

    /** When a run ends because it was replaced, or is taken back: its engagements are settled, and end as that says. False otherwise. */
    boolean leave(ControllerRun<?> run, Departure departure) {
        ControllerSuccession handedTo = present(run);
        ControllerSuccession tried = run.succession();
        if (handedTo != null && handedTo.before() == run && handsOn(departure)) {
            settle(handedTo, true);
            departure.await(handedTo);
            handedTo.next().succeeded();
            engagements.evaluate(handedTo.next());
            return true;
        }
        if (tried == null || !isTakenBack(run, tried, departure)) {
            return false;
        }
        settle(tried, false);
        List<Pair> others = engagements.leaveCurrent(run).stream()
                .filter(pair -> pair.takeover == null && !Engagements.isWith(pair, tried.before())).toList();
        departure.await(tried);
        departure.stop(others);
        return true;
    }

    private void settle(ControllerSuccession succession, boolean stays) {
        ControllerRun<?> next = succession.next();
        String controller = next.controller().name();
        List<Pair> lost = List.of();
        synchronized (engagements) {
            successions.remove(controller, succession);
            succession.settle(stays, next.context().id() + " is taken back");
            if (stays) { // what was taken back in the last moment
                lost = engagements.pairs(controller).stream().filter(pair -> pair.run == next && pair.takeover == null
                        && Engagements.isWith(pair, succession.before())).toList();
            }
        }
        lost.forEach(pair -> restartFor(next, pair));
    }

    /** Under the monitor. An engagement stays or goes with its controller, if that is not decided yet. */
    void begin(Pair pair, EngagementHandle handle, ControllerRun<?> run, ClusterConnection connection,
            Duration warmUp) {
        ControllerSuccession succession = run.succession();
        boolean provisional = succession != null && !succession.settled();
        Takeover takeover = new Takeover(pair, run, pair.engagement, handle,
                handle.replace(EngagementUnit.of(pair, run, connection.informers().unit()),
                        ReplaceOptions.defaults().withWarmUp(warmUp)
                                .withProbation(provisional ? ReplaceOptions.LONGEST : Duration.ZERO)));
        pair.takeover = takeover;
        if (succession != null && provisional) {
            succession.add(takeover);
        }
        takeover.operation().whenDone(outcome -> onReplaced(takeover, outcome));
    }

    private void onReplaced(Takeover takeover, Outcome<ReplaceReport> outcome) {
        Pair pair = takeover.pair();
        ControllerRun<?> run = takeover.next();
        String wrong = switch (outcome) {
            case Outcome.Done<ReplaceReport>(ReplaceReport report) ->
                report.outcome() == ReplaceOutcome.REPLACED ? "" : report.message();
            // Something else has ended it, and what follows that follows.
            case Outcome.Failed<ReplaceReport>(PreemptedException _) -> "";
            case Outcome.Failed<ReplaceReport>(LifecycleException error) -> String.valueOf(error.getMessage());
        };
        if (!wrong.isEmpty() && !run.over() && !refused(takeover, wrong)) {
            LOGGER.atWarn().addKeyValue("unit", pair.unit()).addKeyValue("reason", wrong)
                    .log("the engagement did not get warm for its new controller: it is restarted");
            restartFor(run, pair);
        }
        EngagementRun<?> left;
        synchronized (engagements) {
            if (pair.takeover == takeover) {
                pair.takeover = null;
            }
            left = pair.engagement;
        }
        if (left != null) {
            left.forgetEnded();
        }
        Engagements.follow(pair);
        run.onNews();
        engagements.evaluate(pair.controller());
    }

    /** Whether it is, or was, for the controller to say what follows. */
    private boolean refused(Takeover takeover, String wrong) {
        ControllerSuccession succession = takeover.next().succession();
        if (succession == null) {
            return false;
        }
        Pair pair = takeover.pair();
        synchronized (engagements) {
            if (succession.settled()) {
                return false;
            }
            if (engagements.clusterIsReady(pair)) {
                succession.refuse(pair.unit() + " is not taken over: " + wrong);
            } else if (pair.run == takeover.next()) {
                pair.run = null; // it is tried again when the cluster is ready
            }
        }
        return true;
    }

    private void restartFor(ControllerRun<?> run, Pair pair) {
        EngagementHandle handle = pair.handle;
        if (handle != null && pair.run == run) {
            handle.restart(handle.spec().stop().withMode(StopMode.HANDOFF))
                    .whenDone(outcome -> engagements.evaluate(pair.controller()));
        }
    }

    /** Whether a run that has handed over is not wanted back; it may end before the next one has said that it has all. */
    private static boolean handsOn(Departure departure) {
        Reason reason = departure.reason();
        return reason == null || reason == Reason.REPLACED;
    }

    private boolean isTakenBack(ControllerRun<?> run, ControllerSuccession tried, Departure departure) {
        ControllerRun<?> before = tried.before();
        if (tried.settled()) {
            return false;
        }
        Reason reason = departure.reason();
        return engagements.current(run.controller().name()) != run
                || (before != null && !before.over()
                        && (reason == null || reason == Reason.ROLLED_BACK || reason == Reason.FAILED));
    }
}
