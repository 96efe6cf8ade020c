package dev.windlass.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

@Command(name = "version", description = "Print the versions of windlass and of the Java that runs it.")
final class VersionCommand implements Callable<Integer>, IVersionProvider {
    @Override
    public Integer call() throws IOException {
        for (String line : getVersion()) {
            Terminal.standard().line(line);
        }
        return 0;
    }

    @Override
    public String[] getVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = VersionCommand.class.getResourceAsStream("version.properties")) {
            properties.load(in);
        }
        return new String[]{"windlass %s, Java %s (%s)".formatted(properties.getProperty("version"), Runtime.version(),
                System.getProperty("java.vendor"))};
    }
}
