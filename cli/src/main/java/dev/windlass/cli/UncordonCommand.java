package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "uncordon", description = "End a cordon: what was held back comes in.")
final class UncordonCommand extends HoldCommand {
    @Override
    public Integer call() {
        return hold("uncordon");
    }
}
