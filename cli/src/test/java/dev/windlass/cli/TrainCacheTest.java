package dev.windlass.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The processes of {@code windlass train-cache}. */
@Timeout(300)
class TrainCacheTest {
    private static final Duration BOUND = Duration.ofMinutes(2);

    @TempDir
    private Path folder;

    @Test
    void sigtermEndsTheRunThatItHasStartedTooAndLeavesNoFolder() throws Exception {
        Path err = folder.resolve("err");
        Process process = CommandProcess.start(folder, folder.resolve("out"), err, "train-cache",
                folder.resolve("windlass.aot").toString());
        List<ProcessHandle> started = List.of();
        try {
            await().atMost(BOUND).until(() -> process.children().findAny().isPresent() || !process.isAlive());
            started = process.descendants().toList();
            assertThat(started).as(CommandProcess.text(err)).isNotEmpty();
            process.destroy();
            process.waitFor();
            for (ProcessHandle each : started) {
                await().atMost(BOUND).until(() -> !each.isAlive());
            }
            assertThat(folder.resolve("windlass")).isEmptyDirectory();
        } finally {
            started.forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
    }
}
