package dev.windlass.modules;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.ReplaceOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What {@code docs/modules.md} shows is code that compiles and runs. */
@Timeout(120)
class ModulesPageTest {

    private static final Pattern BLOCK = Pattern.compile("(?:<!-- from: (\\S+) -->\n)?```java\n(.*?)```",
            Pattern.DOTALL);

    @TempDir
    private Path folder;

    private static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (at != null && !Files.isDirectory(at.resolve("docs"))) {
            at = at.getParent();
        }
        if (at == null) {
            throw new IllegalStateException("no docs folder above " + Path.of("").toAbsolutePath());
        }
        return at;
    }

    private static String unindented(String text) {
        return text.lines().map(String::strip).reduce("", (all, line) -> all + "\n" + line);
    }

    @Test
    void allItsCodeStandsInTheFileThatItNames() throws IOException {
        String page = Files.readString(repository().resolve("docs/modules.md"));
        assertThat(BLOCK.matcher(page).results()).hasSize(2).allSatisfy(this::stands);
        for (UnloadState state : UnloadState.values()) {
            assertThat(page).contains("| `" + state + "` |");
        }
    }

    private void stands(MatchResult block) {
        assertThat(block.group(1)).as("where this is from: %s", block.group(2)).isNotNull();
        try {
            assertThat(unindented(Files.readString(repository().resolve(block.group(1)))))
                    .contains(unindented(block.group(2)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void loadingReloadingUnloading() throws Exception {
        String unit = "Task.of(\"ticker\", RunnableContext::awaitStop)";
        Path version1 = Jars.module(folder, "1", unit).build("billing-1.jar");
        Path version2 = Jars.module(folder, "2", unit).build("billing-2.jar");
        ReplaceOptions options = ReplaceOptions.defaults().withProbation(Duration.ofMillis(20));
        try (Manager manager = Manager.create()) {
            manager.start();
            ModuleHandle billing = manager.add(Module.fromJar(version1));
            billing.ready().await();
            ReloadReport reloaded = billing.reload(version2, options).await(); // billing 1 → 2 replaced: 1 unit replaced
            UnloadReport unloaded = billing.unload().await(); // billing 2 (load 2): PENDING
            assertThat(reloaded).hasToString("billing 1 → 2 replaced: 1 unit replaced");
            assertThat(unloaded).hasToString("billing 2 (load 2): PENDING");
        }
    }
}
