package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterHandle;
import dev.windlass.kubernetes.Clusters;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the engagements of a controller with ready clusters amount to.
 *
 * @param missing what keeps it from being ready, for people; empty when nothing does
 * @param trouble whether that will not pass by itself
 */
record Outlook(String missing, boolean trouble) {

    static Outlook of(ControllerRun<?> run, Collection<Pair> pairs, Clusters clusters) {
        List<String> missing = new ArrayList<>();
        boolean trouble = false;
        ControllerSuccession succession = run.succession();
        if (succession != null && !succession.settled() && !succession.refusal().isEmpty()) {
            missing.add(succession.refusal());
            trouble = true;
        }
        for (Pair pair : pairs) {
            ClusterHandle cluster = clusters.find(pair.cluster()).orElse(null);
            if (cluster == null || cluster.state() != UnitState.READY || pair.declined) {
                continue;
            }
            RunnableHandle handle = pair.handle;
            UnitState state = handle == null ? UnitState.NEW : handle.state();
            if (state == UnitState.PAUSED && handle != null
                    && Set.of(Reason.BECAME_PAUSED, Reason.REPLACED).contains(handle.status().reason())) {
                continue; // with the controller, or for the moment in which it hands over
            }
            if (!pair.refusal.isEmpty()) {
                missing.add(pair.refusal);
                trouble = true;
            } else if (state != UnitState.READY) {
                missing.add(describe(pair, handle));
                Takeover takeover = pair.takeover;
                trouble |= (takeover == null || takeover.next() != run) && state != UnitState.NEW
                        && state != UnitState.PENDING && state != UnitState.STARTING;
            }
        }
        return new Outlook(String.join("; ", missing), trouble);
    }

    private static String describe(Pair pair, @Nullable RunnableHandle handle) {
        if (handle == null) {
            return "engagement with " + pair.cluster() + " is not started yet";
        }
        UnitStatus status = handle.status();
        EngagementRun<?> engagement = pair.engagement;
        String lacks = engagement == null || status.reason() == Reason.DEPENDENCY_LOST ? "" : engagement.lacks();
        boolean says = status.state() == UnitState.STARTING || status.state() == UnitState.DEGRADED;
        String message = says && !lacks.isEmpty() ? lacks : status.message();
        return handle.name() + " is " + status.state() + (message.isEmpty() ? "" : ": " + message);
    }

    /** What some of the engagements found at their start. */
    static String caughtUp(List<Pair> pairs, Predicate<EngagementRun<?>> which) {
        List<Map<?, CatchUp>> found = new ArrayList<>();
        for (Pair pair : pairs) {
            EngagementRun<?> engagement = pair.engagement;
            if (engagement != null && which.test(engagement)) {
                found.add(engagement.caughtUp());
            }
        }
        return CatchUp.describe(found);
    }

    static List<RunnableHandle> handles(List<Pair> pairs) {
        return pairs.stream().<RunnableHandle>flatMap(pair -> Stream.ofNullable(pair.handle)).toList();
    }

    static String describe(List<Pair> pairs) {
        return handles(pairs).stream().map(handle -> handle.name() + " " + handle.state())
                .collect(Collectors.joining(", "));
    }
}
