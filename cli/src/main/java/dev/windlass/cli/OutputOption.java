package dev.windlass.cli;

import picocli.CommandLine.Option;

/** How a command shows what it was told. */
final class OutputOption {
    enum Format {
        table, json
    }

    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Format format;

    boolean json() {
        return format == Format.json;
    }
}
