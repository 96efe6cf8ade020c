package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One replace of a unit, from its order until one generation is left. The unit tells it of what happens meanwhile, before it does
 * what it would do otherwise. All by messages of the unit, but for what says so.
 *
 * <p>The work of the unit is with one generation, or on its way, and then it is the name's carry-over: whatever throws or ends on
 * the way, the next generation finds it there.
 *
 * <p>Whatever else ends the current generation ends the replace: what is beside that one ends too, the description of the current
 * one stays, and the operation fails.
 */
abstract class Succession {

    static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(1);

    final UnitCell cell;
    final TimeSource time;
    final ReplaceOptions options;
    final String actor;
    final long from;
    private final Promise<ReplaceReport> promise;
    private final long began;
    private String message = "";
    private boolean left;
    /** What was decided from outside before the probation began; null when nothing was. */
    @Nullable
    Verdict verdict;

    private @Nullable Runnable onProbation;
    private boolean tried;

    /** Somebody outside knows better than the clock whether the next generation stays. */
    record Verdict(boolean stays, String why) {
    }

    Succession(UnitCell cell, ReplaceOptions options, String actor, Promise<ReplaceReport> promise) {
        this.cell = cell;
        this.time = cell.manager().time();
        this.options = options;
        this.actor = actor;
        this.promise = promise;
        this.began = time.nanos();
        this.from = cell.generation();
    }

    /** Begins a replace, warm if that can be. */
    static void begin(UnitCell cell, UnitEntry.Description next, ReplaceOptions options, String actor,
            Promise<ReplaceReport> promise) {
        Succession present = cell.succession();
        if (present != null) {
            promise.fail(
                    new RefusedException("%s is being replaced already: %s; replace it when that is over, or stop it"
                            .formatted(cell.name(), present.describe())));
            return;
        }
        if (cell.state().isEnding() || cell.cascades()) {
            promise.fail(new RefusedException("%s is stopping (%s): replace it when it has stopped"
                    .formatted(cell.name(), cell.position().reason())));
            return;
        }
        Incarnation running = cell.incarnation();
        if (running != null && cell.isAlive() && running.hasLostLeadership()) {
            promise.fail(new RefusedException("%s has lost its leadership, and is about to end: replace it after that"
                    .formatted(running.id())));
            return;
        }
        String lost = cell.manager().admission().lostDependency(next.spec());
        String whyCold = whyCold(cell, next.spec());
        if (cell.isAlive() && lost != null) {
            promise.fail(new RefusedException("%s cannot be replaced: the next one %s".formatted(cell.name(), lost)));
        } else if (whyCold.isEmpty()) {
            new WarmSuccession(cell, next, options, actor, promise).begin();
        } else {
            new ColdSuccession(cell, next, options, actor, promise, whyCold).begin();
        }
    }

    /** Why the next generation cannot get warm beside the one that runs; empty if it can. */
    private static String whyCold(UnitCell cell, RunnableSpec next) {
        Incarnation current = cell.incarnation();
        if (current == null || !cell.isAlive()) {
            return "nothing runs";
        }
        if (!next.warmsUp()) {
            return "the next one does not warm up";
        }
        if (current.handover() == null) {
            return current.id() + " has not said how it hands over";
        }
        if (!cell.state().satisfiesDependents()) {
            return current.id() + " is " + cell.state();
        }
        if (next.leadership() != cell.spec().leadership()) {
            return "only one of the two is a leader";
        }
        return cell.childCells().isEmpty() ? "" : "there are units inside, whose names the next one needs";
    }

    // ---- what the unit tells

    /** A generation has said that it is in this state. */
    abstract void onSaid(Incarnation asker, UnitState state, String what);

    /** A generation says that it is warm. Returns false when it need not wait for its turn. */
    abstract boolean onWarm(Incarnation asker, SignalCell turn);

    /** A generation has ended by itself. Returns whether the replace deals with that. */
    abstract boolean takesEnd(Incarnation asker, UnitThreads.@Nullable Ending ending);

    /** Somebody has asked for a stop of the unit. */
    abstract void onStopAsked(StopOrder order);

    /** The current generation ends already, and now for a reason that none may outlive. */
    void onEndsSooner(StopOrder order) {
        // none is beside it that could
    }

    /** The end of the current generation begins. */
    abstract void onCurrentEnds(StopOrder order, UnitState target);

    /** The current generation has ended. Returns whether another one takes its place. */
    abstract boolean takesOver(StopReport report, UnitState result);

    /** The unit has entered a state. */
    abstract void onMoved(UnitCell.Position now);

    /** The unit was to start, and cannot. */
    void onStartRefused(String why) {
        // no start is awaited
    }

    /** Something that the unit may depend on has changed its state. */
    void onDependenciesMoved() {
        // nothing is beside the current generation
    }

    /** Returns whether the order has to wait; the message is posted again with what is left of it then. */
    boolean holdsUp(StopOrder order, Consumer<StopOrder> message) {
        return false;
    }

