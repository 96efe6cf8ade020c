package dev.windlass.lifecycle;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The outside face of a unit. It follows the name: after a stop and a start it shows the new generation. Thread-safe.
 *
 * <p>A thread of a generation that did not end in time, and was succeeded or removed, may look at its name but ask for nothing: every
 * operation throws {@link RevokedException} then.
 *
 * <p>Kinds of units with more to say have subtypes.
 */
public class RunnableHandle {

    private final UnitCell cell;

    RunnableHandle(UnitCell cell) {
        this.cell = cell;
    }

    /** For subtypes: the same unit with another face. */
    protected RunnableHandle(RunnableHandle base) {
        this.cell = base.cell;
    }

    private UnitOperations operations() {
        return new UnitOperations(cell);
    }

    /** Full name. */
    public final String name() {
        return cell.name();
    }

    /** What sort of thing it is, for people: {@code Task}, {@code Cluster}, {@code Controller}. */
    public final String kind() {
        return cell.spec().kind();
    }

    /** The observed state. */
    public final UnitState state() {
        return cell.state();
    }

    /** How often the name has been started. */
    public final long generation() {
        return cell.generation();
    }

    /** All that is known of the unit now. */
    public final UnitStatus status() {
        return cell.view().status();
    }

    /** What the unit itself has to say, by key; evaluated now. */
    public final Map<String, String> details() {
        return cell.view().details();
    }

    /**
     * Where each thread of the current generation stands now, also when that is quarantined, and of one that is beside it in a
     * replace. Empty when none runs.
     */
    public final List<ThreadPosition> threads() {
        return cell.view().threads();
    }

    /** The keys of its work that are claimed now, each with the generation that has it, which may have been succeeded. */
    public final Map<String, String> claimedKeys() {
        return cell.manager().claims().of(cell.name());
    }

    /**
     * The generations of the name that did not end within their budgets and of which something is left now, oldest first; also
     * those that have been succeeded. Takes stack traces.
     */
    public final List<QuarantinedGeneration> quarantined() {
        return cell.manager().quarantine().of(cell.name());
    }

    /**
     * What describes the unit.
     *
     * @throws UnknownUnitException when it has been removed: of a removed unit a handle keeps what is data, and none of its code
     */
    public final Unit<?> unit() {
        return cell.unit();
    }

    /** The specification as it is now: that of {@link #unit()}, and what has been reconfigured since; also of a removed unit. */
    public final RunnableSpec spec() {
        return cell.spec();
    }

    /** The units inside, by name. */
    public final List<RunnableHandle> children() {
        return cell.view().children();
    }

    /**
     * Completes when the unit is {@code READY}, at once if it is. Fails when the unit ends before, with its reason, and when
     * it is not ready by the manager's operation deadline. Waits for one that a cascade has stopped, since it comes back with
     * what it depends on.
     */
    public final Operation<UnitStatus> ready() {
        return operations().ready();
    }

    /**
     * Asks for a start: a new generation, unless one is running; at once when a restart would come later. Completes like {@link
     * #ready()}. While a stop is under way the start follows it. Failures before it do not count any more.
     */
    public final Operation<UnitStatus> start() {
        return operations().start();
    }

    /** Stops with the options of the specification. */
    public final Operation<StopReport> stop() {
        return stop(cell.spec().stop());
    }

    /**
     * Asks for a stop, in any state. Name, specification and carried-over work stay. Completes when nothing of the generation
     * runs any more, or when it is quarantined. A further stop while one is under way awaits the same end, and makes it
     * harder when it asks for {@link StopMode#ABORT}.
     *
     * <p>Fails with {@link RefusedException} when running units depend on this one and {@link StopOptions#cascade()} is not
     * set; nothing is stopped then.
     */
    public final Operation<StopReport> stop(StopOptions options) {
        return operations().stop(options);
    }

    /** Stops and starts again, with the stop options of the specification. */
    public final Operation<UnitStatus> restart() {
        return restart(cell.spec().stop());
    }

    /**
     * Stops like {@link #stop(StopOptions)} and starts again. Completes like {@link #ready()}; fails like {@link
     * #stop(StopOptions)} when the stop is refused.
     */
    public final Operation<UnitStatus> restart(StopOptions options) {
        return operations().restart(options);
    }

