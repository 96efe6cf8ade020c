package dev.windlass.hot;

import dev.windlass.lifecycle.CarryOver;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Handover;
import dev.windlass.lifecycle.HealthKind;
import dev.windlass.lifecycle.Rung;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Suspension;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.Unit;
import dev.windlass.lifecycle.Workload;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/** A unit that registers with its context all that can be registered, each with code of its own. */
public final class EveryRegistration
        implements
            BiFunction<String, Consumer<Object>, Unit<RunnableHandle>> {

    private static final ThreadLocal<EveryRegistration> MINE = new ThreadLocal<>();

    /** Work of a class of its own. */
    private record Pending(String key) implements CarryOver {

        @Override
        public long count() {
            return 1;
        }

        @Override
        public List<String> sample(int max) {
            return List.of(key);
        }
    }

    /** Holds nothing back, and hands nothing over. */
    private static final class Nothing implements Suspension, Handover, Workload {

        @Override
        public void begin() {
            // nothing is dispatched
        }

        @Override
        public void end() {
            // nothing was held back
        }

        @Override
        public CarryOver freeze() {
            return new Pending("handed over");
        }

        @Override
        public void thaw(@Nullable CarryOver back) {
            // goes on
        }

        @Override
        public long queued() {
            return 1;
        }

        @Override
        public long inFlight() {
            return 0;
        }
    }

    /** Thrown while nobody asked it to stop. */
    private static final class Broken extends RuntimeException {

        Broken() {
            super("broken");
        }
    }

    /** @param given is handed something that the unit gives away */
    @Override
    public Unit<RunnableHandle> apply(String name, Consumer<Object> given) {
        Cost cost = Cost.of(CostDimension.WATCHES, 2);
        return Task.each(RunnableSpec.builder(name).signalsReadiness(true).warmsUp(true).cost(cost).build(),
                () -> context -> run(context, given));
    }

    private void run(RunnableContext context, Consumer<Object> given) throws InterruptedException {
        context.contextClassLoader(EveryRegistration.class.getClassLoader());
        Nothing nothing = new Nothing();
        MINE.set(this);
        MDC.put("hot", "code");
        context.detail("detail", () -> "of " + MINE);
        context.workload(nothing);
        context.pausable(nothing);
        context.cordonable(nothing);
        context.handsOver(nothing);
        context.onRebind(handle -> MINE.set(this));
        context.onReconfigure((spec, unit) -> MINE.set(this));
        context.measure(() -> Cost.of(CostDimension.WATCHES, nothing.inFlight()));
        context.rungs(Map.of(Rung.PAUSED, Cost.of(CostDimension.WATCHES, 1)), rung -> MINE.set(this));
        context.takeOver();
        context.health("hot", HealthKind.READINESS, () -> MINE.set(this));
        context.meter(GaugeWithCallback.builder().name("hot").callback(call -> call.call((double) nothing.inFlight()))
                .build());
        context.keepIdle("idle", Cost.of(CostDimension.WATCHES, 1), () -> MINE.set(this));
        context.own("thing", "one", () -> MINE.remove());
        context.stopping().onSet(() -> MINE.set(this));
        context.cancelled().onSet(() -> MINE.set(this));
        context.schedule(Duration.ofHours(1), () -> MINE.set(this));
        context.fork("virtual", () -> context.stopping().await());
        context.forkPlatform("platform", () -> context.stopping().await());
        given.accept(context.claim("key"));
        context.inFlight("request", "GET", false).close();
        given.accept(context);
        given.accept(context.revocable(Supplier.class, (Supplier<String>) () -> "of " + MINE));
        context.add("inside", inside -> {
            inside.detail("detail", () -> "of " + MINE);
            inside.awaitStop();
        });
        context.carryOver(new Pending("left"));
        context.ready();
        if (context.generation() == 1) {
            throw new Broken();
        }
        context.awaitStop();
    }
}
