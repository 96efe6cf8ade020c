package dev.windlass.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The processes of one real API server.
 *
 * @param authority the certificate authority, PEM
 * @param tokens the users' tokens by user name
 * @param audit the file in which the server writes down its watches
 * @param processes in the order of their start; each ends when its standard input does
 * @param folder holds everything that the server wrote
 */
record RunningServer(URI url, String authority, Map<String, String> tokens, Path audit, List<Process> processes,
        Path folder) {

    private static final Duration END = Duration.ofSeconds(10);

    static void end(List<Process> processes, Path folder) {
        boolean interrupted = false;
        for (Process process : processes.reversed()) {
            try {
                process.getOutputStream().close();
            } catch (IOException e) {
                process.destroy(); // its pipe is broken, so it has ended or will not hear of the end
            }
            try {
                if (!process.waitFor(END.toMillis(), TimeUnit.MILLISECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            } catch (InterruptedException e) {
                process.destroyForcibly();
                interrupted = true;
            }
        }
        try {
            Folders.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the API server's data cannot be deleted: " + e, e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    void end() {
        end(processes, folder);
    }
}
