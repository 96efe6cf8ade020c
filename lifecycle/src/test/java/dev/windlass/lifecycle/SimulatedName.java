package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What must be true of one registration of a name, from its add to its removal. */
final class SimulatedName {

    /** An operation that was asked for. */
    static final class Asked {

        final SimulatedStep.Kind kind;
        final @Nullable SimulatedName name;
        final long at;
        /** By when it must have ended; null when the operation deadline decides. */
        final @Nullable Long bound;
        @Nullable
        Operation<?> operation;
        boolean seen;
        @Nullable
        LifecycleException error;
        @Nullable
        Object result;
        @Nullable
        Limits limits;
        @Nullable
        StopOptions options;
        /** For a cascade: the generations that it may stop. */
        final Map<String, Long> running = new TreeMap<>();
        /** For a replace: the version that it brings. For a reconfiguration: its label. */
        String brings = "";
        /** For a reconfiguration: the generation that has to take it on. */
        @Nullable
        SimulatedGeneration by;

        Asked(SimulatedStep.Kind kind, @Nullable SimulatedName name, long at, @Nullable Long bound) {
            this.kind = kind;
            this.name = name;
            this.at = at;
            this.bound = bound;
        }
    }

    final RunnableHandle handle;
    final SimulatedPlan plan;
    /** The keys that are with the name, and not with a generation. */
    final Set<Integer> kept = new LinkedHashSet<>();
    final List<SimulatedGeneration> generations = new ArrayList<>();
    /** What was asked for that counts for whether it is wanted, in the order in which it was. */
    final List<Asked> asked = new ArrayList<>();
    /** All replaces and reconfigurations that were asked for. */
    final List<Asked> changes = new ArrayList<>();
    /** How many keys a generation has found. */
    final Map<Long, Integer> found = new TreeMap<>();
    /** How often it has failed since it started at somebody's wish, or oftener. */
    int failures;
    boolean startAsked;
    boolean gone;

    SimulatedName(RunnableHandle handle, SimulatedPlan plan) {
        this.handle = handle;
        this.plan = plan;
    }

    /** Whether a second generation may be there beside the first one. */
    boolean isBeingReplaced() {
        return plan.handsOver()
                && changes.stream().anyMatch(each -> each.kind == SimulatedStep.Kind.REPLACE && !each.seen);
    }

    boolean wasReplaced() {
        return changes.stream().anyMatch(each -> each.kind == SimulatedStep.Kind.REPLACE);
    }

    /** What was asked for last; null when that is not known. */
    @Nullable
    Boolean desired() {
        Boolean desired = null;
        for (Asked each : asked) {
            boolean counts = !(each.error instanceof RefusedException) && !(each.error instanceof UnknownUnitException);
            desired = counts ? each.kind.desires : desired;
        }
        return desired;
    }
}
