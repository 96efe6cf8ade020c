package dev.windlass.cli;

import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.RunnableSpec;
import dev.windlass.lifecycle.Task;
import dev.windlass.server.AdminServer;
import dev.windlass.server.BindAddress;
import dev.windlass.server.ServerHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/** The page about the admin API: its commands do what it says, in the order in which they stand there. */
@Timeout(120)
class AdminApiPageTest {
    private static final Path PAGE = Path.of("../docs/admin-api.md");
    private static final Duration BOUND = Duration.ofSeconds(30);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final Manager manager = Manager.builder().name("demo").build();

    @BeforeEach
    void start() throws Exception {
        ServerHandle server = manager.add(AdminServer.at(BindAddress.loopback(0), folder.resolve("windlass")));
        for (String name : List.of("cluster/south", "controller/websites")) {
            manager.add(Task.of(RunnableSpec.builder(name).build(), RunnableContext::awaitStop));
        }
        manager.start();
        server.ready().await(BOUND);
        for (String name : List.of("cluster/south", "controller/websites")) {
            manager.find(name).orElseThrow().ready().await(BOUND);
        }
    }

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void itsCommandsWorkAndItsAnswersLookLikeThat() throws Exception {
        List<JsonNode> answers = answers(blocks("sh").collect(Collectors.joining("\n")));
        assertThat(answers).hasSize(13);
        List<JsonNode> shown = blocks("json").map(JsonMapper.shared()::readTree).toList();
        assertThat(shown).hasSize(4).allSatisfy(
                example -> assertThat(answers).anySatisfy(answer -> assertLooksLike(answer, example)));
    }

    /** Each value that is printed, or each line of a stream. */
    private List<JsonNode> answers(String script) throws Exception {
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder("sh", "-e", "-c", script).redirectError(errors.toFile());
        builder.environment().put("XDG_RUNTIME_DIR", folder.toString());
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out + Files.readString(errors)).isZero();
        return out.lines().filter(line -> !line.isBlank()).map(JsonMapper.shared()::readTree).toList();
    }

    /** All fields that the page shows are there; what it says in words or numbers is of its day. */
    private static void assertLooksLike(JsonNode answer, JsonNode example) {
        assertThat(answer.propertyNames()).containsAll(example.propertyNames());
        example.properties().forEach(field -> {
            if (field.getValue().isObject() && answer.get(field.getKey()).isObject()
                    && !field.getKey().equals("states")) {
                assertLooksLike(answer.get(field.getKey()), field.getValue());
            }
        });
    }

    private static Stream<String> blocks(String language) throws Exception {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(PAGE))
                .results().map(block -> block.group(1));
    }
}
