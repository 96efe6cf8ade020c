package dev.windlass.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/**
 * Holds what is there after a piece of work against what was there before it, by witnesses outside the code under test.
 *
 * <pre>{@code
 * cycle();                                             // warm-up: what is made once is made now
 * LeakCheck check = LeakCheck.builder().servers(north, south).instancesOf("dev.windlass.").baseline();
 * for (int i = 0; i < 1_000; i++) {
 *     cycle();
 * }
 * check.assertNothingLeft();
 * }</pre>
 *
 * Each look sees the whole JVM: tests that run at the same time see each other's work.
 */
public final class LeakCheck {

    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration STEADY_WITHIN = Duration.ofSeconds(10);
    private static final int SHOWN = 5;

    private final List<Witness> witnesses;
    private final Predicate<String> ignored;
    private final Duration within;
    private final Map<Witness, Map<String, Witness.Sighting>> baseline = new LinkedHashMap<>();

    private LeakCheck(List<Witness> witnesses, Predicate<String> ignored, Duration within) {
        this.witnesses = witnesses;
        this.ignored = ignored;
        this.within = within;
    }

    /** Describes a leak check; its {@link Builder#baseline()} takes what there is now as what may be there later. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Waits until every witness sees no more than at the baseline. The costly ones are asked when the others are content.
     *
     * @throws AssertionError with a list of what is left, by name, if that is not so in time
     */
    public void assertNothingLeft() {
        long deadline = System.nanoTime() + within.toNanos();
        Duration pause = PAUSE;
        List<String> left = left();
        while (!left.isEmpty()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "left behind after %d s:%n%s".formatted(within.toSeconds(), String.join("\n", left)));
            }
            pause(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            left = left();
        }
    }

    private List<String> left() {
        List<String> left = new ArrayList<>();
        for (boolean costly : new boolean[]{false, true}) {
            for (Witness witness : witnesses) {
                if (witness.costly() == costly) {
                    left.addAll(left(witness));
                }
            }
            if (!left.isEmpty()) {
                return left;
            }
        }
        return left;
    }

    private List<String> left(Witness witness) {
        Map<String, Witness.Sighting> before = baseline.getOrDefault(witness, Map.of());
        List<String> left = new ArrayList<>();
        witness.look().forEach((item, now) -> {
            Witness.Sighting then = before.getOrDefault(item, Witness.Sighting.of(0));
            if (now.count() > then.count() + witness.slack() && !ignored.test(item)) {
                StringBuilder line = new StringBuilder(
                        "  %s: %d more of \"%s\" (%d, before %d)".formatted(witness.name(),
                                now.count() - then.count(), item, now.count(), then.count()));
                now.instances().entrySet().stream().filter(instance -> !then.instances().containsKey(instance.getKey()))
                        .limit(SHOWN).forEach(instance -> line.append("\n      ").append(instance.getValue()));
                left.add(line.toString());
            }
        });
        return left;
    }

    /** Waits, within a bound, until two looks see the same: what still dies of the warm-up would hide a leak later. */
    private void takeBaseline() {
        long deadline = System.nanoTime() + STEADY_WITHIN.toNanos();
        Map<Witness, Map<String, Long>> counts = look(false);
        while (true) {
            pause(PAUSE);
            Map<Witness, Map<String, Long>> again = look(false);
            if (again.equals(counts) || System.nanoTime() - deadline > 0) {
                break;
            }
            counts = again;
        }
        look(true);
    }

    private Map<Witness, Map<String, Long>> look(boolean costly) {
        Map<Witness, Map<String, Long>> counts = new LinkedHashMap<>();
        for (Witness witness : witnesses) {
            if (witness.costly() == costly) {
                Map<String, Witness.Sighting> seen = witness.look();
                baseline.put(witness, seen);
                Map<String, Long> counted = new LinkedHashMap<>();
                seen.forEach((item, sighting) -> counted.put(item, sighting.count()));
                counts.put(witness, counted);
            }
        }
        return counts;
    }

    private static void pause(Duration pause) {
        LockSupport.parkNanos(pause.toNanos());
        if (Thread.currentThread().isInterrupted()) {
            throw new IllegalStateException("interrupted while waiting for what is left to go");
        }
    }

    /** What is looked at. Threads, virtual threads, sockets, descriptors and class loaders always are. */
    public static final class Builder {

        private final List<Witness> witnesses = new ArrayList<>(List.of(Witnesses.threads(), Witnesses.virtualThreads(),
                Witnesses.sockets(), Witnesses.descriptors(), Witnesses.classLoaders()));
        private Predicate<String> ignored = item -> false;
        private Duration within = Duration.ofSeconds(30);

        private Builder() {
        }

        /** Looks at the servers' watches and connections too. */
        public Builder servers(TestApiServer... servers) {
            for (TestApiServer server : servers) {
                witnesses.add(Witnesses.watches(server));
                witnesses.add(Witnesses.connections(server));
            }
            return this;
        }

        /** Looks at the connections through proxies too. */
        public Builder proxies(FaultProxy... proxies) {
            for (FaultProxy proxy : proxies) {
                witnesses.add(Witnesses.connections(proxy));
            }
            return this;
        }

        /** Counts the instances of classes too; none may be more. See {@link #instancesOf(String, long)}. */
        public Builder instancesOf(String prefix) {
            return instancesOf(prefix, 0);
        }

        /**
         * Counts the instances of classes too.
         *
         * @param prefix of the classes' names
         * @param slack how many more of a class are no leak; with many cycles, a number well below theirs
         */
        public Builder instancesOf(String prefix, long slack) {
            return witness(Witnesses.instances(prefix, slack));
        }

        /** Asks a further witness. */
        public Builder witness(Witness witness) {
            witnesses.add(witness);
            return this;
        }

        /** Takes no notice of items that have this in their name. */
        public Builder ignoring(String part) {
            ignored = ignored.or(item -> item.contains(part));
            return this;
        }

        /** How long {@link #assertNothingLeft()} waits; 30 seconds if not set. */
        public Builder within(Duration limit) {
            within = limit;
            return this;
        }

        /** Takes the baseline, when what is there has stopped changing. To be called after one cycle of warm-up. */
        public LeakCheck baseline() {
            LeakCheck check = new LeakCheck(List.copyOf(witnesses), ignored, within);
            check.takeBaseline();
            return check;
        }
    }
}
