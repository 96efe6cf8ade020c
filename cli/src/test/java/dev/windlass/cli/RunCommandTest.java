package dev.windlass.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What run refuses before it has spoken to any cluster; what it does on clusters is tested on a real one too. */
@Timeout(120)
class RunCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void whatIsNotClearIsRefusedInOneMessage() throws Exception {
        Path file = Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: north
                clusters: [{name: here, cluster: {server: "https://127.0.0.1:1"}}]
                contexts: [{name: north, context: {cluster: here}}, {name: south, context: {cluster: here}}]
                """);
        String config = file.toString();
        assertRefused(2, List.of(), "--kubeconfig FILE", "--in-cluster");
        assertRefused(2, List.of("--kubeconfig", config, "--in-cluster"), "give one of them");
        assertRefused(2, List.of("--kubeconfig", config), "several contexts", "north, south");
        assertRefused(1, List.of("--kubeconfig", config, "--context", "west"), "\"west\"", "[north, south]");
        assertRefused(1, List.of("--kubeconfig", folder.resolve("nothing").toString()), "nothing", "does not exist");
        assertRefused(1, List.of("--in-cluster"), "does not run in a pod", "KUBERNETES_SERVICE_HOST");
        assertRefused(2, List.of("--kubeconfig", config, "--context", "north", "--lease-namespace", "x"),
                "--leader-elect");
        assertRefused(2, List.of("--kubeconfig", config, "--context", "north", "--workers", "0"), "--workers is 0");
        assertRefused(2, List.of("--kubeconfig", config, "--context", "north", "--log-format", "xml"), "xml",
                "TEXT, JSON");
    }

    private void assertRefused(int code, List<String> options, String... words) throws Exception {
        String[] arguments = new String[options.size() + 1];
        arguments[0] = "run";
        for (int i = 0; i < options.size(); i++) {
            arguments[i + 1] = options.get(i);
        }
        CommandProcess process = CommandProcess.run(folder, arguments);
        assertThat(process.code()).as(process.toString()).isEqualTo(code);
        assertThat(process.err()).startsWith("windlass: ").contains(words).doesNotContain("\tat ", "Exception");
        assertThat(process.err().lines()).as(process.err()).hasSizeLessThanOrEqualTo(2);
    }
}
