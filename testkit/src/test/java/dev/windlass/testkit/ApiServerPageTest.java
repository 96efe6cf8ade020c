package dev.windlass.testkit;

import dev.windlass.apiserver.ApiServer;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** The programs on the API server's page compile, and those that need nothing but a server and a file run. */
@Timeout(120)
class ApiServerPageTest {
    private static final Path PAGE = Path.of("../docs/apiserver.md");
    private static final Pattern PROGRAM = Pattern.compile("(?m)^## ([^\n]*)|```java\n(.*?)```", Pattern.DOTALL);
    private static final String IMPORTS = """
            import dev.windlass.apiserver.*;
            import dev.windlass.testkit.*;
            import java.net.*;
            import java.nio.file.*;
            import java.time.*;
            import java.util.*;
            import org.junit.jupiter.api.*;
            """;
    private static final List<String> RUN = List.of("As a library", "Snapshots", "Faults");
    private static final String MANIFESTS = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}";

    private record Program(String heading, String text) {
    }

    private static List<Program> programs() throws Exception {
        List<Program> programs = new ArrayList<>();
        String heading = "";
        Matcher found = PROGRAM.matcher(Files.readString(PAGE));
        while (found.find()) {
            if (found.group(1) != null) {
                heading = found.group(1);
            } else {
                programs.add(new Program(heading, found.group(2)));
            }
        }
        return programs;
    }

    @Test
    void compileAndRun(@TempDir Path folder) throws Exception {
        List<Program> programs = programs();
        assertThat(programs).extracting(Program::heading).contains("In JUnit").containsAll(RUN);
        List<Path> sources = new ArrayList<>();
        for (int i = 0; i < programs.size(); i++) {
            sources.add(Files.writeString(folder.resolve("Program" + i + ".java"),
                    IMPORTS + source(i, programs.get(i).text())));
        }
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-parameters", "-d", folder.toString(), "-cp",
                        System.getProperty("java.class.path")));
        sources.forEach(source -> arguments.add(source.toString()));
        int code = ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new));
        assertThat(code).as("programs of " + PAGE).isZero();
        try (var loader = new URLClassLoader(new URL[]{folder.toUri().toURL()})) {
            for (int i = 0; i < programs.size(); i++) {
                if (RUN.contains(programs.get(i).heading())) {
                    run(loader.loadClass("Program" + i), folder.resolve("file" + i));
                }
            }
        }
    }

    private static String source(int number, String program) {
        if (program.startsWith("@")) {
            return program;
        }
        String given = program.contains("ApiServer server =") ? "another" : "server";
        return "public class Program" + number + " { public static void run(ApiServer " + given
                + ", Path file, String manifests) throws Exception {\n" + program + "} }";
    }

    private static void run(Class<?> program, Path file) throws Exception {
        try (ApiServer server = ApiServer.builder().name("page").start()) {
            program.getMethod("run", ApiServer.class, Path.class, String.class).invoke(null, server, file, MANIFESTS);
        }
    }
}
