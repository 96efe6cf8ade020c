package dev.windlass.cli;

import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How a command shows what it was told. */
final class OutputOption {
    enum Format {
        table, json, yaml
    }

    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Format format;

    /** Whether it is for programs. */
    boolean structured() {
        return format != Format.table;
    }

    /** An answer for programs, all of it. */
    String text(JsonNode answer) {
        return format == Format.yaml ? Yaml.of(answer) : answer.toPrettyString();
    }
}
