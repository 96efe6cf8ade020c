package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Histories of a {@link SimulatedWorld}: each is drawn from its seed, run on a machine of its own, and the same each time. One that
 * breaks a rule can be shrunk to the steps that it takes.
 */
final class Simulation {

    private static final int FEWEST = 30;
    private static final int MOST = 40;

    /** @param broken the rule that was broken; null when none was */
    record Result(@Nullable String broken, long trace) {
    }

    private Simulation() {
    }

    /** The steps of the history of a seed. */
    static List<SimulatedStep> steps(long seed) {
        Random random = new Random(seed * 31 + 7);
        List<String> names = List.of("a", "b", "c", "d", "s", "s/x", "s/y");
        List<SimulatedStep> steps = new ArrayList<>();
        int startsAt = random.nextInt(4) == 0 ? 7 + random.nextInt(8) : 5;
        int count = FEWEST + random.nextInt(MOST - FEWEST + 1);
        for (int i = 0; i < count; i++) {
            if (i < 5) {
                steps.add(new SimulatedStep(SimulatedStep.Kind.ADD, names.get(i), random.nextLong()));
            } else if (i == startsAt) {
                steps.add(new SimulatedStep(SimulatedStep.Kind.START_MANAGER, "", random.nextLong()));
            } else {
                steps.add(new SimulatedStep(SimulatedStep.draw(random), names.get(random.nextInt(names.size())),
                        random.nextLong()));
            }
        }
        return steps;
    }

    static Result run(long seed, SimulatedCoverage coverage) {
        return run(seed, steps(seed), coverage, null);
    }

    /** @param log told of what happens, for people */
    static Result run(long seed, List<SimulatedStep> steps, SimulatedCoverage coverage,
            @Nullable Consumer<String> log) {
        long defects = RecordedLog.defects();
        SimulatedWorld world = new SimulatedWorld(seed, coverage, log);
        try {
            for (SimulatedStep step : steps) {
                if (world.broken() == null) {
                    world.log(step::toString);
                    step.happen(world);
                }
            }
            if (world.broken() == null) {
                finish(seed, world);
            }
        } catch (RuntimeException | Error e) {
            StackTraceElement[] stack = e.getStackTrace();
            world.breaks(e + (stack.length == 0 ? "" : " at " + stack[0]));
        }
        if (RecordedLog.defects() != defects) {
            world.breaks("the engine has logged a defect: " + RecordedLog.lines("please report this"));
        }
        return new Result(world.broken(), world.trace());
    }

    private static void finish(long seed, SimulatedWorld world) {
        Random random = new Random(seed + 1);
        world.time().reseed(random.nextLong());
        if (!world.manager().started() && !world.manager().stopping()) {
            world.startManager();
        }
        SimulatedRest rest = new SimulatedRest(world);
        boolean rests = random.nextInt(3) > 0;
        if (rests) {
            world.time().settle(); // who is about to ask for something does so before all is let go
            world.letGo();
            world.operations().setLimits(Limits.none());
            world.time().advance(Duration.ofMinutes(5));
            rest.check();
        }
        world.time().start("user", () -> new SimulatedStep(SimulatedStep.Kind.STOP_MANAGER, "", random.nextLong())
                .happenAtEnd(world));
        world.time().advance(Duration.ofMinutes(1));
        world.letGo();
        world.time().advance(Duration.ofMinutes(3));
        rest.checkEnd();
    }

    /** The first of these histories that breaks a rule, and which; null when none does. */
    static @Nullable String firstBroken(long from, int histories) {
        SimulatedCoverage coverage = new SimulatedCoverage();
        for (long seed = from; seed < from + histories; seed++) {
            String broken = run(seed, coverage).broken();
            if (broken != null) {
                return "seed " + seed + ": " + broken;
            }
        }
        return null;
    }

    /** The steps that it takes to break the same rule. */
    static List<SimulatedStep> shrink(long seed) {
        List<SimulatedStep> steps = steps(seed);
        String rule = rule(seed, steps);
        for (int size = steps.size() / 2; size > 0;) {
            boolean shorter = shrinkBy(seed, steps, size, rule);
            size = shorter && size == 1 ? 1 : size / 2;
        }
        return steps;
    }

    private static boolean shrinkBy(long seed, List<SimulatedStep> steps, int size, String rule) {
        boolean any = false;
        for (int at = 0; at + size <= steps.size();) {
            List<SimulatedStep> fewer = new ArrayList<>(steps);
            fewer.subList(at, at + size).clear();
            if (rule(seed, fewer).equals(rule)) {
                steps.subList(at, at + size).clear();
                any = true;
            } else {
                at += size;
            }
        }
        return any;
    }

    /** The rule that is broken, without names and numbers. */
    private static String rule(long seed, List<SimulatedStep> steps) {
        String broken = run(seed, steps, new SimulatedCoverage(), null).broken();
        return broken == null
                ? ""
                : broken.replaceAll("^after [^:]*: ", "").replaceAll("\\b(s/)?[a-dsxy]\\b|[0-9.]+|\\[.*?]", "");
    }
}
