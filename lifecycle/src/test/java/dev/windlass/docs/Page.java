package dev.windlass.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A page of the documentation and the test source that holds its code. A snippet of the page is a {@code java} block after a
 * line {@code <!-- code: name -->}; the source has it between {@code // code: name} and {@code
 * // end}.
 */
final class Page {

    private static final String MARK = "<!-- code: ";

    private final List<String> lines;

    Page(String name) {
        lines = read(repository().resolve("docs").resolve(name));
    }

    /** The root of the repository, from wherever in it the tests run. */
    private static Path repository() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(at.resolve("docs"))) {
            at = at.getParent();
            if (at == null) {
                throw new IllegalStateException("no docs folder above " + Path.of("").toAbsolutePath());
            }
        }
        return at;
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All its lines. */
    List<String> all() {
        return List.copyOf(lines);
    }

    /** All blocks of code of a language. */
    long blocks(String language) {
        return lines.stream().filter(line -> line.equals("```" + language)).count();
    }

    /** The snippets of the page, by name. */
    Map<String, String> snippets() {
        Map<String, String> found = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(MARK)) {
                String name = lines.get(i).substring(MARK.length()).replace(" -->", "");
                List<String> code = new ArrayList<>();
                for (i += 2; !lines.get(i).equals("```"); i++) {
                    code.add(lines.get(i));
                }
                found.put(name, String.join("\n", code));
            }
        }
        return found;
    }

    /** The rows of the table whose first column has this title, each as its cells. */
    List<List<String>> table(String firstTitle) {
        List<List<String>> rows = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            if (line.startsWith("| " + firstTitle + " |")) {
                inside = true;
            } else if (inside && !line.startsWith("|")) {
                break;
            } else if (inside && !line.startsWith("|---")) {
                rows.add(List.of(line.substring(1, line.length() - 1).trim().split("\\s*\\|\\s*", -1)));
            }
        }
        return rows;
    }

    /** The snippets of a test class of this package, by name, without their common indentation. */
    static Map<String, String> snippetsOf(Class<?> source) {
        Path file = repository().resolve("lifecycle/src/test/java")
                .resolve(source.getName().replace('.', '/') + ".java");
        Map<String, String> found = new LinkedHashMap<>();
        List<String> code = new ArrayList<>();
        String name = "";
        for (String line : read(file)) {
            String text = line.trim();
            if (text.startsWith("// code: ")) {
                name = text.substring("// code: ".length());
                code.clear();
            } else if (text.equals("// end")) {
                found.put(name, String.join("\n", code).stripIndent());
            } else {
                code.add(line);
            }
        }
        return found;
    }
}
