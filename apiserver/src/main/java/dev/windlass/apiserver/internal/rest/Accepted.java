package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.protobuf.Protobuf;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a client wants its answer.
 *
 * @param version
 *            of the meta group, for tables and metadata
 */
record Accepted(Form form, Format format, String version) {
    enum Form {
        OBJECT, TABLE, METADATA, METADATA_LIST
    }

    enum Format {
        JSON, YAML, PROTOBUF
    }

    private static final List<String> SUPPORTED = List.of("application/json", "application/yaml",
            "application/vnd.kubernetes.protobuf", "application/cbor");

    /**
     * Takes the first of what the client accepts that can be given.
     *
     * @param binary
     *            whether the objects have a binary form; their metadata has one in any case, and tables have none
     * @throws ApiException
     *             406 when there is nothing
     */
    static Accepted parse(String header, boolean binary) {
        if (header.isBlank()) {
            return new Accepted(Form.OBJECT, Format.JSON, "v1");
        }
        for (String clause : header.split(",", -1)) {
            String[] parts = clause.strip().split(";", -1);
            String media = parts[0].strip().toLowerCase(Locale.ROOT);
            Format format = format(media);
            if (format == null) {
                continue;
            }
            boolean protobuf = format == Format.PROTOBUF;
            String as = parameter(parts, "as");
            String group = parameter(parts, "g");
            String version = parameter(parts, "v");
            boolean meta = group.equals("meta.k8s.io") && (version.equals("v1") || version.equals("v1beta1"));
            switch (as) {
                case "" -> {
                    if (!protobuf || binary) {
                        return new Accepted(Form.OBJECT, format, "v1");
                    }
                }
                case "Table" -> {
                    if (meta && !protobuf) {
                        return new Accepted(Form.TABLE, format, version);
                    }
                }
                case "PartialObjectMetadata" -> {
                    if (meta) {
                        return new Accepted(Form.METADATA, format, version);
                    }
                }
                case "PartialObjectMetadataList" -> {
                    if (meta) {
                        return new Accepted(Form.METADATA_LIST, format, version);
                    }
                }
                default -> {
                    // some other conversion; perhaps the next clause is one we know
                }
            }
        }
        throw ApiException.notAcceptable(SUPPORTED);
    }

    /** Whether protobuf comes before all else that can be given. */
    static boolean prefersProtobuf(String header) {
        try {
            return parse(header, true).format == Format.PROTOBUF;
        } catch (ApiException _) {
            return false; // it is told in JSON that nothing else can be given
        }
    }

    private static @Nullable Format format(String media) {
        return switch (media) {
            case "application/json", "*/*", "application/*", "text/plain" -> Format.JSON;
            case "application/yaml", "text/yaml", "application/x-yaml" -> Format.YAML;
            case Protobuf.MEDIA_TYPE -> Format.PROTOBUF;
            default -> null;
        };
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