    /** It is decided from outside that the next generation stays, or that it is taken back. */
    abstract void settle(Verdict decided);

    /** Ends what is beside the current generation, and tells of that. */
    abstract void endBeside(StopOrder order, Consumer<List<StopReport>> whenEnded);

    // ---- what anybody may ask

    /** What made a generation that is beside the current one; null for any other. */
    UnitEntry.@Nullable Description descriptionOf(Incarnation asker) {
        return null;
    }

    /** What a generation has of the quota that is beside the current one; null for any other. */
    @Nullable
    QuotaClaim claimOf(Incarnation asker) {
        return null;
    }

    /** The generation beside the current one; null when there is none. */
    @Nullable
    Incarnation beside() {
        return null;
    }

    /** How far it is, for people. */
    abstract String describe();

    final String since(long nanos) {
        return "since " + time.now().minusNanos(time.nanos() - nanos).truncatedTo(ChronoUnit.SECONDS);
    }

    // ---- probation

    /** Says who is told when the probation begins; at once if it has. */
    final void onProbation(Runnable listener) {
        onProbation = listener;
        if (tried) {
            listener.run();
        }
    }

    /** The next generation has taken over, and is tried. */
    final void probationBegins() {
        tried = true;
        if (onProbation != null) {
            onProbation.run();
        }
    }

    /** For how long it lasts, for people. */
    final String limit() {
        return options.probation().equals(ReplaceOptions.LONGEST)
                ? "until that is decided elsewhere"
                : "for " + options.probation();
    }

    /**
     * Asks the readiness checks of the current generation, again and again, on a thread of its own.
     *
     * @param goesOn whether the probation is not over; may be asked by anybody
     * @param failed is told of the first one that fails, in a message, unless the probation is over by then
     */
    final void examine(BooleanSupplier goesOn, Consumer<String> failed) {
        Incarnation current = cell.incarnation();
        Duration tenth = options.probation().dividedBy(10);
        Duration interval = tenth.compareTo(LONGEST_INTERVAL) < 0 ? tenth.plusMillis(1) : LONGEST_INTERVAL;
        try {
            if (current != null) {
                current.fork("probation", () -> {
                    String error = null;
                    while (error == null && goesOn.getAsBoolean() && current.sleep(interval)) {
                        error = failedCheck(current);
                    }
                    if (error != null) {
                        String why = current.id() + " is not ready: " + error;
                        cell.post(() -> {
                            if (goesOn.getAsBoolean() && cell.isRunning(current)) {
                                failed.accept(why);
                            }
                        });
                    }
                });
            }
        } catch (RevokedException e) {
            LOG.atTrace().addKeyValue("unit", cell.name()).log("ends, and is not examined");
        }
    }

    private static @Nullable String failedCheck(Incarnation current) {
        for (HealthCheck check : current.exclusives().readiness()) {
            try {
                check.check();
            } catch (Exception e) {
                return Incarnation.describe(e);
            }
        }
        return null;
    }

    /** Takes over from one that has come to nothing what was said of it. */
    final void continues(Succession before) {
        verdict = before.verdict;
        onProbation = before.onProbation;
    }

    // ---- how it ends

    /** Adds to what the report will say. */
    final void note(String more) {
        message = message.isEmpty() ? more : message + "; " + more;
    }

    final String ending(String id, UnitThreads.@Nullable Ending ending) {
        if (ending != null) {
            LOG.atWarn().addKeyValue("unit", id).setCause(ending.thrown())
                    .log("a generation failed while its unit is replaced");
        }
        return id + (ending == null ? " returned" : " failed: " + ending.description());
    }

    final boolean hasLeft() {
        return left;
    }

    /** The replace is over; what comes after it may be told to the unit before. */
    final void leave() {
        if (!left) {
            left = true;
            cell.succession(null);
            forgetCode();
        }
    }

    /** It is over, and may be known for longer to who knows one of its generations. */
    void forgetCode() {
        // most know of nothing but the unit
    }

    final void complete(long to, ReplaceMethod method, String whyCold, ReplaceOutcome outcome, long handedOver,
            @Nullable StopReport retired) {
        leave();
        ReplaceReport report = new ReplaceReport(cell.name(), from, to, method, whyCold, outcome, message, handedOver,
                retired, Duration.ofNanos(time.nanos() - began));
        (outcome == ReplaceOutcome.REPLACED ? LOG.atInfo() : LOG.atWarn()).addKeyValue("unit", cell.name()).log("{}",
                report);
        promise.complete(report);
    }

    /** Something else came first. */
    final void preempted(StopOrder by) {
        promise.fail(new PreemptedException("the replace of %s was overtaken: %s (%s) by %s".formatted(cell.name(),
                by.remove() ? "it is removed" : "it ends", by.reason(), by.actor())));
    }

    final void fail(LifecycleException error) {
        leave();
        promise.fail(error);
    }
}
