package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of the state machine is what units do: each of its transitions is brought about here, and events tell of no other. That
 * the page has the same table is checked by the test of the page.
 */
@Timeout(120)
class ObservedTransitionsTest {

    private static final StopOptions SHORT = StopOptions.drain(Duration.ofMillis(30));

    private final Manager manager = Manager.create();
    private final Set<String> observed = new ConcurrentSkipListSet<>();
    private final List<String> impossible = new CopyOnWriteArrayList<>();
    private final Set<Reason> reasons = new ConcurrentSkipListSet<>();
    private final List<Trial.Hung> hung = new ArrayList<>();
    private int numbers;

    @AfterEach
    void end() {
        hung.forEach(each -> each.letGo.countDown());
        Trial.end(manager);
    }

    /** A unit that says what it is told to say, and fails or returns when it is told to. */
    private final class Puppet {

        final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
        final RunnableHandle handle;

        Puppet(boolean drains, RestartPolicy restart) {
            RunnableSpec spec = RunnableSpec.builder("puppet-" + numbers++).signalsReadiness(true).drains(drains)
                    .restart(restart).onFailure(FailurePolicy.ISOLATE).stop(SHORT).build();
            handle = manager.add(Task.of(spec, context -> {
                while (!context.stopping().isSet()) {
                    Script next = scripts.poll(5, TimeUnit.MILLISECONDS);
                    if (next != null && next.play(context)) {
                        return;
                    }
                }
            }));
        }

        Puppet(boolean drains) {
            this(drains, RestartPolicy.never());
        }

        Puppet to(UnitState state) {
            switch (state) {
                case STARTING -> say(_ -> {
                });
                case READY -> say(RunnableContext::ready);
                case DEGRADED -> say(context -> context.degraded("in trouble"));
                case PAUSED -> say(context -> context.paused("rests"));
                case BACKOFF -> say(context -> context.backoff("later", Duration.ofHours(1)));
                default -> throw new IllegalArgumentException(state + " is nothing that a unit says");
            }
            Trial.until(handle, state);
            return this;
        }

        private void say(Words words) {
            scripts.add(context -> {
                words.say(context);
                return false;
            });
        }

        Puppet returns() {
            scripts.add(_ -> true);
            return this;
        }

        Puppet fails() {
            scripts.add(_ -> {
                throw new IllegalStateException("was told to");
            });
            return this;
        }

        Puppet hangs(boolean thenFails) {
            Trial.Hung one = new Trial.Hung();
            hung.add(one);
            scripts.add(context -> {
                if (thenFails) {
                    context.fork("hangs", one::hang);
                    throw new IllegalStateException("was told to, and leaves a thread");
                }
                one.run(context);
                return true;
            });
            if (!thenFails) {
                Trial.await(one.entered);
            }
            return this;
        }

        Puppet is(UnitState state) {
            Trial.until(handle, state);
            return this;
        }
    }

    private interface Script {

        boolean play(RunnableContext context) throws Exception;
    }

    private interface Words {

        void say(RunnableContext context);
    }

    private static String transition(UnitState from, UnitState to) {
        return from + " → " + to;
    }

