package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The quota of a manager: what all units together may cost, and what the units of a scope may. A unit with a declared cost starts
 * when that fits under the limits of every scope around it; until then it is {@code PENDING} and says what it lacks. Whoever adds
 * it does not wait.
 *
 * <p>A unit of a higher {@link PriorityClass} takes what it needs from units of lower ones. When limits are lowered, units give
 * way until use is within them. Units that gave way come back by themselves, the highest class and the oldest first, with the
 * work that they had left, but not before the cool-down is over: after its own giving way, and after the last time that limits
 * were lowered. So a quota that flaps stops nobody twice.
 *
 * <p>What is counted is what units declare, on the {@link Rung} on which they are. What they say they use is shown
 * beside it and decides nothing. Thread-safe.
 */
public final class Quotas {

    private static final Logger LOG = LoggerFactory.getLogger("dev.windlass.lifecycle");
    private static final long ANSWER_SECONDS = 30;

    private final Manager manager;
    private final QuotaBook book;

    Quotas(Manager manager, QuotaBook book) {
        this.manager = manager;
        this.book = book;
    }

    /** The quota of a manager. It has no limits until some are set. */
    public static Quotas of(Manager manager) {
        return manager.quotas();
    }

    /** The limits of the manager. */
    public Limits limits() {
        return limits("");
    }

    /**
     * The limits of a scope; none when it has none of its own.
     *
     * @param scope full name of a unit; empty for the manager
     */
    public Limits limits(String scope) {
        UnitCell cell = manager.cell(scope);
        return status().scopes().stream().filter(one -> one.name().equals(scope)).map(QuotaStatus.ScopeUse::limits)
                .findFirst().orElse(cell == null ? Limits.none() : cell.spec().limits());
    }

    /** Sets the limits of the manager, all of them. See {@link #set(String, Limits)}. */
    public Operation<QuotaPlan> set(Limits limits) {
        return set("", limits);
    }

    /**
     * Sets the limits of a scope, all of them, over those that its specification declares. They hold for every start from now on.
     * Completes when what is used is within them, with what that took. Fails
     *
     * <ul>
     * <li>with {@link RefusedException} when they are below what units of class {@code SYSTEM} need: the old ones stay;
     * <li>with {@link DeadlineException} when use is not within them at the {@linkplain #deadline() deadline}: they stay, and so
     * does the attempt;
     * <li>with {@link UnknownUnitException} when there is no such scope;
     * <li>with {@link StoppingException} when the manager stops.
     * </ul>
     *
     * @param scope full name of a unit; empty for the manager
     */
    public Operation<QuotaPlan> set(String scope, Limits limits) {
        Promise<QuotaPlan> promise = new Promise<>("change of the limits to " + limits, manager.time());
        try {
            book.set(cell(scope), limits, promise);
        } catch (UnknownUnitException e) {
            promise.fail(e);
        }
        return promise;
    }

    /** What {@link #set(Limits)} would do now; does nothing. */
    public QuotaPlan whatIf(Limits limits) {
        return whatIf("", limits);
    }

    /**
     * What {@link #set(String, Limits)} would do now; does nothing.
     *
     * @throws UnknownUnitException when there is no such scope
     */
    public QuotaPlan whatIf(String scope, Limits limits) {
        UnitCell cell = cell(scope);
        return answer(ask -> book.whatIf(cell, limits, ask));
    }

    /** What is used and by whom, and who waits. */
    public QuotaStatus status() {
        return read().status();
    }

    /** What is to be seen, and in which scopes with limits each of the units is, in the same order. */
    record Reading(QuotaStatus status, List<List<String>> within) {
    }

    Reading read() {
        QuotaBook.Reading reading = answer(book::read);
        List<QuotaStatus.UnitUse> units = new ArrayList<>(reading.uses().size());
        for (int i = 0; i < reading.uses().size(); i++) {
            units.add(reading.uses().get(i).withMeasured(measured(reading.measured().get(i))));
        }
        return new Reading(new QuotaStatus(reading.scopes(), units, reading.lowerings()), reading.within());
    }

    private static Cost measured(@Nullable Supplier<Cost> measure) {
        try {
            return measure == null ? Cost.none() : measure.get();
        } catch (Throwable e) {
            LOG.atDebug().setCause(e).log("a unit cannot measure its cost");
            return Cost.none();
        }
    }

    /** How long a unit that gave way stays down at least; 60 s by default. */
    public Duration coolDown() {
        return book.coolDown();
    }

    /**
     * Sets the cool-down.
     *
     * @throws IllegalArgumentException when it is negative, or longer than 365 days
     */
    public void coolDown(Duration value) {
        book.coolDown(checked("cool-down", value));
    }

    /** By when units that give way must have done so; 60 s by default. Their stop budgets are cut to it. */
    public Duration deadline() {
        return book.deadline();
    }

    /**
     * Sets the deadline.
     *
     * @throws IllegalArgumentException when it is negative, or longer than 365 days
     */
    public void deadline(Duration value) {
        book.deadline(checked("deadline", value));
    }

    private static Duration checked(String what, Duration value) {
        if (value.isNegative() || value.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException(
                    "the %s of a quota is %s: it must be between nothing and 365 days".formatted(what, value));
        }
        return value;
    }

    private @Nullable UnitCell cell(String scope) {
        if (scope.isEmpty()) {
            return null;
        }
        UnitCell cell = manager.cell(scope);
        if (cell == null) {
            throw new UnknownUnitException("there is no unit \"%s\" whose limits could be set".formatted(scope));
        }
        return cell;
    }

    /** The book answers at once, on this thread or on the one that is busy with it. */
    private static <T> T answer(Consumer<Consumer<T>> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        question.accept(answer::complete);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException | TimeoutException e) {
                    throw new LifecycleException("the quota does not answer; please report this", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
