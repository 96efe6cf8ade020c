package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A manager that runs, into which modules are loaded, for tests of that. */
abstract class Loading {

    static final Duration HANG = Duration.ofSeconds(60);
    /** A unit that does nothing until it is stopped. */
    static final String TICKER = "Task.of(\"ticker\", RunnableContext::awaitStop)";

    @TempDir
    Path folder;

    final Manager manager = Manager.create();

    @BeforeEach
    final void startTheManager() {
        manager.start();
    }

    @AfterEach
    final void endTheManager() {
        manager.close();
    }

    /** Returns when all that were unloaded of a version are gone, of which there must be some. */
    final List<UnloadReport> proved(String version) {
        return Awaitility.await().atMost(HANG).until(() -> {
            System.gc();
            return Modules.of(manager).unloads().stream().filter(report -> report.version().equals(version)).toList();
        }, reports -> !reports.isEmpty()
                && reports.stream().allMatch(report -> report.state() == UnloadState.PROVED));
    }
}
