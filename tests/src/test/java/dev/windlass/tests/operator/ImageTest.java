package dev.windlass.tests.operator;

import dev.windlass.cli.Windlass;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What makes the image, as far as that goes without containers: its program, and the cache with which it starts. */
@Timeout(400)
class ImageTest {

    private static final Path DEPLOY = Path.of("../examples/website/deploy");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path app;

    @Test
    void theCacheIsMadeAsTheContainerfileSaysAndFits() throws Exception {
        assertThat(Files.readString(DEPLOY.resolve("Containerfile")))
                .contains("RUN /app/windlass train-cache /app/windlass.aot", "ENTRYPOINT [\"/app/windlass\"]");
        Path program = Files.copy(DEPLOY.resolve("windlass"), app.resolve("windlass"));
        assertThat(program).isExecutable();
        jars();

        Path cache = app.resolve("windlass.aot");
        assertThat(run(Map.of(), program.toString(), "train-cache", cache.toString()))
                .contains("training: ").containsPattern("windlass\\.aot: \\d+ MB, after a run of \\d+ ms")
                .doesNotContain("DEBUG");

        // In this mode the JVM says it as an error when the cache does not fit.
        assertThat(run(Map.of("JAVA_TOOL_OPTIONS", "-XX:AOTMode=on"), program.toString(), "version"))
                .contains("windlass ").doesNotContain("[error]");
    }

    /** The class path of this process as the build packs it: a jar that names others. */
    private void jars() throws IOException {
        Path folder = Files.createDirectory(app.resolve("lib"));
        List<String> names = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            String name = names.size() + (Files.isDirectory(path) ? "-classes.jar" : "-" + path.getFileName());
            if (Files.isDirectory(path)) {
                pack(path, folder.resolve(name));
            } else if (Files.exists(path)) {
                Files.createSymbolicLink(folder.resolve(name), path);
            }
            names.add("lib/" + name);
        }
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, Windlass.class.getName());
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, String.join(" ", names));
        try (OutputStream out = Files.newOutputStream(app.resolve("windlass-cli.jar"))) {
            new JarOutputStream(out, manifest).close();
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> content = Files.walk(folder)) {
            for (Path each : content.filter(path -> !path.equals(folder)).sorted().toList()) {
                boolean directory = Files.isDirectory(each);
                out.putNextEntry(new JarEntry(folder.relativize(each) + (directory ? "/" : "")));
                if (!directory) {
                    Files.copy(each, out);
                }
            }
        }
    }

    private String run(Map<String, String> environment, String... command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", Path.of(System.getProperty("java.home"), "bin") + File.pathSeparator
                + System.getenv("PATH"));
        builder.environment().put("XDG_RUNTIME_DIR", Files.createDirectories(app.resolve("run")).toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out;
    }
}