    /**
     * Asks for a pause: nothing is dispatched any more, what is watched stays watched, nothing is lost, and what has begun goes on.
     * Legal in every state, and kept apart from it: a unit that is restarted, or started later, comes back paused. Completes when
     * the generation that runs is held back, at once when none runs, with the status, which shows {@code PAUSED} unless the unit
     * is in trouble, ends, or was not ready yet; one that gets ready without having said how it is paused works, and says so in its
     * message. A stop of a paused unit leaves what is queued to the next generation, whatever its
     * mode.
     *
     * <p>Fails with {@link RefusedException} when the unit cannot be paused, and with {@link PreemptedException} when {@link
     * #resume()} overtakes it.
     */
    public final Operation<UnitStatus> pause() {
        return operations().suspend(Standstill.Kind.PAUSE, true);
    }

    /** Ends a pause. Completes when the unit works again, at once when it does not run, or was not paused. */
    public final Operation<UnitStatus> resume() {
        return operations().suspend(Standstill.Kind.PAUSE, false);
    }

    /**
     * Asks for a cordon: nothing new comes in any more; connections stay, and what is inside works off what it has. It is for
     * clusters and other scopes what {@link #pause()} is for what works; all else that is said there holds.
     */
    public final Operation<UnitStatus> cordon() {
        return operations().suspend(Standstill.Kind.CORDON, true);
    }

    /** Ends a cordon: what was held back comes in. Otherwise like {@link #resume()}. */
    public final Operation<UnitStatus> uncordon() {
        return operations().suspend(Standstill.Kind.CORDON, false);
    }

    /**
     * Changes the specification without a restart: labels, {@code required}, priority class, stop options, restart, failure and
     * hang policy. They count from now on, for the generation that runs and all later ones, until a replace brings others. The
     * generation is told if it has said {@link RunnableContext#onReconfigure}; completes when it has taken that on, at once when
     * none runs.
     *
     * <p>Fails with {@link RefusedException} when the change needs a new generation, for which there is {@link
     * #replace(Unit)}, while the unit is being replaced, or when the unit refuses the change, which is taken back then; with {@link
     * PreemptedException} when somebody else changed it at the same time.
     *
     * @param change is given a builder with what is there, and returns one with what is to be; called before this returns
     * @throws RefusedException when the change needs a new generation
     */
    public final Operation<UnitStatus> reconfigure(UnaryOperator<RunnableSpec.Builder> change) {
        UnitEntry.Description base = cell.description();
        RunnableSpec next = change.apply(base.spec().toBuilder()).build();
        return reconfigure(base, base.with(next));
    }

    /**
     * For subtypes: the same with another unit of the kind, whose own settings the running generation can take on. All later
     * generations are made by it.
     *
     * @throws RefusedException when the change needs a new generation
     */
    protected final <H extends RunnableHandle> Operation<UnitStatus> reconfigureWith(Unit<H> next) {
        UnitEntry.Description base = cell.description();
        return reconfigure(base, base.with(next, cell.manager().leaders().entered(next.spec()),
                next.handle(new RunnableHandle(cell))));
    }

    /**
     * For subtypes: the same with another specification than the unit's own, which keeps what was reconfigured before.
     *
     * @throws RefusedException when the change needs a new generation
     */
    protected final <H extends RunnableHandle> Operation<UnitStatus> reconfigureWith(Unit<H> next, RunnableSpec spec) {
        UnitEntry.Description base = cell.description();
        return reconfigure(base, base.with(next, spec, next.handle(new RunnableHandle(cell))));
    }

    /**
     * Changes settings by their names, as they come from a command line or a file; those that are not named stay. Every unit has {@code
     * priority}, {@code required} and {@code label.NAME}, where no value takes the label away; a controller has {@code workers} and {@code
     * rate-limit} besides. Otherwise like {@link #reconfigure(UnaryOperator)}; all are changed, or none.
     *
     * @throws IllegalArgumentException when the unit has no setting of a name, which says those it has, or a value is none
     */
    public final Operation<UnitStatus> reconfigure(Map<String, String> settings) {
        NamedSettings given = NamedSettings.of(settings);
        return given.own().isEmpty() ? reconfigure(given.common()) : reconfigureOwn(given.own(), given.common());
    }

    /**
     * For subtypes: changes settings of their own kind by name, and with them those that every unit has.
     *
     * @param own at least one
     * @param common see {@link #reconfigure(UnaryOperator)}
     * @throws IllegalArgumentException when there is no setting of a name, or a value is none; by default always
     */
    protected Operation<UnitStatus> reconfigureOwn(Map<String, String> own,
            UnaryOperator<RunnableSpec.Builder> common) {
        throw noSetting(own.keySet().iterator().next(), "");
    }

