package dev.windlass.tests.e2e;

import dev.windlass.controller.Controller;
import dev.windlass.controller.ControllerHandle;
import dev.windlass.controller.Result;
import dev.windlass.lifecycle.Operation;
import dev.windlass.lifecycle.ReplaceMethod;
import dev.windlass.lifecycle.ReplaceOptions;
import dev.windlass.lifecycle.ReplaceOutcome;
import dev.windlass.lifecycle.ReplaceReport;
import dev.windlass.lifecycle.StopOptions;
import dev.windlass.lifecycle.UnitState;
import dev.windlass.workqueue.RateLimiter;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import static dev.windlass.tests.e2e.Outside.names;
import static dev.windlass.tests.e2e.Reconcilers.NOTES;
import static dev.windlass.tests.e2e.World.LIMIT;
import static dev.windlass.tests.e2e.World.NORTH;
import static dev.windlass.tests.e2e.World.SOUTH;
import static dev.windlass.tests.e2e.World.eventually;
import static org.assertj.core.api.Assertions.assertThat;

/** Rule 16 under load: no two generations run one key at the same instant, and no key is lost. */
class ReplaceTest {

    private static final int KEYS = 1_000;
    private static final int DELAYED = 50;
    private static final int FAILING = 20;
    private static final ReplaceOptions SHORT = ReplaceOptions.defaults().withProbation(Duration.ofSeconds(1));

    private static List<String> all() {
        List<String> all = new ArrayList<>(names("note", KEYS));
        all.addAll(names("later", DELAYED));
        all.addAll(names("failing", FAILING));
        return all;
    }

