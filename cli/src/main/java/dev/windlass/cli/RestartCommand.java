package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "restart", description = "Stop a unit and start it again, with the work that it left. At once, when it waits for its next try.")
final class RestartCommand extends EndCommand {
    @Override
    public Integer call() {
        return start("restart", options());
    }
}