    /**
     * For subtypes: the refusal of a setting that does not exist.
     *
     * @param others what the kind itself has, each with a comma behind it
     */
    protected final IllegalArgumentException noSetting(String setting, String others) {
        return new IllegalArgumentException("%s has no setting \"%s\" that can be changed while it runs: there are %s%s"
                .formatted(name(), setting, others, NamedSettings.NAMES));
    }

    private Operation<UnitStatus> reconfigure(UnitEntry.Description base, UnitEntry.Description next) {
        List<String> fixed = base.spec().fixedDifferences(next.spec());
        if (!fixed.isEmpty()) {
            throw new RefusedException(
                    "%s cannot be reconfigured: %s count from a start on; replace it by a unit that has them"
                            .formatted(name(), String.join(", ", fixed)));
        }
        return operations().reconfigure(next.with(next.spec().withRevision(base.spec().revision() + 1)), base);
    }

    /** Replaces the running generation by a new one of the same description. See {@link #replace(ReplaceOptions)}. */
    public final Operation<ReplaceReport> replace() {
        return replace(ReplaceOptions.defaults());
    }

    /**
     * Replaces the running generation by a new one of the same description. When both sides can (the running one has said {@link
     * RunnableContext#handsOver}, the next one {@link RunnableSpec#warmsUp()}, nothing is inside), the next one gets warm beside
     * the one that runs, takes its work over, and is on probation: when it fails, returns, or says that it is degraded within
     * that, it hands the work back and the one before goes on. Otherwise that one is stopped first, with {@link
     * StopMode#HANDOFF}, and a next one that does not stand the test is stopped and the old description started again. The
     * report says which, and why.
     *
     * <p>Completes when one generation is left. Fails with {@link PreemptedException} when something else ends the current
     * generation meanwhile, with {@link RefusedException} while the unit is being replaced or stopped already.
     */
    public final Operation<ReplaceReport> replace(ReplaceOptions options) {
        return operations().replace(null, options);
    }

    /** Replaces it by a generation of another description. See {@link #replace(Unit, ReplaceOptions)}. */
    public final Operation<ReplaceReport> replace(Unit<RunnableHandle> next) {
        return replace(next, ReplaceOptions.defaults());
    }

    /**
     * Replaces a plain unit by a generation of another description, like {@link #replace(ReplaceOptions)}. The description is the
     * unit's from then on, unless it is rolled back. Of a unit that does not run, and is not to, only the description changes.
     *
     * @throws IllegalArgumentException when the name or kind is another one, or the unit is not a plain one: those have their own
     *     {@code replace}
     * @throws RefusedException when its dependencies would close a cycle
     */
    public final Operation<ReplaceReport> replace(Unit<RunnableHandle> next, ReplaceOptions options) {
        if (cell.handle().getClass() != RunnableHandle.class) {
            throw new IllegalArgumentException("%s is a %s: replace it by one, through the handle of that kind"
                    .formatted(name(), kind()));
        }
        return replaceWith(next, options);
    }

    /**
     * For subtypes: ends the probation of a replace that is under way, and every wait before it that the decision makes idle. For a
     * unit that is replaced together with others, and stays or goes with them; nothing when it is not being replaced.
     *
     * @param stays whether the next generation stays; otherwise it is taken back, and what it warmed up for is given up
     * @param why for the report, when it is taken back
     */
    protected final void settleReplace(boolean stays, String why) {
        operations().settleReplace(stays, why);
    }

    /** For subtypes: replaces the unit by one of the same kind, see {@link #replace(Unit, ReplaceOptions)}. */
    protected final <H extends RunnableHandle> Operation<ReplaceReport> replaceWith(Unit<H> next,
            ReplaceOptions options) {
        UnitOperations operations = operations();
        return operations.replace(operations.successor(next), options);
    }

    /** Removes with the stop options of the specification. */
    public final Operation<StopReport> remove() {
        return remove(cell.spec().stop());
    }

    /** Stops like {@link #stop(StopOptions)}, then frees the name, discards carried-over work and reports what it was. */
    public final Operation<StopReport> remove(StopOptions options) {
        return operations().remove(options);
    }

    /** The report of the last stop. */
    public final Optional<StopReport> lastStop() {
        return Optional.ofNullable(cell.lastStop());
    }

    /** For subtypes: the clock of the manager, for operations of their own. */
    protected final TimeSource time() {
        return cell.manager().time();
    }

    final UnitCell cell() {
        return cell;
    }

    @Override
    public final String toString() {
        return name() + "#" + generation() + " " + state();
    }
}
