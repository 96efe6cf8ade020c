package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "cordon", description = "Hold back what comes into a cluster: its connection stays, changes wait. Kept through restarts.")
final class CordonCommand extends HoldCommand {
    @Override
    public Integer call() {
        return hold("cordon");
    }
}
