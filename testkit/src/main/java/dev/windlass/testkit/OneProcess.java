package dev.windlass.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Starts the program that {@link ControlPlane} builds. It bounds its own start, and says on which port it listens. */
final class OneProcess {

    private OneProcess() {
    }

    static RunningServer start(String name, Map<String, List<String>> users, Path program) throws InterruptedException {
        Process process = null;
        Path folder = null;
        boolean started = false;
        try {
            folder = Files.createTempDirectory("windlass-" + name + "-");
            Path log = folder.resolve("server.log");
            process = new ProcessBuilder(command(users, program, folder)).redirectError(log.toFile()).start();
            RunningServer server = announced(name, process, folder, log);
            started = true;
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the API server %s cannot be started with %s: %s".formatted(name, program, e), e);
        } finally {
            if (!started && folder != null) {
                RunningServer.end(process == null ? List.of() : List.of(process), folder);
            }
        }
    }

    private static List<String> command(Map<String, List<String>> users, Path program, Path folder) {
        List<String> command = new ArrayList<>(List.of(program.toString(), "serve", "--dir", folder.toString()));
        users.forEach((user, groups) -> {
            command.add("--user");
            command.add(user + "=" + String.join(",", groups));
        });
        return command;
    }

    private static RunningServer announced(String name, Process process, Path folder, Path log) throws IOException {
        // The program ends by itself, and with it this line, when it is not ready within its limit.
        BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
        String line = reader.readLine();
        if (line == null) {
            throw new IllegalStateException("the API server %s did not start:\n%s".formatted(name, Folders.tail(log)));
        }
        try {
            JsonNode announcement = JsonMapper.shared().readTree(line);
            Map<String, String> tokens = new HashMap<>();
            announcement.path("tokens").properties()
                    .forEach(token -> tokens.put(token.getKey(), token.getValue().asString()));
            return new RunningServer(URI.create(announcement.path("url").asString()),
                    announcement.path("ca").asString(),
                    Map.copyOf(tokens), Path.of(announcement.path("audit").asString()), List.of(process), folder);
        } catch (JacksonException e) {
            throw new IllegalStateException("the API server %s announced itself with \"%s\"".formatted(name, line), e);
        }
    }
}
