package dev.windlass.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(name = "completion", description = {"Print a completion script for bash and zsh.",
        "Use it with: source <(./windlass completion)"})
final class CompletionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() {
        Terminal.standard().line(AutoComplete.bash("windlass", spec.root().commandLine()));
        return 0;
    }
}
