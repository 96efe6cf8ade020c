package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

/**
 * The engine on a clock and a scheduler of ours, through a hundred thousand histories that seeds decide about: see {@code
 * docs/simulation.md}. {@code -Dwindlass.simulation.seed=N} replays one history, shrinks it and tells it; {@code
 * -Dwindlass.simulation.histories=N} runs more or fewer, {@code -Dwindlass.simulation.from=N} others.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class SimulationTest {

    private static final int HISTORIES = Integer.getInteger("windlass.simulation.histories", 100_000);
    private static final long FROM = Long.getLong("windlass.simulation.from", 1);
    private static final @Nullable Long SEED = Long.getLong("windlass.simulation.seed");
    private static final int SHARDS = 2;
    private static final int FEW = 5;

    /** Pairs of an operation and a state in which nobody can ask for it, each with the reason. */
    private static final Map<SimulatedStep.Kind, Set<UnitState>> IMPOSSIBLE = impossible();

    private static Map<SimulatedStep.Kind, Set<UnitState>> impossible() {
        Map<SimulatedStep.Kind, Set<UnitState>> pairs = new EnumMap<>(SimulatedStep.Kind.class);
        Set<UnitState> withoutCode = EnumSet.of(UnitState.NEW, UnitState.PENDING, UnitState.STOPPED, UnitState.REMOVED,
                UnitState.COMPLETED, UnitState.FAILED);
        for (SimulatedStep.Kind kind : SimulatedStep.Kind.values()) {
            pairs.put(kind, switch (kind) {
                // They are done to code of the unit, and there is none. Code of a generation in quarantine can see the name
                // in any state, as its successor has it.
                case FAIL, RETURN, HANG, SWALLOW, BLOCK_RELEASE, LET_GO, SAY, KEYS -> withoutCode;
                // A name in that state is free; the transitions that a quota is compared with begin anew.
                case QUOTA, LEADERSHIP -> EnumSet.of(UnitState.REMOVED);
                // The manager counts only who is registered, and starts at most once.
                case STOP_MANAGER -> EnumSet.of(UnitState.REMOVED, UnitState.NEW);
                case START_MANAGER -> EnumSet.allOf(UnitState.class);
                default -> EnumSet.noneOf(UnitState.class);
            });
        }
        return pairs;
    }

    @Test
    void noHistoryBreaksARule() throws InterruptedException {
        if (SEED != null) {
            tell(SEED);
            return;
        }
        SimulatedCoverage coverage = new SimulatedCoverage();
        Queue<Long> broken = new ConcurrentLinkedQueue<>();
        List<Thread> shards = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < SHARDS; i++) {
            long first = FROM + i;
            shards.add(Thread.ofPlatform().name("simulation-" + i).start(() -> {
                SimulatedCoverage own = new SimulatedCoverage();
                for (long seed = first; seed < FROM + HISTORIES && broken.size() < FEW; seed += SHARDS) {
                    if (Simulation.run(seed, own).broken() != null) {
                        broken.add(seed);
                    }
                }
                synchronized (coverage) {
                    coverage.addAll(own);
                }
            }));
        }
        for (Thread shard : shards) {
            shard.join();
        }
        System.out.printf("%d histories in %.1f s%n", HISTORIES, (System.nanoTime() - began) / 1e9);
        System.out.println(describe(coverage));
        for (long seed : broken) {
            tell(seed);
        }
        if (HISTORIES >= 50_000) {
            assertThat(missing(coverage)).as("operations that were never asked for in a state").isEmpty();
        }
    }

    /** Replays a history, and when it breaks a rule, tells the shortest that does. */
    private static void tell(long seed) {
        String broken = Simulation.run(seed, new SimulatedCoverage()).broken();
        if (broken == null) {
            System.out.println("seed " + seed + " breaks no rule");
            return;
        }
        StringBuilder told = new StringBuilder("seed " + seed + " breaks a rule " + broken
                + "\nreplay it with: mvn verify -pl lifecycle -am -Dtest=SimulationTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dwindlass.simulation.seed=" + seed + "\nshrunk:\n");
        List<SimulatedStep> steps = Simulation.shrink(seed);
        Simulation.Result shrunk = Simulation.run(seed, steps, new SimulatedCoverage(),
                line -> told.append(line).append('\n'));
        fail(told.append(shrunk.broken()).toString());
    }

    private static List<String> missing(SimulatedCoverage coverage) {
        List<String> missing = new ArrayList<>();
        for (SimulatedStep.Kind kind : SimulatedStep.Kind.values()) {
            for (UnitState state : UnitState.values()) {
                if (coverage.count(kind, state) == 0 && !IMPOSSIBLE.getOrDefault(kind, Set.of()).contains(state)) {
                    missing.add(kind + " in " + state);
                }
            }
        }
        return missing;
    }

    private static String describe(SimulatedCoverage coverage) {
        StringBuilder table = new StringBuilder("how often each operation was asked for in each state:\n");
        table.append("%-14s".formatted(""));
        for (UnitState state : UnitState.values()) {
            table.append("%12s".formatted(state));
        }
        for (SimulatedStep.Kind kind : SimulatedStep.Kind.values()) {
            table.append("%n%-14s".formatted(kind));
            for (UnitState state : UnitState.values()) {
                long count = coverage.count(kind, state);
                table.append("%12s".formatted(count > 0 ? String.valueOf(count) : "-"));
            }
        }
        return table.toString();
    }

    /** As long as they mean the same histories, they show that what they found is mended. */
    @ParameterizedTest
    @ValueSource(longs = {166, 467, 734, 1_172, 1_355, 1_604, 2_873, 3_451, 4_349})
    void aHistoryThatHasBrokenARuleBreaksNoneNow(long seed) {
        if (Simulation.run(seed, new SimulatedCoverage()).broken() != null) {
            tell(seed);
        }
    }

    @Test
    void aSeedDecidesAboutEverything() {
        for (long seed = 1; seed <= 1_000; seed++) {
            Simulation.Result first = Simulation.run(seed, new SimulatedCoverage());
            assertThat(Simulation.run(seed, new SimulatedCoverage())).as("seed %d", seed).isEqualTo(first);
        }
    }
}
