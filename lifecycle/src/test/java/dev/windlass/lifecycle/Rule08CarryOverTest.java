package dev.windlass.lifecycle;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** What is exported at a stop is kept until the next start takes it, or until a remove reports it as discarded. */
@Timeout(60)
class Rule08CarryOverTest {

    /** Some keys of work. */
    record Keys(List<String> keys) implements CarryOver {

        Keys(String... keys) {
            this(List.of(keys));
        }

        @Override
        public long count() {
            return keys.size();
        }

        @Override
        public List<String> sample(int max) {
            return keys.stream().limit(max).toList();
        }
    }

    private final Manager manager = Manager.create();

    @BeforeEach
    void begin() {
        manager.start();
    }

    @AfterEach
    void end() {
        Trial.end(manager);
    }

    private static Keys numbered(int count) {
        return new Keys(IntStream.range(0, count).mapToObj(i -> "key-" + i).toList());
    }

    @Test
    void theNextStartGetsWhatTheStopLeft() throws Exception {
        List<Optional<CarryOver>> found = new ArrayList<>(); // one generation after the other
        RunnableHandle unit = manager.add("unit", context -> {
            found.add(context.carryOver());
            context.carryOver(null);
            context.awaitStop();
            context.carryOver(numbered((int) context.generation()));
        });
        unit.ready().await();
        StopReport report = unit.stop().await();
        assertThat(report.carriedOver()).isEqualTo(1);
        assertThat(report.clean()).isTrue();
        assertThat(unit.status().carriedOver()).isEqualTo(1);
        unit.start().await();
        assertThat(unit.stop().await().carriedOver()).isEqualTo(2);
        assertThat(found).containsExactly(Optional.empty(), Optional.of(numbered(1)));
    }

    @Test
    void removeReportsWhatItGivesUpWithACountAndASampleOfTen() throws Exception {
        RunnableHandle unit = manager.add("unit", context -> {
            context.carryOver(numbered(1_000));
            context.account().discarded(2, List.of("own-1", "own-2"));
            context.awaitStop();
        });
        unit.ready().await();
        StopReport report = unit.remove().await();
        assertThat(report.discarded()).isEqualTo(1_002);
        assertThat(report.carriedOver()).isZero();
        assertThat(report.discardedSample()).hasSize(10).startsWith("own-1", "own-2", "key-0");
        assertThat(report.clean()).isFalse();
    }

    @Test
    void removeOfAStoppedScopeReportsWhatItsChildrenHadLeft() throws Exception {
        RunnableHandle scope = manager.add("scope", context -> {
            context.add("child", inner -> {
                inner.carryOver(numbered(5));
                inner.awaitStop();
            }).ready().await();
            context.awaitStop();
        });
        Trial.until(() -> manager.find("scope/child").map(child -> child.status().carriedOver() == 5).orElse(false));
        scope.stop().await();
        StopReport report = scope.remove().await();
        assertThat(report.clean()).isFalse();
        assertThat(report.children()).hasSize(1);
        assertThat(report.children().getFirst().discarded()).isEqualTo(5);
        assertThat(manager.units()).isEmpty();
    }

    @Test
    void childrenAdoptedByTheNextGenerationOfTheirScopeKeepTheirCarryOver() throws Exception {
        List<Long> found = new CopyOnWriteArrayList<>();
        RunnableHandle scope = manager.add("scope", context -> {
            context.add("child", inner -> {
                found.add(inner.carryOver().map(CarryOver::count).orElse(0L));
                inner.awaitStop();
                inner.carryOver(numbered(7));
            }).ready().await();
            context.awaitStop();
        });
        Trial.until(() -> found.size() == 1);
        scope.stop().await();
        scope.start().await();
        Trial.until(() -> found.size() == 2);
        assertThat(found).containsExactly(0L, 7L);
    }

    @Test
    void aStopWhileAStartImportsLosesNothing() throws Exception {
        Random random = new Random(42);
        manager.add(Task.of(RunnableSpec.builder("unit").signalsReadiness(true).build(), context -> {
            List<String> queue = new ArrayList<>();
            try {
                if (context.carryOver().orElse(numbered(100)) instanceof Keys left) {
                    for (String key : left.keys()) {
                        if (context.stopping().isSet()) {
                            return; // what was left stays left
                        }
                        queue.add(key);
                    }
                    context.carryOver(null);
                }
                context.ready();
                context.awaitStop();
            } finally {
                if (queue.size() == 100) {
                    context.carryOver(new Keys(queue));
                }
            }
        }));
        RunnableHandle unit = manager.find("unit").orElseThrow();
        unit.ready().await();
        for (int i = 0; i < 300; i++) {
            unit.stop().await();
            assertThat(unit.status().carriedOver()).isEqualTo(100);
            unit.start();
            for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                Thread.onSpinWait();
            }
        }
    }
}
