package dev.windlass.benchmarks.suite;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

class CatalogueTest {

    @Test
    void theNamesAreKnownBeforeAnyPeerIsBuilt(@TempDir Path empty) throws Exception {
        Options options = Options.parse(List.of("--list"), empty, "2026-01-01");

        assertThat(new Catalogue(new Contenders(empty, empty), empty, empty, options.scale()).all())
                .extracting(Comparison::name).contains("queue", "sync", "apiserver");
    }
}
