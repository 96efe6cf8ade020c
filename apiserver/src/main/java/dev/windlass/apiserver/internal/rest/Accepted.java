package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.protobuf.Protobuf;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The form in which a client wants its answer.
 *
 * @param version
 *            of the meta group, for tables and metadata
 */
public record Accepted(Form form, Format format, String version) {
    /** The shape of the answer. */
    public enum Form {
        OBJECT, TABLE, METADATA, METADATA_LIST
    }

    /** How it is written. */
    public enum Format {
        JSON, YAML, PROTOBUF
    }

    private static final List<String> WHOLE = List.of("application/json", "application/yaml", Protobuf.MEDIA_TYPE);
    private static final List<String> STREAMED = List.of("application/json;stream=watch",
            "application/vnd.kubernetes.protobuf;stream=watch");

    /**
     * Takes the most wanted of what the client accepts that can be given.
     *
     * @throws ApiException
     *             406 when there is nothing
     */
    static Accepted parse(List<String> clauses, Target target) {
        return parse(clauses, !target.type().isCustom());
    }

    /**
     * Refuses what cannot be streamed.
     *
     * @throws ApiException
     *             406
     */
    void checkStream() {
        if (format == Format.YAML) {
            throw ApiException.notAcceptable(STREAMED);
        }
    }

    /**
     * Refuses what the path of a built-in kind never gives.
     *
     * @throws ApiException
     *             406
     */
    static void checkRoute(List<String> clauses, Target target) {
        if (!target.type().isCustom() && !isRouted(clauses)) {
            List<String> representations = new ArrayList<>(WHOLE);
            if (target.verb().equals("watch") || target.verb().equals("list")) {
                representations.addAll(STREAMED);
            }
            throw ApiException.noRepresentation(representations);
        }
    }

    /**
     * The form of a document of the discovery, of which there is no other shape.
     *
     * @param routed
     *            whether it is refused in the words of what finds the path
     * @throws ApiException
     *             406 when there is none that the client accepts
     */
    public static Format document(String header, boolean routed) {
        List<String> clauses = clauses(header);
        if (routed && !isRouted(clauses)) {
            throw ApiException.noRepresentation(WHOLE);
        }
        return parse(clauses, true).format;
    }

    private static boolean isRouted(List<String> clauses) {
        return clauses.isEmpty() || clauses.stream().map(Bodies::mediaType)
                .anyMatch(media -> media.equals("*/*") || WHOLE.contains(media));
    }

    /** Whether an error is to be told in YAML. */
    public static boolean prefersYaml(String header) {
        for (String clause : clauses(header)) {
            Format format = format(Bodies.mediaType(clause));
            if (format != null && !clause.contains("as=")) {
                return format == Format.YAML;
            }
        }
        return false;
    }

    /** What a client accepts, the most wanted first; nothing when it does not say. */
    static List<String> clauses(String header) {
        return header.isBlank()
                ? List.of()
                : Stream.of(header.split(",", -1)).sorted(Comparator.comparingDouble(Accepted::quality).reversed())
                        .toList();
    }

    /** What a client accepts, the most wanted first; everything when it does not say. */
    public static List<String> mediaTypes(String header) {
        return header.isBlank() ? List.of("*/*") : clauses(header).stream().map(Bodies::mediaType).toList();
    }

    private static double quality(String clause) {
        String given = parameter(clause.split(";", -1), "q");
        try {
            return given.isEmpty() ? 1 : Double.parseDouble(given);
        } catch (NumberFormatException _) {
            return 1;
        }
    }

    /** @param binary whether the objects have a binary form; their metadata has one in any case, and tables have none */
    private static Accepted parse(List<String> clauses, boolean binary) {
        if (clauses.isEmpty()) {
            return new Accepted(Form.OBJECT, Format.JSON, "v1");
        }
        for (String clause : clauses) {
            String[] parts = clause.strip().split(";", -1);
            Format format = format(Bodies.mediaType(clause));
            String stream = parameter(parts, "stream");
            if (format == null || (!stream.isEmpty() && (format == Format.YAML || !stream.equals("watch")))) {
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
        throw ApiException.notAcceptable(WHOLE);
    }

    /**
     * Whether protobuf comes before all else that can be given.
     *
     * @param error
     *            of which there is no other shape
     */
    static boolean prefersProtobuf(String header, boolean error) {
        List<String> clauses = clauses(header).stream().filter(each -> !error || !each.contains("as=")).toList();
        try {
            return parse(clauses, true).format == Format.PROTOBUF;
        } catch (ApiException _) {
            return false; // it is told in JSON that nothing else can be given
        }
    }

    private static @Nullable Format format(String media) {
        return switch (media) {
            case "application/json", "*/*", "application/*" -> Format.JSON;
            case "application/yaml" -> Format.YAML;
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