    @Scenario
    void aControllerReplacedUnderLoadLosesNothingAndRunsNoKeyTwiceAtOnce(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        outside.each(names("later", DELAYED), name -> outside.note(name, "0"));
        outside.each(names("failing", FAILING), name -> outside.note(name, "0"));
        world.connect(NORTH);
        world.connect(SOUTH);
        Map<String, AtomicInteger> failures = new ConcurrentHashMap<>();
        ControllerHandle<ConfigMap> notes = world.ready(world.notesBuilder()
                .stop(StopOptions.drain(Duration.ofMinutes(3)))
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1), Duration.ofMillis(2)))
                .reconciler((request, context) -> {
                    world.journal.<ConfigMap>noting(Reconcilers::note).reconcile(request, context);
                    if (request.name().startsWith("failing")) {
                        failures.computeIfAbsent(request.name(), name -> new AtomicInteger()).incrementAndGet();
                        throw new IllegalStateException("fails as it is meant to");
                    }
                    return request.name().startsWith("later")
                            ? Result.requeueAfter(Duration.ofHours(1))
                            : Result.done();
                }).build());
        eventually(() -> assertThat(failures.values()).hasSize(FAILING).allMatch(count -> count.get() > 25));
        eventually(() -> assertThat(names("later", DELAYED))
                .allMatch(name -> world.seen(NOTES, SOUTH, name).equals("0")));
        int watches = world.server(SOUTH).watches();
        Set<String> series = series(world);
        world.journal.hold(SOUTH);
        outside.each(names("note", KEYS), name -> outside.note(name, "0"));
        eventually(() -> assertThat(notes.status().inFlight()).isEqualTo(4));
        eventually(() -> assertThat(notes.status().queued()).isGreaterThanOrEqualTo(KEYS + DELAYED));

        Set<String> byNext = ConcurrentHashMap.newKeySet();
        Map<String, AtomicInteger> failuresOfNext = new ConcurrentHashMap<>();
        Operation<ReplaceReport> replace = notes.replace(next(world, byNext, failuresOfNext), SHORT);
        List<String> changed = names("note", 100);
        List<String> gone = names("note", KEYS).subList(500, 550);
        outside.each(changed.subList(0, 90), name -> outside.overwrite(name, "1"));
        outside.each(gone.subList(0, 45), outside::discard);
        // It awaits what is in flight, and that waits for the gate. If it did not, the next one would begin all keys, also those.
        eventually(() -> assertThat(world.handsOver(SOUTH, NOTES) || !world.journal.overlaps().isEmpty()).isTrue());
        outside.each(changed.subList(90, 100), name -> outside.overwrite(name, "1"));
        outside.each(gone.subList(45, 50), outside::discard);
        world.journal.release(SOUTH);
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.REPLACED);
        assertThat(report.method()).as(report.toString()).isEqualTo(ReplaceMethod.WARM);

        eventually(() -> {
            for (String name : names("note", KEYS)) {
                String expected = changed.contains(name) ? "1" : gone.contains(name) ? Journal.GONE : "0";
                assertThat(world.seen(NOTES, SOUTH, name)).as(name).isEqualTo(expected);
            }
        });
        eventually(() -> assertThat(byNext).containsAll(names("failing", FAILING)));
        assertThat(world.journal.overlaps()).isEmpty();
        assertThat(names("later", DELAYED)).as("nobody comes before its time").noneMatch(byNext::contains);
        // Each has failed more than 25 times: the next failure asks for more than nine hours.
        eventually(() -> assertThat(failuresOfNext.values()).hasSize(FAILING).allMatch(count -> count.get() == 1));
        eventually(() -> assertThat(world.engagement(SOUTH, NOTES).status().queued()).isEqualTo(DELAYED + FAILING));
        assertThat(failuresOfNext.values()).allMatch(count -> count.get() == 1);
        eventually(() -> assertThat(world.server(SOUTH).watches()).isEqualTo(watches));
        assertThat(series(world)).isEqualTo(series);
        assertThat(notes.state()).isEqualTo(UnitState.READY);
    }

    /** Those of the controller, but for those that come and go with the priorities of what is queued. */
    private static Set<String> series(World world) {
        return world.series().stream().filter(name -> name.contains("\"" + NOTES + "\""))
                .filter(name -> !name.contains("priority=")).collect(Collectors.toSet());
    }

    private static Controller<ConfigMap> next(World world, Set<String> byNext, Map<String, AtomicInteger> failures) {
        return world.notesBuilder().workers(KEYS + DELAYED + FAILING) // so that no key waits for another
                .rateLimiter(RateLimiter.exponential(Duration.ofMillis(1), Duration.ofHours(100)))
                .reconciler((request, context) -> {
                    byNext.add(request.name());
                    world.journal.<ConfigMap>noting(Reconcilers::note).reconcile(request, context);
                    if (request.name().startsWith("failing")) {
                        failures.computeIfAbsent(request.name(), name -> new AtomicInteger()).incrementAndGet();
                        throw new IllegalStateException("fails as it is meant to");
                    }
                    return Result.done();
                }).build();
    }

    @Scenario
    void oneThatAlwaysFailsIsTakenBackAndWhatItHadIsDoneByTheOneBefore(World world) throws Exception {
        Outside outside = world.outside(SOUTH);
        world.connect(SOUTH);
        ControllerHandle<ConfigMap> notes = world.notes();
        outside.each(all().subList(0, 200), name -> outside.note(name, "0"));
        eventually(() -> assertThat(world.seen(NOTES, SOUTH, "note-199")).isEqualTo("0"));
        int watches = world.server(SOUTH).watches();
        Operation<ReplaceReport> replace = notes.replace(world.notesBuilder().reconciler((request, context) -> {
            throw new IllegalStateException("cannot do it");
        }).build(), ReplaceOptions.defaults().withProbation(LIMIT.multipliedBy(2)));
        outside.each(names("note", 200), name -> outside.overwrite(name, "1"));
        ReplaceReport report = replace.await(LIMIT);
        assertThat(report.outcome()).as(report.toString()).isEqualTo(ReplaceOutcome.ROLLED_BACK);
        assertThat(report.message()).contains("cannot do it");
        eventually(() -> assertThat(names("note", 200)).allMatch(name -> world.seen(NOTES, SOUTH, name).equals("1")));
        assertThat(world.journal.overlaps()).isEmpty();
        eventually(() -> assertThat(world.server(SOUTH).watches()).isEqualTo(watches));
        eventually(() -> assertThat(notes.state()).isEqualTo(UnitState.READY));
    }
}
