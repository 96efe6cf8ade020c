package dev.windlass.cli;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the command as a user does: as a process of its own, seen by its output and exit code only. */
record CommandProcess(int code, String out, String err) {
    private static final long BOUND_SECONDS = 300;

    static CommandProcess run(Path runtimeDirectory, String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile("windlass", ".out");
        Path err = Files.createTempFile("windlass", ".err");
        try {
            Process process = start(runtimeDirectory, out, err, arguments);
            if (!process.waitFor(BOUND_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("windlass " + Arrays.toString(arguments) + " does not end; so far: "
                        + Files.readString(out) + Files.readString(err));
            }
            return new CommandProcess(process.exitValue(), Files.readString(out), Files.readString(err));
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    static Process start(Path runtimeDirectory, Path out, Path err, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-cp",
                        System.getProperty("java.class.path"), Windlass.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"))
                .redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", runtimeDirectory.toString());
        return builder.start();
    }

    List<String> lines() {
        return out.lines().toList();
    }

    static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
