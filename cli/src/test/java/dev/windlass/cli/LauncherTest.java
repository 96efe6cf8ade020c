package dev.windlass.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The script {@code windlass}, with a program for a JDK that says how it was called. */
@Timeout(60)
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path root;

    @Test
    void runsTheCommandAlsoWhereNothingCanBeLaidOut() throws Exception {
        Path jdk = root.resolve("jdk");
        for (String program : new String[]{"java", "javac"}) {
            Path file = jdk.resolve("bin").resolve(program);
            Files.createDirectories(file.getParent());
            Files.writeString(file, "#!/bin/sh\necho \"called with $*\"\n");
            assertThat(file.toFile().setExecutable(true)).isTrue();
        }
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        Path target = Files.createDirectories(root.resolve("cli/target"));
        Files.createDirectory(target.resolve("windlass.jsa")); // where a file is wanted, whoever runs this
        Files.createFile(target.resolve("windlass-cli.jar"));
        Files.createFile(target.resolve("windlass.built"));
        Path script = Files.copy(Path.of("../windlass"), root.resolve("windlass"));
        Process process = start(jdk, script);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        assertThat(said.lines()).singleElement().asString().startsWith("called with ").endsWith(" get --watch");
    }

    private static Process start(Path jdk, Path script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", script.toString(), "get", "--watch")
                .redirectErrorStream(true);
        builder.environment().put("JAVA_HOME", jdk.toString());
        return builder.start();
    }
}
