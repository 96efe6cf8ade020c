package dev.windlass.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "stop", description = "Stop a unit and what is inside it. Its name and the work it holds stay.")
final class StopCommand extends EndCommand {
    @Option(names = "--cascade", description = "First stop the units that depend on it; otherwise the stop is refused.")
    private boolean cascade;

    @Override
    public Integer call() {
        return end("stop", cascade);
    }
}
