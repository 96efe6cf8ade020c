package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * What one name of a simulated world is: its specification, and how its units go about their work.
 *
 * @param name full name
 * @param children what it adds inside itself at each start
 * @param startsFor how long it takes until it says that it is ready, if it says so itself
 * @param worksFor how long it takes for a key
 * @param resources how many it owns
 * @param suspends whether it can be paused and cordoned
 * @param rebinds whether it goes on when what it depends on is restarted
 * @param handsOver whether it says how it hands its work to a successor
 * @param fault what is wrong with its next generation
 */
record SimulatedPlan(String name, RunnableSpec spec, List<SimulatedPlan> children, Duration startsFor,
        Duration worksFor,
        int resources, boolean helper, boolean suspends, boolean rebinds, boolean handsOver, Fault fault) {

    /** What can be wrong with a description that a unit is replaced by. The first of these shows in the warm-up, or in a start. */
    enum Fault {
        NONE, FAILS_WARMING, RETURNS_WARMING, DEGRADED_WARMING, SLOW, HANGS_WARMING,
        /* after a while */
        FAILS, RETURNS, DEGRADED, UNHEALTHY,
        /* when the next one is to follow, or does not stand the test */
        FREEZE_THROWS, FREEZE_HANGS, THAW_THROWS, THAW_HANGS
    }

    /** The part of its name that its parent gives it. */
    String ownName() {
        return name.substring(name.lastIndexOf('/') + 1);
    }

    @Nullable
    String parent() {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? null : name.substring(0, slash);
    }

    /** The same with another version of itself. */
    SimulatedPlan version(long number, Fault wrong) {
        return new SimulatedPlan(name, spec.toBuilder().label("version", String.valueOf(number)).build(), children,
                startsFor, worksFor, resources, helper, suspends, rebinds, handsOver, wrong);
    }

    /** The same without what is wrong with it, unless that is there to stay. */
    SimulatedPlan later() {
        return new SimulatedPlan(name, spec, children, startsFor, worksFor, resources, helper, suspends, rebinds,
                handsOver, fault.compareTo(Fault.FREEZE_THROWS) < 0 ? Fault.NONE : fault);
    }

    boolean leader() {
        return spec.leadership() == Leadership.LEADER;
    }

    /** The unit that stands for election, which the manager adds itself. */
    static SimulatedPlan election() {
        return new SimulatedPlan(LeaderGroup.UNIT, RunnableSpec.builder(LeaderGroup.UNIT).group(Group.WARM_UP)
                .signalsReadiness(true).drains(true).priority(PriorityClass.SYSTEM).onFailure(FailurePolicy.ISOLATE)
                .restart(RestartPolicy.always().withAttempts(Integer.MAX_VALUE)).build(), List.of(), Duration.ZERO,
                Duration.ZERO, 0, false, false, false, false, Fault.NONE);
    }

    List<SimulatedPlan> withInside() {
        List<SimulatedPlan> all = new ArrayList<>();
        all.add(this);
        children.forEach(child -> all.addAll(child.withInside()));
        return all;
    }

    /** Seven names, two of them inside another one, with dependencies that close no cycle. */
    static List<SimulatedPlan> draw(Random random) {
        List<String> names = new ArrayList<>(List.of("a", "b", "c", "d", "s"));
        Collections.shuffle(names, random);
        List<SimulatedPlan> drawn = new ArrayList<>();
        List<String> before = new ArrayList<>();
        boolean elects = random.nextInt(3) == 0;
        for (String name : names) {
            List<String> dependencies = some(before, random, 3);
            if (name.equals("s")) {
                SimulatedPlan x = draw("s/x", some(before, random, 6), List.of(), elects, random);
                List<String> ofY = some(before, random, 6);
                if (random.nextInt(3) == 0) {
                    ofY.add("s/x");
                }
                SimulatedPlan y = draw("s/y", ofY, List.of(), elects, random);
                drawn.add(draw(name, dependencies, random.nextBoolean() ? List.of(x, y) : List.of(y, x), elects,
                        random));
                before.add("s");
                before.add("s/x");
            } else {
                drawn.add(draw(name, dependencies, List.of(), elects, random));
                before.add(name);
            }
        }
        Collections.shuffle(drawn, random);
        return drawn;
    }

    private static List<String> some(List<String> names, Random random, int oneIn) {
        List<String> some = new ArrayList<>();
        for (String name : names) {
            if (some.size() < 2 && random.nextInt(oneIn) == 0) {
                some.add(name);
            }
        }
        return some;
    }

    private static SimulatedPlan draw(String name, List<String> dependencies, List<SimulatedPlan> children,
            boolean elects, Random random) {
        boolean inside = name.contains("/");
        RunnableSpec.Builder spec = RunnableSpec.builder(name.substring(name.lastIndexOf('/') + 1))
                .dependsOn(dependencies.toArray(String[]::new));
        boolean signals = random.nextInt(3) == 0;
        spec.signalsReadiness(signals).drains(random.nextInt(3) != 0);
        boolean leader = elects && random.nextInt(3) == 0;
        if (leader) {
            spec.leadership(Leadership.LEADER).dependsOn(LeaderGroup.UNIT);
        }
        if (!inside && !leader) {
            spec.group(switch (random.nextInt(8)) {
                case 0 -> Group.HTTP_SERVERS;
                case 1 -> Group.CACHES;
                case 2 -> Group.WARM_UP;
                default -> Group.OTHERS;
            });
        }
        if (!inside) {
            spec.required(random.nextInt(6) == 0);
            spec.onFailure(random.nextInt(25) == 0 ? FailurePolicy.STOP_MANAGER : FailurePolicy.ISOLATE);
        }
        RestartPolicy restart = switch (random.nextInt(4)) {
            case 0 -> RestartPolicy.never();
            case 1 -> RestartPolicy.always();
            default -> RestartPolicy.onFailure();
        };
        spec.restart(restart.withAttempts(2 + random.nextInt(2)).withResetAfter(Duration.ofSeconds(40)));
        if (random.nextInt(3) == 0) {
            spec.stop(StopOptions.drain(random.nextBoolean() ? Duration.ofSeconds(4) : Duration.ofMillis(500)));
        }
        if (random.nextInt(2) == 0) {
            spec.cost(Cost.of(CostDimension.WATCHES, 1 + random.nextInt(3)));
        }
        spec.priority(PriorityClass.values()[random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4)]);
        boolean handsOver = children.isEmpty() && random.nextInt(2) == 0;
        spec.warmsUp(handsOver);
        return new SimulatedPlan(name, spec.build(), children,
                Duration.ofMillis(signals ? 1 + random.nextInt(3_000) : 0), Duration.ofMillis(1 + random.nextInt(900)),
                random.nextInt(4), random.nextInt(3) == 0, random.nextInt(2) == 0, random.nextInt(2) == 0, handsOver,
                Fault.NONE);
    }
}
