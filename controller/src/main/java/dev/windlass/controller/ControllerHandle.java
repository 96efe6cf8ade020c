package dev.windlass.controller;

import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.RefusedException;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Unit;
import dev.windlass.lifecycle.UnitStatus;
import dev.windlass.workqueue.RateLimiter;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The outside face of a controller. Thread-safe.
 *
 * @param <T> the Java class of the objects that it reconciles
 */
public final class ControllerHandle<T extends HasMetadata> extends RunnableHandle {

    private final Amendments amendments;

    ControllerHandle(RunnableHandle base, Amendments amendments) {
        super(base);
        this.amendments = amendments;
    }

    /** The description, as it is now. */
    public Controller<T> controller() {
        return described(unit(), spec());
    }

    /** What describes a controller at this moment. */
    @SuppressWarnings("unchecked") // a controller is only ever replaced by one for the same class
    static <T extends HasMetadata> Controller<T> described(Unit<?> unit, RunnableSpec spec) {
        Controller<?> described = unit instanceof SuccessorUnit<?> successor
                ? successor.controller()
                : (Controller<?>) unit;
        return ((Controller<T>) described).with(spec);
    }

    /**
     * Changes how many workers there are, how long failed keys wait, the priority, the stop options and the hang policy, on all clusters,
     * without an end of anything: where there are fewer workers, whoever is busy finishes first; what waits already is due when it was.
     * The description is the controller's from then on, also when it does not run now, until it is replaced. Labels stay. Otherwise like
     * {@link RunnableHandle#reconfigure(UnaryOperator)}.
     *
     * @throws IllegalArgumentException when something else is another one too: that needs {@link #replace}
     * @throws RefusedException when there would be more workers than a quota with a limit for them has admitted
     */
    public Operation<UnitStatus> reconfigure(Controller<T> next) {
        List<String> others = controller().differencesBeyondReconfigure(next);
        if (!others.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s can be reconfigured in workers, rate limiter, priority, stop options and hang policy only, and there is another %s: use replace"
                            .formatted(name(), String.join(", ", others)));
        }
        return reconfigure(next, spec -> spec.priority(next.priority()).stop(next.spec().stop())
                .onHang(next.spec().onHang()));
    }

    private Operation<UnitStatus> reconfigure(Controller<T> next, UnaryOperator<RunnableSpec.Builder> change) {
        Engagements bound = amendments.engagements();
        if (bound != null) {
            bound.requireAdmitted(this, next.workers());
        }
        return reconfigureWith(new SuccessorUnit<>(next, amendments), change.apply(spec().toBuilder()).build());
    }

    @Override
    protected Operation<UnitStatus> reconfigureOwn(Map<String, String> own,
            UnaryOperator<RunnableSpec.Builder> common) {
        Controller.Builder<T> next = controller().toBuilder();
        own.forEach((setting, value) -> {
            switch (setting) {
                case "workers" -> next.workers(number(setting, value));
                case "rate-limit" -> next.rateLimiter(RateLimiter.parse(value));
                default -> throw noSetting(setting, "workers, rate-limit, ");
            }
        });
        return reconfigure(next.build(), common);
    }

    private static int number(String setting, String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s \"%s\": use a whole number".formatted(setting, text), e);
        }
    }

    /** Replaces the controller by another one of its name. See {@link #replace(Controller, ReplaceOptions)}. */
    public Operation<ReplaceReport> replace(Controller<T> next) {
        return replace(next, ReplaceOptions.defaults());
    }

    /**
     * Replaces the controller by another one of its name, like {@link RunnableHandle#replace(ReplaceOptions)}. On each cluster that
     * is ready the next one's watches sync beside those of the one that works. When all have, that one's dispatch ends, what it has
     * in flight is awaited, and its keys go over with their priorities, due times and failures; no key runs twice at once, none is
     * lost. All other objects are reconciled by the next one too, with low priority. When none of its reconciliations succeeds, or a watch of
     * it is in trouble, within the probation, the one before goes on with the keys. Watches that were {@linkplain #watch added}
     * stay, and so do meters.
     *
     * @throws IllegalArgumentException when it has another name
     */
    public Operation<ReplaceReport> replace(Controller<T> next, ReplaceOptions options) {
        return replaceWith(new SuccessorUnit<>(next, amendments), options);
    }

    /** The units {@code cluster/CLUSTER/NAME} of this controller, one for each cluster that it has been engaged with. */
    public List<RunnableHandle> engagements() {
        Engagements bound = amendments.engagements();
        return bound == null ? List.of() : bound.of(controllerName());
    }

    /**
     * Adds a watch while the controller runs: what a function makes of each object that comes, changes or goes is reconciled.
     * Returns at once. It is the controller's from then on, through stops and starts, until it is closed; when the controller does
     * not run yet, it begins with it.
     */
    public <S extends HasMetadata> WatchHandle watch(Class<S> type, Mapper<S> mapper) {
        return watch(WatchSpec.of(type), mapper, Predicate.all());
    }

    /** Adds a watch for some objects of a kind, and for some changes of them. See {@link #watch(Class, Mapper)}. */
    public <S extends HasMetadata> WatchHandle watch(WatchSpec<S> objects, Mapper<S> mapper, Predicate<S> which) {
        WatchHandle watch = new WatchHandle(Watch.added(amendments.nextNumber(), objects, which, mapper), this, time());
        amendments.add(watch); // before the look at what is bound: a run that begins now takes it along
        Engagements bound = amendments.engagements();
        if (bound != null) {
            bound.each().opened(controllerName(), watch);
        }
        return watch;
    }

    void unwatch(WatchHandle gone) {
        Engagements bound = amendments.engagements();
        if (amendments.remove(gone) && bound != null) {
            bound.each().closed(controllerName(), gone);
        }
    }

    /** What was added since the controller was described. The same for all handles of a controller, and for no other one's. */
    Amendments amendments() {
        return amendments;
    }

    /** The controller is gone for good. */
    void removed() {
        amendments.all().forEach(WatchHandle::ownerRemoved);
        amendments.clear();
    }

    /** Without the description, which a removed one does not have any more. */
    private String controllerName() {
        return Controller.nameOf(name());
    }
}
