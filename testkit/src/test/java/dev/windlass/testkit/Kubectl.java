package dev.windlass.testkit;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs kubectl for tests. */
final class Kubectl {

    private final Path config;

    Kubectl(Path folder, String name, String kubeconfig) throws IOException {
        config = folder.resolve(name + ".kubeconfig");
        Files.writeString(config, kubeconfig);
    }

    record Result(int code, String output) {
    }

    Process start(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(RealApiServer.kubectl().toString(), "--kubeconfig=" + config,
                "--cache-dir=" + config.resolveSibling("cache")));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    Result run(String input, String... arguments) throws Exception {
        Process process = start(arguments);
        try (var out = process.outputWriter(StandardCharsets.UTF_8)) {
            out.write(input);
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output);
    }

    String must(String... arguments) throws Exception {
        return apply("", arguments);
    }

    String apply(String input, String... arguments) throws Exception {
        Result result = run(input, arguments);
        if (result.code() != 0) {
            throw new AssertionError("kubectl " + String.join(" ", arguments) + ": " + result.output());
        }
        return result.output();
    }
}
