package dev.windlass.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "version", description = "Print the versions of windlass and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
    @Override
    public Integer call() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        Terminal.standard().line("windlass %s, Java %s (%s)".formatted(properties.getProperty("version"),
                Runtime.version(), System.getProperty("java.vendor")));
        return 0;
    }
}
