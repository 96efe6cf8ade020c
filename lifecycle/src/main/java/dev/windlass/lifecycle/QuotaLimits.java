package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Changes of limits: whether they can be, what they lead to, and who waits until use is within them. Touched by messages of the
 * {@link QuotaBook} only.
 */
final class QuotaLimits {

    private static final int MOST_HOLDERS = 10;

    /** Somebody waits until use is within new limits. */
    private record Shrink(QuotaAccount account, QuotaPlan plan, Promise<QuotaPlan> promise, Timer timer) {
    }

    private final QuotaBook book;
    private final Manager manager;
    private final QuotaAccounts accounts;
    private final List<Shrink> shrinks = new ArrayList<>();

    QuotaLimits(QuotaBook book, Manager manager, QuotaAccounts accounts) {
        this.book = book;
        this.manager = manager;
        this.accounts = accounts;
    }

    /** Sets limits. Completes when use is within them; fails when SYSTEM units need more, and at the deadline. */
    void set(@Nullable UnitCell scope, Limits limits, Promise<QuotaPlan> promise) {
        if (scope != null && scope.state() == UnitState.REMOVED) {
            promise.fail(new UnknownUnitException(scope.name() + " has been removed: it has no limits"));
            return;
        }
        QuotaAccount account = accounts.own(scope);
        List<String> problems = problems(account, limits);
        if (!problems.isEmpty()) {
            promise.fail(new RefusedException("limits %s%s are refused, %s stay: %s".formatted(limits, account.in(),
                    account.limits(), String.join("; ", problems))));
            accounts.closeUnlessLimited(account);
            return;
        }
        account.limits(limits, manager.time().nanos());
        account.overruled = true;
        QuotaPicture picture = book.picture(QuotaAccount::limits, book::cools);
        QuotaPlan plan = picture.plan(QuotaPlanner.plan(picture.snapshot()), account.name(), limits, List.of());
        Duration limit = book.deadline();
        Timer timer = manager.time().after(limit, () -> book.post(() -> overdue(account, promise, limit)));
        shrinks.add(new Shrink(account, plan, promise, timer));
        book.changed();
    }

    /** What would follow from limits. */
    QuotaPlan whatIf(@Nullable UnitCell scope, Limits limits) {
        QuotaAccount account = accounts.own(scope);
        boolean lowers = limits.lowersAny(account.limits());
        QuotaPicture picture = book.picture(other -> other == account ? limits : other.limits(),
                claim -> book.cools(claim) || (lowers && claim.standing.lowered && isWithin(claim, account)));
        QuotaPlan plan = picture.plan(QuotaPlanner.plan(picture.snapshot()), account.name(), limits,
                problems(account, limits));
        accounts.closeUnlessLimited(account); // it may have been opened for the question only
        return plan;
    }

    private List<String> problems(QuotaAccount account, Limits limits) {
        QuotaPicture picture = book.picture(other -> other == account ? limits : other.limits(), book::cools);
        return QuotaPlanner.belowSystem(picture.snapshot()).stream()
                .map(lack -> "%s=%d%s is below the %d that units of class SYSTEM need".formatted(lack.dimension().key(),
                        lack.limit(), picture.in(lack), lack.needed()))
                .toList();
    }

    private static boolean isWithin(QuotaClaim claim, QuotaAccount outer) {
        for (QuotaAccount at = claim.account; at != null; at = at.around) {
            if (at == outer) {
                return true;
            }
        }
        return false;
    }

    /** Tells those whose limits hold now. */
    void settle() {
        for (Shrink shrink : List.copyOf(shrinks)) {
            if (!shrink.account().exceeded()) {
                shrinks.remove(shrink);
                shrink.timer().cancel();
                shrink.promise().complete(shrink.plan());
            }
        }
    }

    private void overdue(QuotaAccount account, Promise<QuotaPlan> promise, Duration limit) {
        if (shrinks.removeIf(shrink -> shrink.promise() == promise)) {
            String holders = book.holders().stream().map(QuotaClaim::toString).limit(MOST_HOLDERS)
                    .collect(Collectors.joining(", "));
            promise.fail(new DeadlineException("the limits hold for all that starts, but after %s use is still %s; %s"
                    .formatted(limit, String.join(", ", account.excesses()),
                            holders.isEmpty() ? "nobody can give way" : "held by " + holders)));
        }
    }

    /** The manager has stopped. */
    void close() {
        for (Shrink shrink : shrinks) {
            shrink.timer().cancel();
            shrink.promise().fail(new StoppingException(
                    manager.name() + " has stopped before its units were within the new limits"));
        }
        shrinks.clear();
    }
}
