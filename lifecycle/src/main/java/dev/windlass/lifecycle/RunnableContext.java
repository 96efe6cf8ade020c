package dev.windlass.lifecycle;

import io.prometheus.metrics.model.registry.Collector;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * What a running unit is given: its two signals, its readiness, and the ledger through which it acquires everything that must
 * be given back. One per generation. Thread-safe: the unit's threads and callbacks may all use it.
 *
 * <p>Every method that acquires something throws {@link RevokedException} once the generation has ended.
 */
public interface RunnableContext {

    /** Full name of the unit. */
    String name();

    /** Which generation of the name this is, from 1. */
    long generation();

    /** Identity of this generation, unique among all managers. */
    UUID incarnation();

    /** Name and generation: {@code cluster/south#2}. */
    String id();

    /** The manager that runs the unit. */
    Manager manager();

    /** The handle of the unit itself. Awaiting its stop from one of the unit's own threads is refused. */
    RunnableHandle handle();

    /** The clock to use. */
    TimeSource time();

    /** A logger; lines logged on the unit's threads carry the MDC key {@code unit}. */
    Logger logger();

    /** Set when a stop was asked for: take no new work, finish what you hold. */
    Signal stopping();

    /** Set when the unit must end now. Its threads are interrupted at the same moment. */
    Signal cancelled();

    /** Sleeps; returns false at once when {@link #stopping()} is set, or when it was set meanwhile. */
    boolean sleep(Duration duration) throws InterruptedException;

    /** Blocks until {@link #stopping()} is set. */
    default void awaitStop() throws InterruptedException {
        stopping().await();
    }

    /** What the stop asks for; empty while {@link #stopping()} is not set. */
    Optional<StopRequest> stopRequest();

    /** Says that the unit is ready: from {@code STARTING}, {@code BACKOFF} or {@code DEGRADED}, or that it goes on after
     * {@link #paused(String)}. Otherwise without effect. */
    void ready();

    /** Says that the unit, which was ready, cannot do all of its work. */
    void degraded(String reason);

    /** The same when what it lacks is expected to come by itself: the log does not warn of it, and a replace goes on. */
    void lacking(String what);

    /**
     * Says that the unit, which was ready, does nothing for now, though it could: it is {@code PAUSED} until the next {@link
     * #ready()} or {@link #degraded(String)}. For what is done at somebody's wish, say how with {@link #pausable}.
     */
    void paused(String why);

    /**
     * Says how the unit is paused: nothing is dispatched any more, what it watches stays watched, nothing is lost. Makes {@link
     * RunnableHandle#pause()} possible. When the unit is to be paused from the start, {@code how.begin()} is called before this
     * returns: call it before the first dispatch, and where that matters before {@link #ready()}.
     */
    void pausable(Suspension how);

    /**
     * Says how the unit is cordoned: nothing new comes in, connections stay, what is inside works off what it has. Makes {@link
     * RunnableHandle#cordon()} possible. Otherwise like {@link #pausable}.
     */
    void cordonable(Suspension how);

    /** Says that the unit, which never was ready, will try again after this long. The next {@link #ready()} ends it. */
    void backoff(String reason, Duration retryIn);

    /** Says what a unit that is not ready yet waits for: shown in its status. Changes no state. */
    void waiting(String what);

    /** The same when something is wrong, and waiting may not help: the log warns of it, once until this is another. */
    void hindered(String what);

    /**
     * Says which context class loader the threads of this generation have from now on, but those that have set another one themselves;
     * and those of units that are added or replaced inside from now on, in all their generations, unless they say otherwise. Without it that is the one that the scope had when the unit was declared, at the root the manager's. For code that
     * has a class loader of its own. The generation lets go of it when it has ended, a unit inside when it is removed.
     */
    void contextClassLoader(ClassLoader loader);

    /**
     * Starts a virtual thread that belongs to the unit: named {@code id/name}, interrupted on cancellation, awaited by the
     * stop. What it throws while nobody asked the unit to stop fails the unit.
     */
    Thread fork(String name, Forked body);

    /** The same with a daemon platform thread, for code that pins its carrier. */
    Thread forkPlatform(String name, Forked body);

    /** Runs an action after a delay on a virtual thread of the unit; withdrawn when the unit ends. */
    Timer schedule(Duration delay, Forked action);

    /**
     * Hands a resource to the ledger: it is closed when the unit ends, after its threads, in reverse order of acquisition.
     *
     * @param kind what it is, for reports: {@code watch}, {@code meter}, {@code port}
     * @param name which one
     * @return {@code resource}
     */
    <T extends AutoCloseable> T own(String kind, String name, T resource);

    /** Closes a resource of the ledger now, on the current thread, and takes it off. Without effect when it is not there. */
    void release(AutoCloseable resource) throws Exception;

    /**
     * Enters a request into the ledger before it is sent.
     *
     * @param kind what it is, for reports: {@code request}
     * @param description for people: {@code PUT configmaps default/settings}
     * @param write whether it changes something remote, so that its outcome matters when the answer is not awaited
     * @throws FencedException when it is a write, and the leadership under which the unit was started has ended
     */
    InFlight inFlight(String kind, String description, boolean write);

    /**
     * Claims a key of the unit's work, so that it is worked on once at a time, whatever generations of the name there are: empty
     * while it is claimed. What a quarantined generation has claimed stays claimed until the last of it has ended, and is listed
     * in its stop report and in {@link RunnableHandle#claimedKeys()}. Closing the registration releases the key, and so does the
     * end of the generation.
     *
     * @throws FencedException when the leadership under which the unit was started has ended
     */
    Optional<Registration> claim(String key);

