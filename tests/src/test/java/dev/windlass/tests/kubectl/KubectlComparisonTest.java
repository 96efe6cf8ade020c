package dev.windlass.tests.kubectl;

import dev.windlass.testkit.EmbeddedApiServer;
import dev.windlass.testkit.RealApiServer;
import dev.windlass.testkit.TestApiServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** What kubectl prints is the same on both kinds of server, to the letter: several hundred commands, played side by side. */
@Tag("real-apiserver")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class KubectlComparisonTest {

    /** What may differ, and what stands for it. Columns are as wide as what is in them, so spaces count as one. */
    private static final List<Mask> MASKS = List.of(
            new Mask("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<uid>"),
            new Mask("\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(Z| \\+0000)", "<time>"),
            new Mask("\\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d \\+0000", "<time>"),
            new Mask("(?i)(resource ?version\"?: +\"?)\\d+", "$1<version>"),
            new Mask("10\\.\\d+\\.\\d+\\.\\d+", "<address>"),
            new Mask("\\b3[0-2]\\d{3}\\b", "<port>"),
            new Mask("\\b\\d+s\\b", "<age>"),
            new Mask("127\\.0\\.0\\.1:\\d+", "<server>"),
            new Mask("(LIVE|MERGED)-\\d+", "$1"),
            new Mask("eyJ\\S+", "<token>"),
            new Mask("[ \\t]+", " "),
            new Mask("(?m) $", ""),
            // The real server sees a service before the address that it has given it itself, now and then, and says so in an event.
            new Mask("(?m)^.* (ClusterIPNotAllocated|PortNotAllocated) .* is not allocated; repairing\\n", ""),
            new Mask("Events:\\n Type Reason Age From Message\\n ---- ------ ---- ---- -------\\n(?! )",
                    "Events: <none>\n"));

    private TestApiServer real;
    private TestApiServer embedded;

    @TempDir
    private Path folder;

    private record Mask(Pattern pattern, String replacement) {
        Mask(String pattern, String replacement) {
            this(Pattern.compile(pattern), replacement);
        }
    }

    @BeforeAll
    void start() throws Exception {
        real = RealApiServer.start("compared");
        embedded = EmbeddedApiServer.start("compared");
    }

    @AfterAll
    void stop() {
        try (TestApiServer first = real; TestApiServer second = embedded) {
            assertThat(first).isNotSameAs(second);
        }
    }

    static List<Commands.Part> parts() {
        return Commands.read();
    }

    @ParameterizedTest
    @MethodSource("parts")
    void bothServersHaveItPrintTheSame(Commands.Part part) throws Exception {
        try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<List<String>> playedOnReal = () -> play(part, real, folder.resolve("real"));
            Future<List<String>> expected = both.submit(playedOnReal);
            List<String> printed = play(part, embedded, folder.resolve("embedded"));
            assertThat(printed).containsExactlyElementsOf(expected.get());
        }
    }

    private static List<String> play(Commands.Part part, TestApiServer server, Path folder) throws Exception {
        Session session = Session.open(folder, server, part);
        session.run(new Commands.Command("create namespace " + session.namespace(), ""));
        List<String> printed = new ArrayList<>();
        for (Commands.Command command : part.commands()) {
            printed.add("$ " + command.line() + "\n" + session.run(command));
        }
        return printed;
    }

    /** Where one user works on one part. */
    private record Session(Path kubectl, Path folder, String namespace) {
        private static final String EDITOR = "sed -i -e s/nginx:/other:/ -e s/grey/green/";

        static Session open(Path folder, TestApiServer server, Commands.Part part)
                throws IOException, InterruptedException {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());
            Files.writeString(folder.resolve("kustomization.yaml"), "resources: [map.yaml]\nnamePrefix: k-\n");
            Files.writeString(folder.resolve("map.yaml"),
                    "{apiVersion: v1, kind: ConfigMap, metadata: {name: built}}\n");
            return new Session(RealApiServer.kubectl(), folder, part.title().replaceAll("[^a-z]+", "-"));
        }

        /** @return the exit code and what has been printed, masked */
        String run(Commands.Command command) throws IOException, InterruptedException {
            Path file = folder.resolve("file.yaml");
            Path output = folder.resolve("output");
            if (!command.input().isEmpty()) {
                Files.writeString(file, command.input());
            }
            List<String> words = new ArrayList<>(
                    List.of(kubectl.toString(), "--kubeconfig=" + folder.resolve("kubeconfig"),
                            "--namespace=" + namespace));
            command.words().forEach(
                    word -> words.add(
                            word.equals("FILE") ? file.toString() : word.equals("DIR") ? folder.toString() : word));
            ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true)
                    .redirectInput(command.input().isEmpty() ? Path.of("/dev/null").toFile() : file.toFile())
                    .redirectOutput(output.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("KUBE"));
            builder.environment().put("HOME", folder.toString());
            builder.environment().put("EDITOR", EDITOR);
            Process process = builder.start();
            try {
                return process.waitFor() + " " + mask(Files.readString(output));
            } finally {
                process.destroyForcibly();
            }
        }

        private String mask(String printed) {
            String masked = printed.replace(folder.toString(), "<folder>").replaceAll("/tmp/\\S+", "<temporary>");
            for (Mask mask : MASKS) {
                masked = mask.pattern().matcher(masked).replaceAll(mask.replacement());
            }
            return masked;
        }
    }
}
