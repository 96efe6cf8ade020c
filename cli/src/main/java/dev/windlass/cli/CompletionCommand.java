package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(name = "completion", description = {"Print a completion script for a shell.",
        "bash, zsh: source <(./windlass completion)", "fish: ./windlass completion fish | source"})
final class CompletionCommand implements Callable<Integer> {
    /** Whose language the script is in; one script is both for bash and for zsh. */
    enum Shell {
        BASH, ZSH, FISH
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "SHELL", defaultValue = "bash", description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Shell shell;

    @Override
    public Integer call() {
        Terminal.standard().line(switch (shell) {
            case BASH, ZSH -> AutoComplete.bash("windlass", spec.root().commandLine());
            case FISH -> FishCompletion.of(spec.root());
        });
        return 0;
    }
}
