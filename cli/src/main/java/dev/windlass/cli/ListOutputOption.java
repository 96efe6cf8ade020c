package dev.windlass.cli;

import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** How a command shows a list, at once or as it changes. */
final class ListOutputOption {
    enum Format {
        table, wide, json, yaml
    }

    @Option(names = {"-o",
            "--output"}, paramLabel = "FORMAT", defaultValue = "table", description = "${COMPLETION-CANDIDATES}; default ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init")
    private Format format;

    boolean structured() {
        return format == Format.json || format == Format.yaml;
    }

    boolean wide() {
        return format == Format.wide;
    }

    /** An answer for programs; one of several takes one line as JSON, and one document as YAML. */
    String text(JsonNode answer, boolean oneOfSeveral) {
        if (format == Format.yaml) {
            return (oneOfSeveral ? "---" + System.lineSeparator() : "") + Yaml.of(answer);
        }
        return oneOfSeveral ? answer.toString() : answer.toPrettyString();
    }
}
