package dev.windlass.server;

import dev.windlass.lifecycle.Leftover;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.QuarantinedGeneration;
import dev.windlass.lifecycle.Reason;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.StopReport;
import dev.windlass.lifecycle.UnitEvent;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.lifecycle.UnitStatus;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the admin API says of units, in the form in which it says it: the component names are the JSON fields. */
final class UnitViews {
    private UnitViews() {
    }

    /** @param quarantined what the items do not show: generations that were succeeded, or whose names are gone */
    record UnitList(List<Item> items, List<Hung> quarantined) {
        static UnitList of(Manager manager) {
            List<UnitStatus> all = manager.units().stream().map(RunnableHandle::status).toList();
            Set<String> shown = all.stream().filter(status -> status.state() == UnitState.QUARANTINED)
                    .map(UnitStatus::id).collect(Collectors.toSet());
            return new UnitList(all.stream().map(Item::of).toList(), manager.quarantined().stream()
                    .filter(generation -> !shown.contains(generation.id())).map(Hung::of).toList());
        }
    }

    /** A generation that did not end in time, and what is left of it now. */
    record Hung(String unit, long generation, Instant since, List<Left> leftovers) {
        static Hung of(QuarantinedGeneration generation) {
            return new Hung(generation.unit(), generation.generation(), millis(generation.since()),
                    Left.of(generation.leftovers()));
        }
    }

    /**
     * One line of a list.
     *
     * @param paused whether that is wanted; what is observed is the state
     * @param cordoned the same
     */
    record Item(String name, String kind, UnitState state, Reason reason, long generation, Instant since, int restarts,
            @Nullable Long queued, @Nullable Long inFlight, @Nullable String parent, @Nullable Instant retryAt,
            boolean paused, boolean cordoned, String message) {
        static Item of(UnitStatus status) {
            return new Item(status.name(), status.kind(), status.state(), status.reason(), status.generation(),
                    millis(status.since()), status.restarts(), status.queued(), status.inFlight(), status.parent(),
                    status.retryAt(), status.desiredPaused(), status.desiredCordoned(), status.message());
        }
    }

    /**
     * All that is known of one unit.
     *
     * @param claimedKeys what is being worked on, each key with the generation that does
     * @param replacing how far a replace is that is under way; null when there is none
     */
    record Description(String name, String kind, UnitState state, Reason reason, String message, long generation,
            @Nullable String incarnation, Instant since, int restarts, @Nullable Instant retryAt,
            boolean desiredRunning, boolean paused, boolean cordoned, @Nullable String replacing,
            @Nullable Long queued,
            @Nullable Long inFlight, long carriedOver, @Nullable String parent, List<String> children, String group,
            Map<String, String> labels, Set<String> dependsOn, Map<String, String> details,
            Map<String, String> claimedKeys,
            List<Hung> quarantined, @Nullable String lastError, @Nullable Report lastStop, PriorityClass priority,
            Map<String, Long> cost, long revision) {
        static Description of(RunnableHandle handle) {
            UnitStatus status = handle.status();
            return new Description(status.name(), status.kind(), status.state(), status.reason(), status.message(),
                    status.generation(), status.incarnation() == null ? null : status.incarnation().toString(),
                    millis(status.since()), status.restarts(), status.retryAt(), status.desiredRunning(),
                    status.desiredPaused(), status.desiredCordoned(), status.replacing(),
                    status.queued(),
                    status.inFlight(),
                    status.carriedOver(), status.parent(),
                    handle.children().stream().map(RunnableHandle::name).toList(),
                    status.group().name(), new TreeMap<>(status.labels()), new TreeSet<>(status.dependsOn()),
                    handle.details(), handle.claimedKeys(), handle.quarantined().stream().map(Hung::of).toList(),
                    status.lastError(), handle.lastStop().map(Report::of).orElse(null),
                    handle.spec().priority(), QuotaViews.numbers(handle.spec().cost()), status.revision());
        }
    }

    /** A stop report; {@code summary} is the one line for people, {@code millis} the duration. */
    record Report(String unit, long generation, String outcome, Reason reason, String summary, double millis,
            boolean clean,
            long drained, long handedOver, long carriedOver, long discarded, List<String> discardedSample,
            List<String> unknownOutcomes, List<Left> leftovers, List<String> errors, List<Report> children) {
        static Report of(StopReport report) {
            return new Report(report.unit(), report.generation(), report.outcome().name(), report.reason(),
                    report.toString(), report.duration().toNanos() / 1e6, report.clean(), report.drained(),
                    report.handedOver(), report.carriedOver(), report.discarded(), report.discardedSample(),
                    report.unknownOutcomes(),
                    Left.of(report.leftovers()),
                    report.errors(), report.children().stream().map(Report::of).toList());
        }
    }

    /** What came of a replace; {@code summary} is the one line for people, {@code millis} the duration. */
    record Replacement(String unit, long from, long to, String method, String whyCold, String outcome, String message,
            String summary, long handedOver, @Nullable Report retired, double millis) {
        static Replacement of(ReplaceReport report) {
            StopReport retired = report.retired();
            return new Replacement(report.unit(), report.from(), report.to(), report.method().name(), report.whyCold(),
                    report.outcome().name(), report.message(), report.toString(), report.handedOver(),
                    retired == null ? null : Report.of(retired), report.duration().toNanos() / 1e6);
        }
    }

    /** What a stop could not give back; for a thread {@code detail} is its stack. */
    record Left(String kind, String name, String detail) {
        static List<Left> of(List<Leftover> leftovers) {
            return leftovers.stream().map(left -> new Left(left.kind(), left.name(), left.detail())).toList();
        }
    }

    /** What was asked for and has not ended when the answer is given. */
    record Going(String operation, boolean done) {
    }

    /** The same of a unit; {@code unit} is its state now. */
    record Accepted(String operation, boolean done, Item unit) {
    }

    /** A start, restart, pause or the like that was awaited. */
    record Started(String operation, boolean done, Description unit) {
    }

    /** A stop or removal that was awaited. */
    record Stopped(String operation, boolean done, Report report) {
    }

    /** A replace that was awaited. */
    record Replaced(String operation, boolean done, Replacement report) {
    }

    /** One line of the event stream; {@code from} is null when it tells the current state. */
    record Event(String unit, String kind, long generation, @Nullable UnitState from, UnitState to, Reason reason,
            String message, String actor, Instant time, double millisInPreviousState) {
        static Event of(UnitEvent event) {
            return new Event(event.unit(), event.kind(), event.generation(), event.from(), event.to(), event.reason(),
                    event.message(), event.actor(), millis(event.time()), event.inPreviousState().toNanos() / 1e6);
        }
    }

    private static Instant millis(Instant time) {
        return time.truncatedTo(ChronoUnit.MILLIS);
    }
}
