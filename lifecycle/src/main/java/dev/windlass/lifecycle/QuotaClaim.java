package dev.windlass.lifecycle;

import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one unit, or something idle, asks of a quota and gets. {@code WAITING → GRANTED → HELD → ENDED}, and from each straight to
 * the end. The {@link QuotaBook} grants, the unit takes and ends; the monitor guards the phase. All other fields that are not
 * final belong to messages of the book.
 */
final class QuotaClaim {

    /** Who is served first: a class, those in it who do not work at all, the oldest. */
    static final Comparator<QuotaClaim> RANK = Comparator.comparing((QuotaClaim claim) -> claim.priority)
            .thenComparing(QuotaClaim::works).thenComparingLong(claim -> claim.standing.age)
            .thenComparingLong(claim -> claim.number);

    private enum Phase {
        WAITING, GRANTED, HELD, ENDED
    }

    /** What a quota remembers of a name from one claim to the next. */
    static final class Standing {

        final long age;
        /** Whether the quota has lowered it and not raised it again to the top. */
        boolean lowered;
        long loweredAt;

        Standing(long age) {
            this.age = age;
        }
    }

    /** Why it waits; {@code until} is when a cool-down ends. */
    record Explanation(QuotaDecision.Why why, String others, String until) {
    }

    final QuotaBook book;
    final UnitCell cell;
    final Cost cost;
    /** Changes when another generation of the unit becomes the current one, as {@code kind} and {@code what} do. */
    volatile PriorityClass priority;
    volatile QuotaSnapshot.Kind kind;
    /** For which generation of the unit it is. */
    final long generation;
    /** What it is, if it is not the unit itself. */
    volatile String what;
    private Phase phase = Phase.WAITING;
    private volatile @Nullable Explanation explanation;
    /** What the unit says that it uses: code of the unit. */
    volatile @Nullable Supplier<Cost> measure;

    long number;
    Standing standing = new Standing(Long.MAX_VALUE);
    volatile @Nullable QuotaAccount account;
    List<QuotaSnapshot.Step> steps;
    /** Where on its steps it is, or is going. */
    int at;
    Cost held = Cost.none();
    boolean stuck;
    @Nullable
    RungChange change;
    @Nullable
    Incarnation climber;
    /** Whether the unit has been asked to go to a lower rung than the highest, and has not come back. */
    boolean low;
    /** Whether code of the unit is being called, also for longer than it may take. */
    boolean calling;
    /** Where the call that is under way leads; -1 when none is. */
    int climbingTo = -1;
    @Nullable
    Runnable giveBack;

    QuotaClaim(QuotaBook book, UnitCell cell, long generation, QuotaSnapshot.Kind kind, PriorityClass priority,
            Cost cost, String what) {
        this.book = book;
        this.cell = cell;
        this.generation = generation;
        this.kind = kind;
        this.priority = priority;
        this.cost = cost;
        this.what = what;
        this.steps = steps(cost);
        this.at = 1;
    }

    /** All or nothing. */
    static List<QuotaSnapshot.Step> steps(Cost cost) {
        return List.of(new QuotaSnapshot.Step(Rung.FULL, cost), new QuotaSnapshot.Step(Rung.STOPPED, Cost.none()));
    }

    // ---- called by the book

    /** Returns false when it has ended meanwhile. */
    synchronized boolean grant() {
        if (phase == Phase.WAITING) {
            phase = Phase.GRANTED;
        }
        return phase != Phase.ENDED;
    }

    synchronized boolean waits() {
        return phase == Phase.WAITING;
    }

    synchronized boolean ended() {
        return phase == Phase.ENDED;
    }

    /** It has ended, and may be known for longer to who knows its generation: none of the unit's code is kept by it. */
    void forgetCode() {
        change = null;
        climber = null;
        giveBack = null;
    }

    void explain(@Nullable Explanation next) {
        explanation = next;
    }

    /** Whether nobody gives way to it, and no place is kept for it. */
    boolean onlyWaits() {
        Explanation why = explanation;
        return why != null && why.why() != QuotaDecision.Why.OTHERS_GIVE_WAY && why.why() != QuotaDecision.Why.COOLING;
    }

    Rung rung() {
        return steps.get(at).rung();
    }

    boolean works() {
        return rung().works();
    }

    boolean leaves() {
        return at == steps.size() - 1;
    }

    Cost cost(int step) {
        return steps.get(step).cost();
    }

    // ---- called by the unit

    /** Takes what was granted; returns whether that was so. */
    synchronized boolean take() {
        if (phase == Phase.GRANTED) {
            phase = Phase.HELD;
        }
        return phase == Phase.HELD;
    }

    /** Gives it back, or withdraws it. */
    void end() {
        synchronized (this) {
            if (phase == Phase.ENDED) {
                return;
            }
            phase = Phase.ENDED;
        }
        measure = null;
        book.ended(this);
    }

    /**
     * Its unit enters a state. It ends with the generation, and stays with one that did not end in time; returns whether the
     * unit has it still.
     */
    boolean staysIn(UnitState state, @Nullable Incarnation incarnation) {
        if (state == UnitState.QUARANTINED && incarnation != null) {
            book.stuck(this, incarnation);
            return false;
        }
        if (state.isTerminal() || (state == UnitState.BACKOFF && incarnation == null)) {
            end();
            return false;
        }
        return true;
    }

    // ---- read by anybody

    /** {@code waits for quota: needs watches=12, free 3 of 40}. */
    String describe() {
        QuotaAccount where = account;
        Explanation why = explanation;
        String lack = where == null ? "needs " + cost : where.lack(cost);
        if (why == null) {
            return "waits for quota: " + lack;
        }
        return "waits for quota: " + switch (why.why()) {
            case OTHERS_GIVE_WAY -> lack + "; " + why.others() + " give way";
            case COOLING -> "gave way and comes back at " + why.until() + " at the earliest; " + lack;
            case NO_ROOM -> lack;
            case BEHIND -> lack + ", behind " + why.others();
            case IMPOSSIBLE -> lack + ", more than it could ever get";
        };
    }

    @Override
    public String toString() {
        return what.isEmpty() ? cell.name() : cell.name() + " (" + what + ")";
    }
}
