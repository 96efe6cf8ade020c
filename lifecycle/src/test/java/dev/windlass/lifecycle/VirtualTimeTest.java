package dev.windlass.lifecycle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class VirtualTimeTest {

    private final VirtualTime time = new VirtualTime();

    @Test
    void timersRunInOrderAtTheirMoments() {
        List<String> ran = new ArrayList<>();
        time.after(Duration.ofSeconds(3), () -> ran.add("c at " + time.nanos() / 1_000_000_000));
        time.after(Duration.ofSeconds(1), () -> {
            ran.add("a at " + time.nanos() / 1_000_000_000);
            time.after(Duration.ofSeconds(1), () -> ran.add("b at " + time.nanos() / 1_000_000_000));
        });
        time.after(Duration.ofSeconds(3), () -> ran.add("d"));
        Timer withdrawn = time.after(Duration.ofSeconds(2), () -> ran.add("never"));
        assertThat(withdrawn.cancel()).isTrue();
        assertThat(withdrawn.cancel()).isFalse();
        time.advance(Duration.ofSeconds(10));
        assertThat(ran).containsExactly("a at 1", "b at 2", "c at 3", "d");
        assertThat(time.now()).hasToString("2000-01-01T00:00:10Z");
    }

    @Test
    void aThreadThatSleepsInALoopRunsThroughAsManyRoundsAsFit() {
        AtomicInteger rounds = new AtomicInteger();
        try (Manager manager = Manager.builder().time(time).build()) {
            manager.add("ticker", context -> {
                while (context.sleep(Duration.ofSeconds(1))) {
                    rounds.incrementAndGet();
                }
            });
            manager.start();
            time.awaitParked(1);
            time.advance(Duration.ofMillis(999));
            assertThat(rounds).hasValue(0);
            time.advance(Duration.ofMillis(1));
            assertThat(rounds).hasValue(1);
            time.advance(Duration.ofSeconds(100));
            assertThat(rounds).hasValue(101);
        }
        assertThat(time.parked()).isZero();
    }

    @Test
    void threadsWakeOneAfterTheOtherInTheOrderOfTheirMoments() {
        List<String> woken = new CopyOnWriteArrayList<>();
        try (Manager manager = Manager.builder().time(time).build()) {
            for (int i = 1; i <= 20; i++) {
                Duration sleep = Duration.ofSeconds(i);
                manager.add("unit-" + i, context -> {
                    if (context.sleep(sleep)) {
                        woken.add(context.name());
                    }
                    context.awaitStop();
                });
            }
            manager.start();
            time.awaitParked(20);
            time.advance(Duration.ofSeconds(20));
            assertThat(woken).hasSize(20).isSortedAccordingTo((a, b) -> number(a) - number(b));
        }
    }

    private static int number(String name) {
        return Integer.parseInt(name.substring("unit-".length()));
    }
}
