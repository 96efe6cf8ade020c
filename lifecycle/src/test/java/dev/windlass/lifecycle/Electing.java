package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;

/** Managers that elect which one of them leads, and leader units that show when they run. */
abstract class Electing {

    static final Duration LEASE = Duration.ofSeconds(15);
    static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);

    final VirtualTime time = new VirtualTime();
    final InMemoryElection election = InMemoryElection.named("shop");
    final List<Manager> managers = new ArrayList<>();
    final Map<String, RunnableContext> contexts = new ConcurrentHashMap<>();
    final List<String> log = new CopyOnWriteArrayList<>();

    @AfterEach
    void end() {
        managers.forEach(manager -> election.reconnect(manager.name()));
        managers.forEach(Trial::end);
    }

    Manager manager(String name, OnLeadershipLost policy) {
        return manager(name, policy, election.elector(name));
    }

    Manager manager(String name, OnLeadershipLost policy, Elector elector) {
        Manager manager = Manager.builder().name(name).time(time).elector(elector).onLeadershipLost(policy).build();
        managers.add(manager);
        return manager;
    }

    static RunnableSpec.Builder leader(String name) {
        return RunnableSpec.builder(name).leadership(Leadership.LEADER);
    }

    /** A leader unit that shows when it runs. */
    RunnableHandle work(Manager manager) {
        return work(manager, leader("work").build());
    }

    RunnableHandle work(Manager manager, RunnableSpec spec) {
        return manager.add(Task.of(spec, context -> {
            log.add("+" + manager.name() + " " + context.id());
            contexts.put(manager.name(), context);
            try {
                context.awaitStop();
            } finally {
                log.add("-" + manager.name() + " " + context.id());
            }
        }));
    }

    RunnableHandle started(Manager manager) {
        RunnableHandle work = work(manager);
        manager.start();
        return work;
    }

    /** One that leads, and what it runs. */
    RunnableHandle leading(Manager manager) {
        RunnableHandle work = started(manager);
        running(manager, work);
        return work;
    }

    void running(Manager manager, RunnableHandle work) {
        Trial.until(work, UnitState.READY);
        Trial.until(() -> contexts.containsKey(manager.name()));
        // The elector has gone to sleep, so that time can pass.
        Trial.until(() -> sleeps(manager));
    }

    static boolean sleeps(Manager manager) {
        return unit(manager, "leader-election").threads().stream()
                .anyMatch(thread -> thread.state() == Thread.State.TIMED_WAITING
                        || thread.state() == Thread.State.WAITING);
    }

    static RunnableHandle unit(Manager manager, String name) {
        return manager.find(name).orElseThrow();
    }

    RunnableContext context(Manager manager) {
        return Objects.requireNonNull(contexts.get(manager.name()));
    }

    static LeadershipStatus status(Manager manager) {
        return manager.leadership().orElseThrow();
    }

    void untilStandingBy(Manager manager, RunnableHandle work) {
        Trial.until(() -> work.status().message().contains("held by"));
        Trial.until(() -> sleeps(manager));
    }
}
