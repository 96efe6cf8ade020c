package dev.windlass.cli;

import picocli.CommandLine.Command;

@Command(name = "stop", description = "Stop a unit and what is inside it. Its name and the work it holds stay.")
final class StopCommand extends EndCommand {
    @Override
    public Integer call() {
        return end("stop");
    }
}
