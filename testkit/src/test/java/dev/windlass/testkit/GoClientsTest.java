package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.apiserver.RequestRecord;
import java.io.BufferedReader;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * client-go and controller-runtime find on both kinds of server what they expect. The Go program's lines, one for each of its
 * checks, are in the failure.
 */
@Tag("real-apiserver")
@Timeout(value = 40, unit = TimeUnit.MINUTES) // it may have to be built
class GoClientsTest {

    private static final List<String> SOURCES = List.of("go.mod", "go.sum", "main.go", "clients.go", "informers.go",
            "manager.go");
    private static final int CHECKS = 16;

    @TempDir
    private Path folder;

    private static Path program() throws InterruptedException {
        GoProgram.Recipe recipe = new GoProgram.Recipe("the Go clients", " from Go modules, once per machine",
                "Install Go 1." + GoProgram.OLDEST_GO_MINOR + " or newer (https://go.dev/dl).",
                GoProgram.Recipe.sources(GoClientsTest.class, "goclients", SOURCES), "goclients", List.of(), "-s -w");
        return new GoProgram(GoProgram.userCache("goclients"), "go", recipe).file();
    }

    @Test
    void theEmbeddedServerIsOneForThem() throws Exception {
        // A bookmark would tell the informer of the versions that it is to miss.
        try (ApiServer server = ApiServer.builder().name("go").bookmarkInterval(Duration.ofDays(1)).start()) {
            AtomicInteger before = new AtomicInteger();
            assertThat(run(server.kubeconfig(), () -> {
                before.set(server.requests().size());
                server.compact();
                server.faults().dropWatches();
                return true;
            })).allMatch(line -> line.startsWith("ok "), "is ok").hasSize(CHECKS);
            List<RequestRecord> requests = server.requests();
            assertThat(requests.subList(before.get(), requests.size())).as("a list again, as a watch")
                    .anyMatch(request -> request.path().contains("/configmaps?")
                            && request.path().contains("sendInitialEvents=true")
                            && request.path().contains("by-go"));
        }
    }

    @Test
    void theRealServerIsOneForThem() throws Exception {
        try (RealApiServer server = RealApiServer.start("go")) {
            assertThat(run(server.kubeconfig(), () -> false)).allMatch(line -> line.startsWith("ok "), "is ok")
                    .hasSize(CHECKS);
        }
    }

    /** Does what only the owner of a server can do, if that is possible. */
    private interface Forgetting {
        boolean forget() throws Exception;
    }

    /** @return the lines of the checks */
    private List<String> run(String access, Forgetting forgetting) throws Exception {
        Path kubeconfig = folder.resolve("kubeconfig");
        Files.writeString(kubeconfig, access);
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(program().toString(), kubeconfig.toString())
                .redirectError(errors.toFile()).start();
        List<String> lines = new ArrayList<>();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
                Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.equals("please forget")) {
                    in.write(forgetting.forget() ? "done\n" : "no\n");
                    in.flush();
                } else {
                    lines.add(line);
                }
            }
            int code = process.waitFor();
            assertThat(code).as("%s%n%s", lines, Files.readString(errors)).isZero();
            return lines;
        } finally {
            process.destroyForcibly();
        }
    }
}
