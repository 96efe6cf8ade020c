package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happens in a history, and how much goes on afterwards until the next one.
 *
 * @param seed of all that is drawn from here until the next step
 */
record SimulatedStep(Kind kind, String name, long seed) {

    /** What can happen. */
    enum Kind {
        ADD(7, null), START(7, true), STOP(9, false), RESTART(5, true), REMOVE(5, false), READY(2, null),
        PAUSE(3, null),
        RESUME(2, null), CORDON(1, null), UNCORDON(1, null), FAIL(6, null), RETURN(3, null), HANG(3, null),
        SWALLOW(2, null), BLOCK_RELEASE(2, null), LET_GO(4, null), SAY(4, null), KEYS(9, null), QUOTA(4, null),
        REPLACE(8, null), RECONFIGURE(3, null), LEADERSHIP(4, null),
        START_MANAGER(0, null), STOP_MANAGER(0, null);

        final int weight;
        /** Whether the unit is wanted to run after it; null when it does not matter for that. */
        final @Nullable Boolean desires;

        Kind(int weight, @Nullable Boolean desires) {
            this.weight = weight;
            this.desires = desires;
        }
    }

    static Kind draw(Random random) {
        int total = 0;
        for (Kind each : Kind.values()) {
            total += each.weight;
        }
        int at = random.nextInt(total);
        for (Kind each : Kind.values()) {
            at -= each.weight;
            if (at < 0) {
                return each;
            }
        }
        throw new IllegalStateException();
    }

    @Override
    public String toString() {
        return kind + " " + name + " " + Long.toHexString(seed);
    }

    /** Does it, and lets a part of what follows from it go on. */
    void happen(SimulatedWorld world) {
        Random random = new Random(seed);
        world.time().reseed(random.nextLong());
        world.time().start("user", () -> act(world, random));
        switch (random.nextInt(8)) {
            case 0, 1 -> world.time().run(1 + random.nextInt(12));
            case 2, 3, 4 -> world.time().settle();
            case 5 -> world.time().advanceToNext(Duration.ofSeconds(30));
            case 6 -> world.time().advance(Duration.ofMillis(random.nextInt(4_000)));
            default -> world.time().advance(Duration.ofSeconds(random.nextInt(50)));
        }
    }

    /** Does it, and nothing else. */
    void happenAtEnd(SimulatedWorld world) {
        act(world, new Random(seed));
    }

    private void act(SimulatedWorld world, Random random) {
        switch (kind) {
            case ADD -> add(world);
            case LEADERSHIP -> world.disturbLeadership(random);
            case QUOTA -> world.operations().setLimits(random.nextInt(4) == 0
                    ? Limits.none()
                    : Limits.of(CostDimension.WATCHES, random.nextInt(8)));
            case START_MANAGER -> world.startManager();
            case STOP_MANAGER -> world.operations().stopManager(options(random, StopOptions.defaults()));
            case FAIL, RETURN, HANG, SWALLOW, BLOCK_RELEASE, LET_GO, SAY, KEYS -> toCode(world, random);
            default -> toHandle(world, random);
        }
    }

    private void add(SimulatedWorld world) {
        if (name.contains("/")) {
            return; // its scope does that
        }
        SimulatedName present = world.present(name);
        world.reached(kind, present == null ? UnitState.REMOVED : present.handle.state());
        world.add(name);
    }

    private static StopOptions options(Random random, StopOptions own) {
        StopOptions options = switch (random.nextInt(6)) {
            case 0 -> own.withMode(StopMode.ABORT);
            case 1 -> own.withMode(StopMode.HANDOFF);
            case 2 -> own.withBudget(Duration.ofMillis(200 + random.nextInt(9_000)));
            default -> own;
        };
        return random.nextInt(3) == 0 ? options.withCascade() : options;
    }

    // ---- what is asked of handles

