package dev.windlass.testkit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ControlPlaneTest {

    @TempDir
    private Path folder;

    @Test
    void withoutGoTheErrorNamesTheCommandAndTheRemedy() {
        assertThatThrownBy(() -> new ControlPlane(folder.resolve("cache"), "go-that-is-not-there").folder())
                .isInstanceOf(IllegalStateException.class).hasMessageContaining("\"go-that-is-not-there\"")
                .hasMessageContaining("Install Go 1.26").hasMessageContaining("KUBEBUILDER_ASSETS");
    }

    @Test
    void aGoThatIsTooOldIsNamed() throws Exception {
        String go = script("echo go version go1.18.1 linux/amd64");

        assertThatThrownBy(() -> new ControlPlane(folder.resolve("cache"), go).folder())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("go1.18.1").hasMessageContaining("Install Go 1.26");
    }

    @Test
    void aGoThatRefusesTheModuleIsQuoted() throws Exception {
        String go = script("echo 'go: go.mod requires go >= 1.26.0 (running go 1.22.1; GOTOOLCHAIN=local)'; exit 1");

        assertThatThrownBy(() -> new ControlPlane(folder.resolve("cache"), go).folder())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("requires go >= 1.26.0").hasMessageContaining("Install Go 1.26");
    }

    @Test
    void aFailedBuildShowsTheCompilersWordsAndLeavesNothing() throws Exception {
        String go = script(
                "[ $1 = version ] && echo go version go1.26.8 linux/amd64 && exit 0; echo no space left; exit 3");

        assertThatThrownBy(() -> new ControlPlane(folder.resolve("cache"), go).folder())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("failed with 3").hasMessageContaining("no space left");
        try (var homes = Files.list(folder.resolve("cache"))) {
            assertThat(homes.findFirst().orElseThrow().toFile().list()).containsExactlyInAnyOrder("lock", "source");
        }
    }

    @Test
    void manyWhoAskAtOnceBuildOnce() throws Exception {
        String go = script("""
                [ $1 = version ] && echo go version go1.26.8 linux/amd64 && exit 0
                echo built >> %s
                while [ "$1" != -o ]; do shift; done
                printf '#!/bin/sh\\n' > $2; chmod +x $2
                """.formatted(folder.resolve("builds")));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Path> ask = () -> new ControlPlane(folder.resolve("cache"), go).folder();
            List<Future<Path>> found = threads.invokeAll(Collections.nCopies(4, ask));
            for (Future<Path> one : found) {
                assertThat(one.get()).isEqualTo(found.getFirst().get());
                assertThat(one.get().resolve("kubectl")).isExecutable();
            }
        }
        assertThat(folder.resolve("builds")).hasContent("built");
        assertThat(new ControlPlane(folder.resolve("cache"), "go-that-is-not-there").folder()).isDirectory();
    }

    private String script(String text) throws Exception {
        Path script = folder.resolve("go");
        Files.writeString(script, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        return script.toString();
    }
}
