package dev.windlass.benchmarks.suite;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What becomes of programs that end, fail and hang. They are shells, so Linux is needed, as for the benchmarks themselves. */
@Timeout(60)
class ProgramTest {

    private static final Duration LONG = Duration.ofSeconds(50);

    private final List<String> figures = new ArrayList<>();

    private void run(Duration limit, String script) throws Exception {
        new Program(() -> List.of("/bin/sh", "-c", script)).run(limit, figure -> figures.add(figure.name() + "="
                + figure.value() + figure.unit()));
    }

    @Test
    void figuresAreReadAndOtherLinesAreNot() throws Exception {
        run(LONG, "echo hello; echo '{\"name\":\"stop\",\"value\":1.5,\"unit\":\"ms\"}'");

        assertThat(figures).containsExactly("stop=1.5ms");
    }

    @Test
    void oneThatFailsIsToldWithItsExitCodeItsLastFigureAndWhatItSaid() {
        assertThatThrownBy(
                () -> run(LONG, "echo '{\"name\":\"synced\",\"value\":2,\"unit\":\"ms\"}'; echo no route >&2; exit 3"))
                .isInstanceOfSatisfying(Program.FailedException.class, failure -> {
                    assertThat(failure).hasMessage("ended with exit code 3; its last figure: synced");
                    assertThat(failure.errors()).isEqualTo("no route");
                    assertThat(failure.hung()).isFalse();
                });
        assertThat(figures).containsExactly("synced=2.0ms");
    }

    @Test
    void oneThatHangsIsKilledWithTheProcessesThatItHasStarted() {
        assertThatThrownBy(() -> run(Duration.ofSeconds(2),
                "sleep 1000 & echo '{\"name\":\"child\",\"value\":'$!',\"unit\":\"\"}'; sleep 1000"))
                .isInstanceOfSatisfying(Program.FailedException.class, failure -> {
                    assertThat(failure).hasMessage("did not end within 2 s and was killed; its last figure: child");
                    assertThat(failure.hung()).isTrue();
                });
        long child = (long) Double.parseDouble(figures.getFirst().substring("child=".length()));
        // It held the output of the program: that the reading of it has ended says that it was killed. It may still have to be reaped.
        Optional<ProcessHandle> left = ProcessHandle.of(child).filter(ProcessHandle::isAlive);
        left.ifPresent(process -> process.onExit().join());
        assertThat(ProcessHandle.of(child).filter(ProcessHandle::isAlive)).isEmpty();
    }
}
