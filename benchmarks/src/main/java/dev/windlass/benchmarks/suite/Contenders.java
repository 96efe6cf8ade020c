package dev.windlass.benchmarks.suite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Where the programs are, and with which options each JVM is started: the same for all Java programs. */
final class Contenders {

    private static final List<String> JVM = List.of("-Xmx2g", "-XX:+UseG1GC", "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow", "-Dstdout.encoding=UTF-8");

    private final Path folder;
    private final Path scratch;
    private final String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();

    /**
     * @param folder the folder {@code benchmarks}
     * @param scratch for files that are gone afterwards
     */
    Contenders(Path folder, Path scratch) {
        this.folder = folder;
        this.scratch = scratch;
    }

    Program windlass(String... arguments) {
        return windlass(List.of(), arguments);
    }

    /** The website example as its image starts it; the room {@code cli} is packed. */
    Program image(int rounds) {
        return windlass("image", folder.resolve("..").toString(), Integer.toString(rounds));
    }

    /** The same with a cache of loaded and linked classes, which {@link #trainCache} has made. */
    Program windlassWithCache(String... arguments) {
        return windlass(List.of("-XX:AOTCache=" + cache()), arguments);
    }

    /** Runs once to see what is loaded, and lays that out. */
    void trainCache(Duration limit, String... arguments)
            throws Program.FailedException, IOException, InterruptedException {
        windlass(List.of("-XX:AOTCacheOutput=" + cache()), arguments).run(limit, figure -> {
        });
        if (!Files.exists(cache())) {
            throw new Program.FailedException("ended without having written " + cache());
        }
    }

    private Path cache() {
        return scratch.resolve("windlass.aot");
    }

    private Program windlass(List<String> more, String... arguments) {
        return java(folder, "dev.windlass.benchmarks.Benchmarks", more, arguments);
    }

    Program josdk(String... arguments) {
        return java(folder.resolve("peers/java/josdk"), "dev.windlass.peers.Josdk", List.of(), arguments);
    }

    Program official(String... arguments) {
        return java(folder.resolve("peers/java/official"), "dev.windlass.peers.Official", List.of(), arguments);
    }

    Program fabric8(String... arguments) {
        return java(folder.resolve("peers/java/fabric8"), "dev.windlass.peers.Fabric8", List.of(), arguments);
    }

    Program pf4j(String... arguments) {
        return java(folder.resolve("peers/java/pf4j"), "dev.windlass.peers.Pf4j", List.of(), arguments);
    }

    Program go(String... arguments) {
        List<String> command = new ArrayList<>(List.of(folder.resolve("target/peer-go").toString()));
        command.addAll(List.of(arguments));
        return new Program(() -> command);
    }

    private Program java(Path module, String mainClass, List<String> more, String... arguments) {
        return new Program(() -> {
            List<String> command = new ArrayList<>();
            command.add(java);
            command.addAll(JVM);
            command.addAll(more);
            command.addAll(List.of("-cp", classPath(module), mainClass));
            command.addAll(List.of(arguments));
            return command;
        });
    }

    /** An AOT cache needs jars: what Maven packed is preferred to folders of classes. */
    private static String classPath(Path module) {
        Path target = module.resolve("target");
        try {
            Path jar = target.resolve("benchmarks.jar");
            String own = (Files.exists(jar) ? jar : target.resolve("classes")).toString();
            return own + ":" + Files.readString(target.resolve("classpath")).strip();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "%s is not built: start the benchmarks with benchmarks/run".formatted(module),
                    e);
        }
    }
}
