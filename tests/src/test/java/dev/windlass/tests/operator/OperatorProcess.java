package dev.windlass.tests.operator;

import dev.windlass.cli.Windlass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The windlass command as a process of its own, seen by its outputs and its exit code. */
final class OperatorProcess implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(2);

    private final Process process;
    private final Path runtime;
    private final Path out;
    private final Path err;

    private OperatorProcess(Process process, Path runtime, Path out, Path err) {
        this.process = process;
        this.runtime = runtime;
        this.out = out;
        this.err = err;
    }

    /**
     * Starts it.
     *
     * @param folder for its outputs and for what it leaves for others to find it; one for each process
     * @param environment beside that of this process
     */
    static OperatorProcess start(Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-cp", System.getProperty("java.class.path"),
                Windlass.class.getName()));
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, "windlass", ".out");
        Path err = Files.createTempFile(folder, "windlass", ".err");
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        builder.environment().putAll(environment);
        return new OperatorProcess(builder.start(), folder, out, err);
    }

    static OperatorProcess start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    static ConditionFactory eventually() {
        return await().atMost(LIMIT);
    }

    /** Runs another command beside it, which speaks to it. */
    String command(String... arguments) throws Exception {
        try (OperatorProcess command = start(runtime, arguments)) {
            assertThat(command.awaitEnd()).as(command.log()).isZero();
            return Files.readString(command.out);
        }
    }

    String log() throws IOException {
        return Files.readString(err);
    }

    /** Waits until the log has a line that matches; fails when the process ends before. */
    void awaitLog(String pattern) {
        eventually().untilAsserted(() -> {
            String log = log();
            if (!process.isAlive() && !log.matches("(?s).*" + pattern + ".*")) {
                throw new IllegalStateException("the process has ended: " + log);
            }
            assertThat(log).containsPattern(pattern);
        });
    }

    void requireAlive() throws IOException {
        if (!process.isAlive()) {
            throw new IllegalStateException("the process has ended: " + log());
        }
    }

    /** Asks it to end, as Kubernetes does. Returns its exit code. */
    int terminate() throws InterruptedException {
        process.destroy();
        return awaitEnd();
    }

    int awaitEnd() throws InterruptedException {
        eventually().until(() -> !process.isAlive());
        return process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
