package dev.windlass.benchmarks;

import dev.windlass.apiserver.ApiServer;
import dev.windlass.benchmarks.measure.Figures;
import dev.windlass.testkit.RealApiServer;

/** Start of the embedded API server: the first in a JVM, later ones, and as a process of its own. */
final class ServerBenchmark {

    private ServerBenchmark() {
    }

    static void run(int rounds) {
        for (int round = 0; round < rounds; round++) {
            long began = System.nanoTime();
            try (ApiServer server = ApiServer.builder().name("benchmark").start()) {
                Figures.report(round == 0 ? "first" : round < rounds / 2 ? "second" : "warm",
                        Figures.millisSince(began), "ms");
                if (server.port() == 0) {
                    throw new IllegalStateException("the server has no port");
                }
            }
        }
    }

    /** Says that it listens, and ends: how long that took from the launch of the process is seen from outside. */
    static void serveOnce() {
        try (ApiServer server = ApiServer.builder().name("benchmark").start()) {
            Figures.report("listening", server.port(), "");
        }
    }

    /** The real one, already built. */
    static void realServer() throws InterruptedException {
        RealApiServer.kubectl();
        long began = System.nanoTime();
        try (RealApiServer server = RealApiServer.start("benchmark")) {
            Figures.report("process", Figures.millisSince(began), "ms");
            if (server.url().getPort() < 0) {
                throw new IllegalStateException("the server has no port");
            }
        }
    }
}
