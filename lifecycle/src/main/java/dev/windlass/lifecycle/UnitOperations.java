package dev.windlass.lifecycle;

import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a unit. Each call posts one message to the unit and returns the promise that the message keeps, or that fails at
 * the deadline of operations; a stop has its budget instead. For anybody to call.
 *
 * <p>But for {@link #ready}, which changes nothing, a generation that has been succeeded is refused: it must not reach its successor.
 */
final class UnitOperations {

    private final UnitCell cell;
    private final TimeSource time;

    UnitOperations(UnitCell cell) {
        this.cell = cell;
        this.time = cell.manager().time();
    }

    Operation<UnitStatus> ready() {
        Promise<UnitStatus> promise = new Promise<>("readiness of " + cell.name(), time);
        cell.post(() -> UnitStart.await(cell, promise));
        return limited(promise);
    }

    Operation<UnitStatus> start() {
        Incarnation.requireNotSucceeded(cell, "start");
        Promise<UnitStatus> promise = new Promise<>("start of " + cell.name(), time);
        String actor = Incarnation.currentActor();
        cell.post(() -> UnitStart.ask(cell, actor, promise));
        return limited(promise);
    }

    Operation<StopReport> stop(StopOptions options) {
        Incarnation.requireNotSucceeded(cell, "stop");
        return stop("stop", cell.order(Reason.STOP_REQUESTED, options, Incarnation.currentActor(), false));
    }

    Operation<StopReport> remove(StopOptions options) {
        Incarnation.requireNotSucceeded(cell, "remove");
        cell.removalAsked(true);
        return stop("removal", cell.order(Reason.REMOVED, options, Incarnation.currentActor(), true));
    }

    private Operation<StopReport> stop(String what, StopOrder order) {
        Promise<StopReport> promise = new Promise<>(what + " of " + cell.name(), time, endsBy(order));
        cell.postStop(order, left -> UnitStop.ask(cell, left, promise::complete, promise::fail));
        return promise.describedBy(cell.view()::inWords);
    }

    Operation<UnitStatus> restart(StopOptions options) {
        Incarnation.requireNotSucceeded(cell, "restart");
        StopOrder order = cell.order(Reason.STOP_REQUESTED, options, Incarnation.currentActor(), false);
        Promise<UnitStatus> promise = new Promise<>("restart of " + cell.name(), time, endsBy(order));
        cell.postStop(order, left -> {
            UnitStop.ask(cell, left, report -> {
            }, promise::fail);
            if (!promise.isDone()) {
                UnitStart.ask(cell, order.actor(), promise);
            }
        });
        return limited(promise);
    }

    /** Who would wait for the own end when awaiting the end of such a stop. */
    private Predicate<@Nullable UnitCell> endsBy(StopOrder order) {
        return order.options().cascade() ? this::stopsWithCascade : cell::isAncestorOrSelfOf;
    }

    private boolean stopsWithCascade(@Nullable UnitCell other) {
        return cell.isAncestorOrSelfOf(other) || cell.manager().activeDependents(cell).stream()
                .anyMatch(dependent -> dependent.isAncestorOrSelfOf(other));
    }

    /** @param next what describes the next generation; null when nothing changes but the generation */
    Operation<ReplaceReport> replace(UnitEntry.@Nullable Description next, ReplaceOptions options) {
        Incarnation.requireNotSucceeded(cell, "replace");
        Promise<ReplaceReport> promise = new Promise<>("replace of " + cell.name(), time, cell::isAncestorOrSelfOf);
        String actor = Incarnation.currentActor();
        return ask(promise, () -> Succession.begin(cell, next == null ? cell.description() : next, options, actor,
                promise));
    }

    /**
     * The description of what is to follow what the unit is now.
     *
     * @throws IllegalArgumentException when the name or the kind is another one
     * @throws RefusedException when its dependencies would close a cycle
     */
    <H extends RunnableHandle> UnitEntry.Description successor(Unit<H> next) {
        RunnableSpec spec = cell.manager().leaders().entered(next.spec());
        String kind = cell.spec().kind();
        String relative = cell.parent() == null
                ? cell.name()
                : cell.name().substring(cell.parent().name().length() + 1);
        if (!spec.name().equals(relative) || !spec.kind().equals(kind)) {
            throw new IllegalArgumentException(
                    "%s %s cannot be replaced by %s: the name and the kind stay; add a new unit"
                            .formatted(kind, cell.name(), spec));
        }
        cell.manager().refuseCycle(cell, spec);
        return new UnitEntry.Description(next, spec.withRevision(cell.spec().revision() + 1),
                next.handle(new RunnableHandle(cell), cell.handle()), cell.loaderOfScope());
    }

    /** Replaces it; whether the next generation stays is decided by whoever asks. */
    Replacement replaceTogether(UnitEntry.Description next, ReplaceOptions options) {
        Incarnation.requireNotSucceeded(cell, "replace");
        Promise<Boolean> probation = new Promise<>("probation of " + cell.name(), time);
        Promise<ReplaceReport> over = new Promise<>("replace of " + cell.name(), time, cell::isAncestorOrSelfOf);
        String actor = Incarnation.currentActor();
        post(over, () -> {
            Succession.begin(cell, next, options.withProbation(ReplaceOptions.LONGEST), actor, over);
            Succession begun = cell.succession();
            if (begun != null && !over.isDone()) {
                begun.onProbation(() -> probation.complete(true));
            }
        });
        return new Replacement(probation, over, (stays, why) -> cell.post(() -> {
            if (!over.isDone()) { // or it would decide about somebody else's
                settle(stays, why);
            }
        }));
    }

    void settleReplace(boolean stays, String why) {
        cell.post(() -> settle(stays, why));
    }

    private void settle(boolean stays, String why) {
        Succession replacing = cell.succession();
        if (replacing != null) {
            replacing.settle(new Succession.Verdict(stays, why));
        }
    }

    /** @param base what was changed to become the next description */
    Operation<UnitStatus> reconfigure(UnitEntry.Description next, UnitEntry.Description base) {
        Promise<UnitStatus> promise = new Promise<>("reconfiguration of " + cell.name(), time);
        return ask(promise, () -> Reconfiguring.begin(cell, next, base, promise));
    }

    Operation<UnitStatus> suspend(Standstill.Kind kind, boolean wanted) {
        String what = wanted ? kind.begin : kind.end;
        Incarnation.requireNotSucceeded(cell, what);
        Promise<UnitStatus> promise = new Promise<>(what + " of " + cell.name(), time);
        String actor = Incarnation.currentActor();
        return ask(promise, () -> {
            Incarnation current = cell.incarnation();
            cell.standstill().onAsked(kind, wanted, actor, current != null && cell.isRunning(current) ? current : null,
                    promise);
        });
    }

    /** Posts what is asked for by name, and refuses it when the name is gone, or goes. */
    private <T> Operation<T> ask(Promise<T> promise, Runnable message) {
        post(promise, message);
        return limited(promise);
    }

    private void post(Promise<?> promise, Runnable message) {
        cell.post(() -> {
            if (cell.isGone()) {
                promise.fail(cell.removed());
            } else {
                message.run();
            }
        });
    }

    private <T> Operation<T> limited(Promise<T> promise) {
        promise.describedBy(cell.view()::inWords).limit(cell.manager().operationDeadline(),
                () -> cell.post(() -> cell.onOverdue(promise)));
        return promise;
    }
}
