package dev.windlass.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a newcomer reads is true: programs compile and do what they say, and links lead somewhere. */
@Timeout(120)
class ReadmeTest {
    private static final Path ROOT = Path.of("..");
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:|#)([^)#]+)(?:#[^)]*)?\\)");
    private static final String IMPORTS = """
            import dev.windlass.controller.*;
            import dev.windlass.examples.website.*;
            import dev.windlass.kubernetes.*;
            import dev.windlass.lifecycle.*;
            import io.fabric8.kubernetes.api.model.ConfigMap;
            import io.fabric8.kubernetes.api.model.apps.Deployment;
            import java.nio.file.Path;
            import java.time.Duration;
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void theTenLinesRunAndPrintWhatTheirCommentSays() throws Exception {
        String program = programs().getFirst();
        compile(IMPORTS + "class TenLines { static void main() throws Exception {\n" + program + "} }");

        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                folder + ":" + System.getProperty("java.class.path"), "TenLines")
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        assertThat(program).contains("// ticker#1 stopped in 0.4 ms, nothing left");
        assertThat(out.lines().toList().getLast()).matches("ticker#1 stopped in [0-9.]+ ms, nothing left");
    }

    @Test
    void theControllerCompiles() throws Exception {
        compile(IMPORTS + "class Snippet { void run(Manager manager, Path kubeconfig) throws Exception {\n"
                + programs().get(1) + "} }");
    }

    @Test
    void linksLeadSomewhere() throws Exception {
        List<Path> pages = new ArrayList<>();
        try (Stream<Path> root = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.concat(root, docs).filter(path -> path.toString().endsWith(".md")).forEach(pages::add);
        }
        assertThat(pages).hasSizeGreaterThan(5);
        for (Path page : pages) {
            assertThat(LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)))
                    .as("links of " + page)
                    .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists());
        }
    }

    private static List<String> programs() throws Exception {
        return PROGRAM.matcher(Files.readString(ROOT.resolve("README.md"))).results()
                .map((MatchResult block) -> block.group(1)).toList();
    }

    private void compile(String source) throws Exception {
        String name = source.replaceAll("(?s).*\nclass (\\w+) .*", "$1");
        Path file = Files.writeString(folder.resolve(name + ".java"), source);
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, "-proc:none", "-d", folder.toString(),
                "-cp", System.getProperty("java.class.path"), file.toString());
        assertThat(code).as(source).isZero();
    }
}
