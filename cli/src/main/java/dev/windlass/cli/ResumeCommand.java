package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "resume", description = "End a pause.")
final class ResumeCommand extends HoldCommand {
    @Override
    public Integer call() {
        return hold("resume");
    }
}
