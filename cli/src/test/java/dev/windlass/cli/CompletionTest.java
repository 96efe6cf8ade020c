package dev.windlass.cli;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Model.CommandSpec;

import static org.assertj.core.api.Assertions.assertThat;

/** The completion scripts, by what the shell itself makes of them where it is installed. */
@Timeout(120)
class CompletionTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @Test
    void bashOffersCommandsOptionsAndValues() throws Exception {
        Path script = script("bash");
        assertThat(bash(script, "windlass", "st")).containsExactlyInAnyOrder("start", "stop");
        assertThat(bash(script, "windlass", "stop", "--ti")).containsExactly("--timeout");
        assertThat(bash(script, "windlass", "run", "--log-format", "")).containsExactlyInAnyOrder("TEXT", "JSON");
        assertThat(bash(script, "windlass", "get", "-o", "ya")).containsExactly("yaml");
        assertThat(bash(script, "windlass", "quota", "wh")).containsExactly("what-if");
        assertThat(bash(script, "windlass", "get", "--ad")).containsExactly("--address");
        assertThat(bash(script, "windlass", "run", "--ad")).containsExactly("--admin-address");
    }

    private List<String> bash(Path script, String... words) throws Exception {
        return bashLike("bash", "COMP_CWORD=" + (words.length - 1), script, words);
    }

    /** Calls the completion function as the shell does, with the words that were typed. */
    private List<String> bashLike(String shell, String index, Path script, String... words) throws Exception {
        String typed = Stream.of(words).map(word -> "'" + word + "'").reduce("", (all, word) -> all + " " + word);
        String program = "source '%s'\nCOMP_WORDS=(%s)\n%s\n_complete_windlass\nprintf '%%s\\n' \"${COMPREPLY[@]}\""
                .formatted(script, typed, index);
        return run(shell, "-c", program);
    }

    @Test
    void zshTakesTheSameScript() throws Exception {
        Path script = script("zsh");
        assertThat(script).hasSameTextualContentAs(script("bash")).content().contains("bashcompinit");
        if (isInstalled("zsh")) {
            assertThat(run("zsh", "-f", "-c", "source '" + script + "' && print ${_comps[windlass]}"))
                    .anyMatch(line -> line.contains("_complete_windlass"));
        }
    }

    @Test
    void fishOffersCommandsOptionsAndValues() throws Exception {
        Path script = script("fish");
        if (isInstalled("fish")) {
            assertThat(fish(script, "windlass st")).containsExactlyInAnyOrder("start", "stop");
            assertThat(fish(script, "windlass stop --ti")).containsExactly("--timeout");
            assertThat(fish(script, "windlass run --log-format ")).containsExactlyInAnyOrder("text", "json");
            assertThat(fish(script, "windlass completion f")).containsExactly("fish");
            assertThat(fish(script, "windlass quota wh")).containsExactly("what-if");
        }
        assertThat(script).content().contains("-n 'not __fish_seen_subcommand_from demo run apiserver "
                + "completion train-cache version' -l address ");
        assertComplete(Files.readAllLines(script), Windlass.commandLine(new Windlass()).getCommandSpec());
    }

    /** Each command and each of its long options has its line. */
    private static void assertComplete(List<String> lines, CommandSpec spec) {
        spec.subcommands().forEach((name, command) -> {
            assertThat(lines).as(name).anyMatch(line -> line.contains(" -a " + name + " -d "));
            command.getCommandSpec().options().stream().filter(option -> !option.inherited() && !option.hidden())
                    .forEach(option -> assertThat(lines).as(name + " " + option.longestName())
                            .anyMatch(line -> line.contains("__fish_seen_subcommand_from " + name)
                                    && line.contains(" -l " + option.longestName().substring(2))));
            assertComplete(lines, command.getCommandSpec());
        });
        assertThat(lines).allMatch(line -> line.startsWith("#") || line.startsWith("complete -c windlass "));
    }

    private List<String> fish(Path script, String typed) throws Exception {
        return run("fish", "--no-config", "-c", "source '%s'; complete -C '%s'".formatted(script, typed)).stream()
                .map(line -> line.replaceFirst("\t.*", "")).toList();
    }

    private Path script(String shell) throws Exception {
        CommandProcess process = CommandProcess.run(folder, "completion", shell);
        assertThat(process.code()).as(process.err()).isZero();
        return Files.writeString(folder.resolve("completion." + shell), process.out());
    }

    private static boolean isInstalled(String shell) {
        return Stream.of(System.getenv("PATH").split(":")).anyMatch(bin -> Files.isExecutable(Path.of(bin, shell)));
    }

    private List<String> run(String... command) throws Exception {
        Path errors = folder.resolve("errors");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
        builder.environment().put("HOME", folder.toString());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out + Files.readString(errors)).isZero();
        return out.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }
}