    private void toHandle(SimulatedWorld world, Random random) {
        SimulatedName target = world.present(name);
        SimulatedName removed = target == null || random.nextInt(12) == 0 ? world.removed(name) : null;
        if (removed != null && random.nextInt(3) == 0) {
            target = removed;
        }
        if (target == null) {
            if (!name.contains("/")) {
                world.add(name);
            }
            return;
        }
        if (kind == Kind.REPLACE) {
            world.replace(target, fault(random), replaceOptions(random, target.plan.spec().stop()));
            return;
        }
        if (kind == Kind.RECONFIGURE) {
            world.reconfigure(target, PriorityClass.values()[1 + random.nextInt(4)], random.nextInt(4) == 0);
            return;
        }
        RunnableHandle handle = target.handle;
        boolean plain = random.nextBoolean();
        StopOptions own = target.plan.spec().stop();
        StopOptions options = plain ? own : options(random, own);
        boolean stops = kind == Kind.STOP || kind == Kind.REMOVE || kind == Kind.RESTART;
        SimulatedName.Asked asked = world.operations().ask(kind, target, stops ? options : null);
        world.operations().awaits(asked, switch (kind) {
            case START -> handle.start();
            case STOP -> handle.stop(options);
            case RESTART -> handle.restart(options);
            case REMOVE -> handle.remove(options);
            case READY -> handle.ready();
            case PAUSE -> handle.pause();
            case RESUME -> handle.resume();
            case CORDON -> handle.cordon();
            default -> handle.uncordon();
        });
    }

    /** Nothing is wrong with half of them. */
    private static SimulatedPlan.Fault fault(Random random) {
        SimulatedPlan.Fault[] all = SimulatedPlan.Fault.values();
        return random.nextBoolean() ? SimulatedPlan.Fault.NONE : all[random.nextInt(all.length)];
    }

    private static ReplaceOptions replaceOptions(Random random, StopOptions own) {
        ReplaceOptions options = ReplaceOptions.defaults().withWarmUp(Duration.ofSeconds(1 + random.nextInt(20)))
                .withProbation(Duration.ofSeconds(random.nextInt(3) * 4L));
        return random.nextInt(3) == 0 ? options.withRetire(options(random, own)) : options;
    }

    // ---- what is done to code that runs

    private void toCode(SimulatedWorld world, Random random) {
        if (kind == Kind.SAY && random.nextInt(4) == 0) {
            SimulatedGeneration former = world.former(name);
            if (former != null) {
                say(former, random);
            }
            return;
        }
        SimulatedGeneration code = world.code(name, random.nextInt(6) == 0);
        if (code == null) {
            return;
        }
        world.reached(kind, code.context().handle().state());
        switch (kind) {
            case FAIL -> fail(world, code, random);
            case RETURN -> command(code, SimulatedGeneration.Command.RETURN);
            case HANG -> {
                world.misbehaves();
                command(code, SimulatedGeneration.Command.HANG);
            }
            case SWALLOW -> {
                world.misbehaves();
                command(code, SimulatedGeneration.Command.SWALLOW_AN_INTERRUPT);
            }
            case BLOCK_RELEASE -> {
                world.misbehaves();
                code.blocksRelease = true;
            }
            case LET_GO -> code.letGo();
            case SAY -> say(code, random);
            default -> world.work().give(code, 1 + random.nextInt(4));
        }
    }

    private static void command(SimulatedGeneration code, SimulatedGeneration.Command command) {
        if (code.obeys()) {
            code.obey(command);
        }
    }

    private static void fail(SimulatedWorld world, SimulatedGeneration code, Random random) {
        if (random.nextInt(3) > 0) {
            command(code, SimulatedGeneration.Command.FAIL);
            return;
        }
        try {
            code.context().fork("failing", () -> {
                throw new SimulatedWorld.Commanded("beside");
            });
        } catch (RevokedException e) {
            world.reached(Kind.FAIL, UnitState.STOPPING);
        }
    }

    private static void say(SimulatedGeneration code, Random random) {
        RunnableContext context = code.context();
        switch (random.nextInt(5)) {
            case 0 -> context.backoff("said", Duration.ofSeconds(3));
            case 1 -> context.paused("said");
            case 2, 3 -> context.degraded("said");
            default -> context.ready();
        }
    }
}
