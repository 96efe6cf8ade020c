package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Locale;

/**
 * The form in which a client wants its answer.
 *
 * @param version
 *            of the meta group, for tables and metadata
 */
record Accepted(Form form, boolean yaml, String version) {
    enum Form {
        OBJECT, TABLE, METADATA, METADATA_LIST
    }

    private static final List<String> SUPPORTED = List.of("application/json", "application/yaml",
            "application/vnd.kubernetes.protobuf", "application/cbor");

    /** @throws ApiException 406 when nothing that the client takes can be given */
    static Accepted parse(String header) {
        if (header.isBlank()) {
            return new Accepted(Form.OBJECT, false, "v1");
        }
        for (String clause : header.split(",", -1)) {
            String[] parts = clause.strip().split(";", -1);
            String media = parts[0].strip().toLowerCase(Locale.ROOT);
            boolean yaml = media.equals("application/yaml") || media.equals("text/yaml")
                    || media.equals("application/x-yaml");
            if (!yaml && !media.equals("application/json") && !media.equals("*/*") && !media.equals("application/*")
                    && !media.equals("text/plain")) {
                continue;
            }
            String as = parameter(parts, "as");
            String group = parameter(parts, "g");
            String version = parameter(parts, "v");
            boolean meta = group.equals("meta.k8s.io") && (version.equals("v1") || version.equals("v1beta1"));
            switch (as) {
                case "" -> {
                    return new Accepted(Form.OBJECT, yaml, "v1");
                }
                case "Table" -> {
                    if (meta) {
                        return new Accepted(Form.TABLE, yaml, version);
                    }
                }
                case "PartialObjectMetadata" -> {
                    if (meta) {
                        return new Accepted(Form.METADATA, yaml, version);
                    }
                }
                case "PartialObjectMetadataList" -> {
                    if (meta) {
                        return new Accepted(Form.METADATA_LIST, yaml, version);
                    }
                }
                default -> {
                    // some other conversion; perhaps the next clause is one we know
                }
            }
        }
        throw ApiException.notAcceptable(SUPPORTED);
    }

    private static String parameter(String[] parts, String name) {
        for (String part : parts) {
            String stripped = part.strip();
            if (stripped.startsWith(name + "=")) {
                return stripped.substring(name.length() + 1);
            }
        }
        return "";
    }

    String apiVersion() {
        return "meta.k8s.io/" + version;
    }
}
