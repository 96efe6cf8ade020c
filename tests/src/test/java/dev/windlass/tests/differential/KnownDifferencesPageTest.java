package dev.windlass.tests.differential;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** The page of the embedded server tells each known difference, as the comparison knows it. */
class KnownDifferencesPageTest {
    private static final Path PAGE = Path.of("..", "docs", "apiserver.md");
    private static final String BEGIN = "<!-- known differences -->\n";
    private static final String END = "<!-- end of known differences -->";

    @Test
    void thePageHasTheTableOfKnownDifferences() throws IOException {
        String page = Files.readString(PAGE);
        int begin = page.indexOf(BEGIN) + BEGIN.length();
        int end = page.indexOf(END);
        assertThat(begin).as("where the table begins in %s", PAGE).isGreaterThanOrEqualTo(BEGIN.length());
        assertThat(end).as("where the table ends in %s", PAGE).isGreaterThanOrEqualTo(begin);
        String table = table();
        if (Boolean.getBoolean("windlass.docs.write")) {
            Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
            return;
        }
        assertThat(page.substring(begin, end))
                .as("the table in %s; to write it anew: mvn verify -pl tests -am -Dtest=%s -Dwindlass.docs.write=true"
                        + " -Dsurefire.failIfNoSpecifiedTests=false", PAGE, getClass().getSimpleName())
                .isEqualTo(table);
    }

    private static String table() {
        return KnownDifference.ALL.stream().map(each -> "| %s | %s |%n".formatted(each.what(), each.why()))
                .collect(Collectors.joining("", "| What differs | Why |%n|---|---|%n".formatted(), ""));
    }
}
