package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a stop did, and what it could not do.
 *
 * @param unit full name
 * @param generation the generation that ended
 * @param outcome how it ended
 * @param reason why it was stopped
 * @param duration from the request to the end
 * @param drained items finished after the request
 * @param handedOver items given to a successor
 * @param carriedOver items kept for the next start
 * @param discarded items given up; on remove what was carried over is given up
 * @param discardedSample names of at most 10 of them
 * @param unknownOutcomes writes that were sent and not answered
 * @param leftovers what could not be given back
 * @param errors what went wrong on the way: failures after the request, failures of release steps
 * @param children reports of the units inside, in the order in which they stopped, then of those elsewhere that it stopped itself
 */
public record StopReport(String unit, long generation, StopOutcome outcome, Reason reason, Duration duration,
        long drained, long handedOver, long carriedOver, long discarded, List<String> discardedSample,
        List<String> unknownOutcomes, List<Leftover> leftovers, List<String> errors, List<StopReport> children) {

    /** Copies its lists. */
    public StopReport {
        discardedSample = List.copyOf(discardedSample);
        unknownOutcomes = List.copyOf(unknownOutcomes);
        leftovers = List.copyOf(leftovers);
        errors = List.copyOf(errors);
        children = List.copyOf(children);
    }

    /** Whether nothing is left, nothing is of unknown outcome and nothing was given up, here and in all units inside. */
    public boolean clean() {
        return outcome != StopOutcome.QUARANTINED && leftovers.isEmpty() && unknownOutcomes.isEmpty() && discarded == 0
                && children.stream().allMatch(StopReport::clean);
    }

    /** All leftovers, here and in all units inside. */
    public List<Leftover> allLeftovers() {
        List<Leftover> all = new ArrayList<>(leftovers);
        children.forEach(child -> all.addAll(child.allLeftovers()));
        return all;
    }

    /** What is kept for the next start, here and in all units inside. */
    long allCarriedOver() {
        return carriedOver + children.stream().mapToLong(StopReport::allCarriedOver).sum();
    }

    StopReport withHandedOver(long items) {
        return new StopReport(unit, generation, outcome, reason, duration, drained, items, carriedOver, discarded,
                discardedSample, unknownOutcomes, leftovers, errors, children);
    }

    StopReport with(List<StopReport> moreChildren) {
        if (moreChildren.isEmpty()) {
            return this;
        }
        List<StopReport> all = new ArrayList<>(children);
        all.addAll(moreChildren);
        return new StopReport(unit, generation, outcome, reason, duration, drained, handedOver, carriedOver, discarded,
                discardedSample, unknownOutcomes, leftovers, errors, all);
    }

    /** One line: {@code ticker#1 stopped in 0.4 ms, nothing left}. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(unit).append('#').append(generation).append(' ')
                .append(outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ')).append(" in ")
                .append(readable(duration));
        append(line, drained, "drained");
        append(line, handedOver, "handed over");
        append(line, carriedOver, "carried over");
        append(line, discarded, "discarded");
        append(line, unknownOutcomes.size(), "of unknown outcome");
        append(line, errors.size(), errors.size() == 1 ? "error" : "errors");
        List<Leftover> left = allLeftovers();
        line.append(left.isEmpty() ? ", nothing left" : ", left: " + summary(left));
        return line.toString();
    }

    private static void append(StringBuilder line, long count, String what) {
        if (count > 0) {
            line.append(", ").append(count).append(' ').append(what);
        }
    }

    private static String summary(List<Leftover> left) {
        List<String> names = left.stream().limit(5).map(Leftover::toString).toList();
        return String.join("; ", names) + (left.size() > 5 ? "; and " + (left.size() - 5) + " more" : "");
    }

    private static String readable(Duration duration) {
        double millis = duration.toNanos() / 1e6;
        return millis < 10
                ? "%.1f ms".formatted(millis)
                : millis < 10_000
                        ? "%.0f ms".formatted(millis)
                        : "%.1f s".formatted(millis / 1000);
    }
}
