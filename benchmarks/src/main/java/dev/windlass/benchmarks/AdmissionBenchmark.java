package dev.windlass.benchmarks;

import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableHandle;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import dev.windlass.lifecycle.UnitState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Many units with a declared cost under a quota: those that fit, those that wait, those that give way. */
final class AdmissionBenchmark {

    private AdmissionBenchmark() {
    }

    static void run(int count, int rounds) throws InterruptedException {
        for (int round = 0; round < rounds; round++) {
            once(count, round < rounds / 2 ? "cold." : "");
        }
    }

    private static void once(int count, String prefix) throws InterruptedException {
        try (Manager manager = Manager.create()) {
            Quotas quotas = Quotas.of(manager);
            quotas.coolDown(Duration.ZERO);
            quotas.set(watches(count / 2)).await();
            manager.start();

            long began = System.nanoTime();
            List<RunnableHandle> first = add(manager, "first-", count / 2);
            await(first);
            Figures.report(prefix + "admit", Figures.millisSince(began) * 1e3 / first.size(), "µs");

            began = System.nanoTime();
            List<RunnableHandle> second = add(manager, "second-", count - count / 2);
            awaitWaiting(second);
            Figures.report(prefix + "queue", Figures.millisSince(began) * 1e3 / second.size(), "µs");

            began = System.nanoTime();
            quotas.set(watches(count)).await();
            await(second);
            Figures.report(prefix + "raise", Figures.millisSince(began), "ms");

            began = System.nanoTime();
            RunnableHandle important = manager.add(unit("important", PriorityClass.CRITICAL));
            important.ready().await();
            Figures.report(prefix + "pre-empt", Figures.millisSince(began), "ms");

            began = System.nanoTime();
            quotas.set(watches(count / 2)).await();
            Figures.report(prefix + "lower", Figures.millisSince(began), "ms");
        }
    }

    private static Limits watches(int amount) {
        return Limits.of(CostDimension.WATCHES, amount);
    }

    private static Task unit(String name, PriorityClass priority) {
        return Task.of(RunnableSpec.builder(name).priority(priority).cost(Cost.of(CostDimension.WATCHES, 1)).build(),
                RunnableContext::awaitStop);
    }

    private static List<RunnableHandle> add(Manager manager, String prefix, int count) {
        List<RunnableHandle> handles = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            handles.add(manager.add(unit(prefix + i, PriorityClass.NORMAL)));
        }
        return handles;
    }

    private static void await(List<RunnableHandle> handles) throws InterruptedException {
        for (RunnableHandle handle : handles) {
            handle.ready().await();
        }
    }

    /** All wait when the last does: they are served one after the other. */
    private static void awaitWaiting(List<RunnableHandle> handles) {
        while (handles.getLast().state() != UnitState.PENDING) {
            Thread.onSpinWait();
        }
    }
}
