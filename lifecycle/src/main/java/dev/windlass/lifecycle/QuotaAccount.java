package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * What a scope with limits, or the manager, may use and uses. Written by messages of the {@link QuotaBook}; limits and use are
 * read by anybody.
 */
final class QuotaAccount {

    private static final CostDimension[] DIMENSIONS = CostDimension.values();

    final @Nullable UnitCell scope;
    volatile @Nullable QuotaAccount around;
    private final AtomicLongArray used = new AtomicLongArray(DIMENSIONS.length);
    private volatile Limits limits;
    /** Whether somebody has set the limits at run time, which overrules what the scope declares. */
    boolean overruled;
    /** For whom what there is is kept, by dimension, since the last plan. */
    final @Nullable QuotaClaim[] keptFor = new @Nullable QuotaClaim[DIMENSIONS.length];
    /** When limits were last lowered here. */
    private long loweredAt;
    private boolean lowered;

    QuotaAccount(@Nullable UnitCell scope, @Nullable QuotaAccount around, Limits limits) {
        this.scope = scope;
        this.around = around;
        this.limits = limits;
    }

    Limits limits() {
        return limits;
    }

    void limits(Limits next, long now) {
        if (next.lowersAny(limits)) {
            lowered = true;
            loweredAt = now;
        }
        limits = next;
    }

    /** When limits were last lowered here or around; {@code otherwise} when they never were. */
    long lastLowered(long otherwise) {
        long last = otherwise;
        for (QuotaAccount at = this; at != null; at = at.around) {
            if (at.lowered && at.loweredAt - last > 0) {
                last = at.loweredAt;
            }
        }
        return last;
    }

    /** Enters a change of use here and in all accounts around. */
    void add(Cost cost, int sign) {
        for (QuotaAccount at = this; at != null; at = at.around) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (cost.in(d) != 0) {
                    at.used.addAndGet(d, sign * cost.in(d));
                }
            }
        }
    }

    /** Enters here what has been entered in the accounts around already. */
    void addHere(Cost cost) {
        for (int d = 0; d < DIMENSIONS.length; d++) {
            used.addAndGet(d, cost.in(d));
        }
    }

    boolean fits(Cost more) {
        for (QuotaAccount at = this; at != null; at = at.around) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (more.in(d) > 0 && at.used.get(d) + more.in(d) > at.limits.most(d)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Who keeps something from a claim, by what was last planned; null when nobody does. */
    @Nullable
    QuotaClaim first(QuotaClaim claim) {
        for (QuotaAccount at = this; at != null; at = at.around) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                QuotaClaim first = at.keptFor[d];
                if (claim.cost.in(d) > 0 && first != null && QuotaClaim.RANK.compare(first, claim) < 0) {
                    return first;
                }
            }
        }
        return null;
    }

    /** Whether a cost is within the limits when nothing else is used. */
    boolean everFits(Cost cost) {
        for (QuotaAccount at = this; at != null; at = at.around) {
            for (int d = 0; d < DIMENSIONS.length; d++) {
                if (cost.in(d) > at.limits.most(d)) {
                    return false;
                }
            }
        }
        return true;
    }

    boolean exceeded() {
        for (int d = 0; d < DIMENSIONS.length; d++) {
            if (used.get(d) > limits.most(d)) {
                return true;
            }
        }
        return false;
    }

    Cost used() {
        Cost sum = Cost.none();
        for (CostDimension dimension : DIMENSIONS) {
            long amount = Math.max(0, used.get(dimension.ordinal()));
            sum = sum.plus(Cost.summed(dimension, amount));
        }
        return sum;
    }

    /** {@code watches 43 of 40}, for each dimension that is exceeded. */
    List<String> excesses() {
        List<String> found = new ArrayList<>();
        for (CostDimension dimension : DIMENSIONS) {
            int d = dimension.ordinal();
            if (used.get(d) > limits.most(d)) {
                found.add("%s %d of %d%s".formatted(dimension.key(), used.get(d), limits.most(d), in()));
            }
        }
        return found;
    }

    /** What there is not enough of: {@code needs watches=12, free 3 of 40 in cluster/north}. */
    String lack(Cost more) {
        List<String> found = new ArrayList<>();
        for (QuotaAccount at = this; at != null; at = at.around) {
            for (CostDimension dimension : DIMENSIONS) {
                int d = dimension.ordinal();
                long use = at.used.get(d);
                if (more.in(d) > 0 && use + more.in(d) > at.limits.most(d)) {
                    found.add("needs %s=%d, free %d of %d%s".formatted(dimension.key(), more.in(d),
                            Math.max(0, at.limits.most(d) - use), at.limits.most(d), at.in()));
                }
            }
        }
        return found.isEmpty() ? "needs " + more : String.join("; ", found);
    }

    String in() {
        return scope == null ? "" : " in " + scope.name();
    }

    List<String> namesFromHereUp() {
        List<String> names = new ArrayList<>();
        for (QuotaAccount at = this; at != null; at = at.around) {
            names.add(at.name());
        }
        return names;
    }

    String name() {
        return scope == null ? "" : scope.name();
    }
}
