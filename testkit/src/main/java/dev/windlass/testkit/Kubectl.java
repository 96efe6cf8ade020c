package dev.windlass.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs the {@linkplain RealApiServer#kubectl() kubectl} of the real API server's version, as one user of one cluster. It
 * reads no configuration of the user who runs the tests.
 */
public final class Kubectl {

    private final Path program;
    private final Path config;
    private final Path home;

    /**
     * Prepares to run; what kubectl has to keep goes into the folder.
     *
     * @param folder which may be shared by several
     * @param name of the files in the folder, different for each
     * @param kubeconfig the text of a kubeconfig
     * @throws IllegalStateException if there is no kubectl and it cannot be built; see {@link RealApiServer#kubectl()}
     */
    public Kubectl(Path folder, String name, String kubeconfig) throws IOException, InterruptedException {
        program = RealApiServer.kubectl();
        config = folder.resolve(name + ".kubeconfig");
        home = folder.resolve(name + ".home");
        Files.writeString(config, kubeconfig);
    }

    /**
     * What a command did.
     *
     * @param code its exit code
     * @param output what it printed, to standard output and to standard error
     */
    public record Result(int code, String output) {
    }

    /**
     * Starts a command that does not end by itself, such as {@code get -w}.
     *
     * @return the process; both of its outputs are one
     */
    public Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString(), "--kubeconfig=" + config));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("HOME", home.toString());
        builder.environment().keySet().removeIf(name -> name.startsWith("KUBE"));
        return builder.start();
    }

    /** Runs a command to its end. */
    public Result run(String... arguments) throws IOException, InterruptedException {
        return runWith("", arguments);
    }

    /** Runs a command to its end, with a text on standard input. */
    public Result runWith(String input, String... arguments) throws IOException, InterruptedException {
        Process process = start(arguments);
        boolean ended = false;
        try {
            write(input, process);
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int code = process.waitFor();
            ended = true;
            return new Result(code, output);
        } finally {
            if (!ended) {
                process.destroyForcibly();
            }
        }
    }

    private static void write(String input, Process process) throws IOException {
        try (OutputStream out = process.getOutputStream()) {
            out.write(input.getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Runs a command that must succeed.
     *
     * @return what it printed
     * @throws AssertionError with what it printed, if its exit code is not 0
     */
    public String must(String... arguments) throws IOException, InterruptedException {
        return mustWith("", arguments);
    }

    /** Runs a command that must succeed, with a text on standard input; see {@link #must}. */
    public String mustWith(String input, String... arguments) throws IOException, InterruptedException {
        Result result = runWith(input, arguments);
        if (result.code() != 0) {
            throw new AssertionError("kubectl %s ended with %d: %s".formatted(String.join(" ", arguments),
                    result.code(), result.output()));
        }
        return result.output();
    }
}
