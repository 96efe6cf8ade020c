package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;

import static dev.windlass.lifecycle.CostDimension.WATCHES;
import static org.assertj.core.api.Assertions.assertThat;

/** A manager that admits by quota, and units that cost watches while they run. */
abstract class UnderQuota {

    final VirtualTime time = new VirtualTime();
    final Manager manager = Manager.builder().time(time).build();
    final Quotas quotas = Quotas.of(manager);
    final List<String> log = new CopyOnWriteArrayList<>();
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger most = new AtomicInteger();

    UnderQuota() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    /** Costs watches while its code runs, and says when it begins and ends. */
    ManagedRunnable costing(int watches) {
        return context -> {
            most.accumulateAndGet(running.addAndGet(watches), Math::max);
            log.add("+" + context.name());
            context.ready();
            try {
                context.awaitStop();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                log.add("-" + context.name());
                running.addAndGet(-watches);
            }
        };
    }

    /** Of a unit that says itself when it is ready: after it has said that it begins. */
    static RunnableSpec.Builder spec(String name) {
        return RunnableSpec.builder(name).signalsReadiness(true);
    }

    RunnableHandle add(String name, PriorityClass priority, int watches, String... dependencies) {
        return manager.add(Task.of(spec(name).priority(priority).cost(Cost.of(WATCHES, watches))
                .dependsOn(dependencies).build(), costing(watches)));
    }

    RunnableHandle add(String name, int watches) {
        return add(name, PriorityClass.NORMAL, watches);
    }

    void limit(int watches) throws InterruptedException {
        quotas.set(Limits.of(WATCHES, watches)).await(Trial.HANG);
    }

    static void pending(RunnableHandle unit, String message) {
        Trial.until(() -> unit.state() == UnitState.PENDING && unit.status().message().equals(message));
        assertThat(unit.status().reason()).isEqualTo(Reason.QUOTA_EXCEEDED);
    }

    long used() {
        return quotas.status().scopes().getFirst().used().in(WATCHES);
    }

    /** Awaits the end of something that hangs. */
    StopReport end(Operation<StopReport> stop) throws InterruptedException {
        for (int passed = 0; passed < 60 && !stop.isDone(); passed++) {
            time.advance(Duration.ofSeconds(1));
        }
        return stop.await(Trial.HANG);
    }
}
