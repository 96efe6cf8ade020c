package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "remove", description = "Stop a unit and free its name. The work it holds is given up and reported.")
final class RemoveCommand extends EndCommand {
    @Override
    public Integer call() {
        return end("remove");
    }
}
