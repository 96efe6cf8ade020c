package dev.windlass.cli.demo;

import dev.windlass.examples.website.Manifests;
import dev.windlass.examples.website.Website;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs of the operator as a process on a new embedded API server each: until all is reconciled, then SIGTERM. */
public final class Training {
    private final Path folder;
    private final List<String> command;
    private int runs;

    /**
     * Describes the runs.
     *
     * @param folder for kubeconfig files and logs
     * @param command how the program is started: the JVM with its options first, the main class last
     */
    public Training(Path folder, List<String> command) {
        this.folder = folder;
        this.command = List.copyOf(command);
    }

    /**
     * Runs it once.
     *
     * @param options further ones for the JVM
     * @return from the launch of the process to the last reconciliation
     * @throws IllegalStateException when it does not get that far, or does not end well; with the end of its log
     */
    public Duration run(List<String> options) throws IOException, InterruptedException {
        String name = "training-" + ++runs;
        Path log = folder.resolve(name + ".log");
        try (EmbeddedCluster cluster = EmbeddedCluster.start(name, folder)) {
            List<String> all = new ArrayList<>(command);
            all.addAll(1, options);
            all.addAll(List.of("run", "--kubeconfig", cluster.kubeconfig().toString(), "--install-crds", "--samples"));
            long began = System.nanoTime();
            Process process = new ProcessBuilder(all).redirectErrorStream(true).redirectOutput(log.toFile()).start();
            // Signals end this process without what is in finally.
            Thread hook = new Thread(process::destroyForcibly, "end of " + name);
            Runtime.getRuntime().addShutdownHook(hook);
            try {
                try {
                    Await.until("all websites to be published", () -> isDone(cluster) || !process.isAlive());
                } catch (RuntimeException e) {
                    throw new IllegalStateException("the run for training did not get to its end: "
                            + Files.readString(log), e);
                }
                Duration took = Duration.ofNanos(System.nanoTime() - began);
                process.destroy();
                // Whoever makes a cache does so when it ends.
                if (!process.waitFor(Await.BOUND.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
                    throw new IllegalStateException("the run for training has failed: " + Files.readString(log));
                }
                return took;
            } finally {
                process.destroyForcibly().waitFor();
                forget(hook);
            }
        }
    }

    private static void forget(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // it runs already, and finds nothing to do
        }
    }

    /** Asks only when there have been enough writes: questions cost the same cores that the run is measured on. */
    private static boolean isDone(EmbeddedCluster cluster) {
        long sites = Manifests.of("north").stream().filter(Website.class::isInstance).count();
        long written = cluster.requests().stream().filter(request -> request.resource().equals("websites")
                && request.subresource().equals("status")).count();
        if (written < sites) {
            return false;
        }
        List<Website> all = Sites.of(cluster);
        return all.size() == sites && all.stream().allMatch(Sites::isPublished);
    }
}