    /**
     * A face of something that the unit hands on, or lets its own code use, which goes with the generation: after it has ended, and
     * as soon as it is quarantined, every call throws {@link RevokedException}. Calls that are under way are not ended by it.
     *
     * @param type an interface
     * @throws IllegalArgumentException when {@code type} is not an interface, or one that cannot be implemented from outside
     */
    <T> T revocable(Class<T> type, T target);

    /**
     * Adds a unit inside this one. Its name is relative: {@code websites} in {@code cluster/north} is {@code
     * cluster/north/websites}. It stops before this unit does. When the name exists as a stopped child of an earlier
     * generation, the child continues it: next generation, with its carried-over work.
     *
     * @throws NameTakenException when a unit of that name runs
     * @throws StoppingException when this unit is stopping
     */
    <H extends RunnableHandle> H add(Unit<H> child);

    /**
     * Replaces a unit inside this one by one of the same name and kind, like its own handle does, but for this unit to decide whether
     * the next generation stays: so that several stay or go together.
     *
     * @param options of which the probation is not read: it lasts until the decision
     * @throws IllegalArgumentException when {@code child} is not right inside this unit, or the name or the kind is another one
     * @throws RefusedException when its dependencies would close a cycle
     */
    Replacement replace(RunnableHandle child, Unit<?> next, ReplaceOptions options);

    /** Adds a plain unit inside this one. */
    default RunnableHandle add(String childName, ManagedRunnable code) {
        return add(Task.of(childName, code));
    }

    /**
     * Says that the unit can go on when something that it depends on was restarted: it is told the handle of what came back, on
     * a thread of its own. A unit that does not say so is restarted instead. The last call counts.
     */
    void onRebind(Consumer<? super RunnableHandle> action);

    /**
     * Adds a health check that goes with the unit. A readiness check fails as soon as a stop is asked for. The check of a generation
     * that gets warm beside another one counts from {@link #takeOver()} on, in the place of the other's.
     *
     * @throws NameTakenException when a check of that kind and name exists
     */
    void health(String checkName, HealthKind kind, HealthCheck check);

    /**
     * Registers a meter with {@link Manager#metrics()}, where it is until the unit ends. Two units that are alive at once cannot have
     * meters of the same name. The meter of a generation that gets warm beside another one is registered by {@link #takeOver()}, in
     * the place of the other's.
     *
     * @throws NameTakenException when a meter of that name is registered
     */
    <T extends Collector> T meter(T meter);

    /** Declares where the unit's status finds its counts of work. */
    void workload(Workload workload);

    /** Declares a line that {@code describe} shows; evaluated when it is asked for. */
    void detail(String key, Supplier<String> value);

    /**
     * Declares where a quota's status finds what the unit uses. It is shown beside the declared cost and decides nothing. Without
     * effect for a unit that declared no cost.
     */
    void measure(Supplier<Cost> cost);

    /**
     * Offers rungs between all of the unit's work and a stop: ways to cost less for a while, which a quota prefers to a stop.
     * Offered again, the new ones count, unless the unit is on one of the old ones. Without effect for a unit that declared no
     * cost.
     *
     * @param costs what the unit costs on each rung that it offers; a cost that is more than that of a rung before it, or than
     *     the declared one, counts as that
     * @param change brings the unit to a rung; once a stop of this generation has begun it is asked to go down only
     * @throws IllegalArgumentException when they contain {@link Rung#FULL} or {@link Rung#STOPPED}
     */
    void rungs(Map<Rung, Cost> costs, RungChange change);

    /**
     * Counts something that is kept though nobody uses it. When a quota needs it back, perhaps at once, {@code giveBack} is
     * called on a thread of the unit.
     *
     * @param what what it is, for people
     * @return to be closed when it has been given back, or is in use again
     */
    Registration keepIdle(String what, Cost cost, Runnable giveBack);

    /** Where a stopping unit accounts for its work. */
    WorkAccount account();

    /** Work that an earlier generation left. Stays until {@link #carryOver(CarryOver)} replaces it. */
    Optional<CarryOver> carryOver();

    /**
     * Leaves work to the next generation, or with null nothing: also to say that what was left has been taken. Without effect while
     * the generation is frozen, see {@link Handover}: its work is the successor's then.
     */
    void carryOver(@Nullable CarryOver work);

    /** The specification that this generation was made by, and what has been reconfigured since. */
    RunnableSpec spec();

    /**
     * Says how this generation takes on a changed specification while it runs, see {@link RunnableHandle#reconfigure}. What the
     * engine itself reads of it counts without that. The last call counts.
     */
    void onReconfigure(Reconfiguration how);

    /**
     * Says how this generation hands its work to a successor, and takes it back. Without that, a replace of the unit stops it
     * first. The last call counts.
     */
    void handsOver(Handover how);

    /**
     * Says that this generation is warm, and waits for its turn. Without a generation that it replaces it returns at once; otherwise
     * when that one has handed its work over, and the unit is {@code READY} with this generation then. Nothing may be done to the
     * outside, and nothing taken from {@link #carryOver()}, before it returns. To be called once, by a unit whose specification says
     * {@link RunnableSpec#warmsUp()}.
     *
     * @return the work that was handed over, or else what the last generation left; it stays with the name until {@link
     *     #carryOver(CarryOver)} says that it has been taken
     * @throws InterruptedException when this generation is stopped instead
     */
    Optional<CarryOver> takeOver() throws InterruptedException;
}
