package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "pause", description = "Hold back what a unit does: nothing is dispatched, its watches stay, nothing is lost. Kept through restarts.")
final class PauseCommand extends HoldCommand {
    @Override
    public Integer call() {
        return hold("pause");
    }
}