    @Test
    void everyTransitionOfTheTableHappensAndNoOther() throws Exception {
        manager.add("before", RunnableContext::awaitStop);
        Trial.transitions(manager, event -> {
            UnitState from = Objects.requireNonNull(event.from());
            observed.add(transition(from, event.to()));
            reasons.add(event.reason());
            if (!from.canBecome(event.to())) {
                impossible.add(event.toString());
            }
        });
        RunnableHandle early = manager.add("early", RunnableContext::awaitStop);
        early.stop().await();
        manager.add("new", RunnableContext::awaitStop);
        manager.start();
        early.start().await();
        fromWithin();
        stopped();
        ended();
        quarantined();
        RunnableHandle waits = manager.add(Task.of(RunnableSpec.builder("waits").dependsOn("nobody").build(),
                RunnableContext::awaitStop));
        Trial.until(waits, UnitState.PENDING);
        waits.stop().await();

        Set<String> table = new TreeSet<>();
        for (UnitState from : UnitState.values()) {
            Arrays.stream(UnitState.values()).filter(from::canBecome).forEach(to -> table.add(transition(from, to)));
        }
        Trial.until(() -> observed.containsAll(table));
        assertThat(observed).isEqualTo(table);
        assertThat(impossible).isEmpty();
        assertThat(reasons).contains(Reason.START_REQUESTED, Reason.ADMITTED, Reason.BECAME_READY,
                Reason.BECAME_DEGRADED, Reason.BECAME_PAUSED, Reason.RETRY_LATER, Reason.RESTART_SCHEDULED,
                Reason.STOP_REQUESTED, Reason.COMPLETED, Reason.FAILED, Reason.DEADLINE_EXCEEDED, Reason.ENDED_LATE,
                Reason.REMOVED, Reason.WAITING);
    }

    /** What a unit can say of itself. */
    private void fromWithin() {
        new Puppet(false).to(UnitState.READY).to(UnitState.DEGRADED).to(UnitState.READY).to(UnitState.PAUSED)
                .to(UnitState.READY);
        new Puppet(false).to(UnitState.DEGRADED);
        new Puppet(false).to(UnitState.BACKOFF).to(UnitState.READY);
        new Puppet(false).to(UnitState.BACKOFF).to(UnitState.DEGRADED);
    }

    /** A stop from every state, of units that drain and of such that do not. */
    private void stopped() throws Exception {
        for (boolean drains : new boolean[]{true, false}) {
            for (UnitState state : new UnitState[]{UnitState.STARTING, UnitState.READY, UnitState.DEGRADED,
                    UnitState.BACKOFF}) {
                new Puppet(drains).to(state).handle.stop().await();
            }
            new Puppet(drains).to(UnitState.READY).to(UnitState.PAUSED).handle.stop().await();
        }
        new Puppet(false).to(UnitState.READY).handle.remove().await();
    }

    private void ended() throws Exception {
        Puppet completed = new Puppet(false).to(UnitState.READY).returns().is(UnitState.COMPLETED);
        completed.handle.start();
        completed.to(UnitState.READY).returns().is(UnitState.COMPLETED).handle.remove().await();
        Puppet failed = new Puppet(false).to(UnitState.READY).fails().is(UnitState.FAILED);
        failed.handle.start();
        failed.to(UnitState.READY).fails().is(UnitState.FAILED).handle.remove().await();
        RestartPolicy late = RestartPolicy.onFailure().withDelays(Duration.ofHours(1), Duration.ofHours(1));
        Puppet again = new Puppet(false, late).to(UnitState.READY).fails().is(UnitState.BACKOFF);
        again.handle.start();
        again.to(UnitState.READY).fails().is(UnitState.BACKOFF).handle.stop().await();
    }

    private void quarantined() throws Exception {
        Puppet restarted = new Puppet(false).to(UnitState.READY).hangs(false);
        restarted.handle.stop().await();
        restarted.handle.start();
        restarted.to(UnitState.READY);
        Puppet removed = new Puppet(false).to(UnitState.READY).hangs(false);
        removed.handle.stop().await();
        removed.handle.remove().await();
        Puppet late = new Puppet(false).to(UnitState.READY).hangs(false);
        late.handle.stop().await();
        RestartPolicy policy = RestartPolicy.onFailure().withDelays(Duration.ofHours(1), Duration.ofHours(1));
        Puppet backsOff = new Puppet(false, policy).to(UnitState.READY).hangs(true).is(UnitState.QUARANTINED);
        hung.forEach(each -> each.letGo.countDown());
        late.is(UnitState.STOPPED);
        backsOff.is(UnitState.BACKOFF);
    }
}
