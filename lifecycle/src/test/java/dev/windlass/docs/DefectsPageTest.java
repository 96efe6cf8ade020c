package dev.windlass.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** {@code docs/upstream-defects.md} has every test that is named after a defect of somebody else, and no other. */
class DefectsPageTest {

    private static final Pattern TEST = Pattern.compile(
            "/\\*\\*((?:(?!\\*/).)*)\\*/\\s*(?:@\\w+(?:\\([^)]*\\))?\\s*)*@(?:Test|ParameterizedTest|EnumSource|ValueSource)(?:\\([^)]*\\))?\\s+"
                    + "void (\\w+)\\(",
            Pattern.DOTALL);
    private static final Pattern METHOD = Pattern.compile("@(?:Test|ParameterizedTest)\\b");
    private static final Pattern ROW = Pattern.compile("^\\|.*\\[(\\w+)]\\(\\.\\./(\\S+)\\) \\|$");

    /** Method by class file, and what its comment says. */
    private static Map<String, String> tests() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(root.resolve("docs"))) {
            root = Objects.requireNonNull(root.getParent(), "no docs folder above");
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> rooms = Files.list(root)) {
            for (Path tests : rooms.map(room -> room.resolve("src/test/java")).filter(Files::isDirectory).toList()) {
                try (Stream<Path> all = Files.walk(tests)) {
                    all.filter(file -> file.getFileName().toString().endsWith("DefectsTest.java")).forEach(files::add);
                }
            }
        }
        Map<String, String> found = new TreeMap<>();
        for (Path file : files) {
            String source = Files.readString(file);
            Matcher test = TEST.matcher(source);
            int count = 0;
            while (test.find()) {
                found.put(root.relativize(file) + " " + test.group(2), test.group(1));
                count++;
            }
            assertThat(METHOD.matcher(source).results().count()).as("tests of %s with a comment", file)
                    .isEqualTo(count);
        }
        return found;
    }

    @Test
    void thePageHasEveryTestThatIsNamedAfterADefect() throws IOException {
        List<String> rows = new ArrayList<>();
        for (String line : new Page("upstream-defects.md").all()) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(row.group(2) + " " + row.group(1));
            }
        }
        assertThat(rows).doesNotHaveDuplicates();
        assertThat(rows).containsExactlyInAnyOrderElementsOf(tests().keySet());
    }

    @Test
    void everySuchTestSaysWhoseDefectItIsAndWhatTurnsItRed() throws IOException {
        assertThat(tests()).hasSizeGreaterThan(30).allSatisfy((name, comment) -> {
            String text = comment.replaceAll("\\s*\\n\\s*\\*\\s*", " ");
            assertThat(text).as(name).containsPattern("^\\s*(controller-runtime|multicluster-runtime|Crossplane)[ :]");
            assertThat(text).as(name).containsPattern("(Seen red|Would be red with): ");
        });
    }
}
