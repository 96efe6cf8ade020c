package dev.windlass.apiserver.internal.podsecurity;

import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What the labels of a namespace say of its pods.
 *
 * @param enforced
 *            what violates it is refused
 * @param warned
 *            what violates it is warned of
 * @param problems
 *            of the labels; whatever cannot be read is enforced at its strictest and warned of not at all
 */
record NamespacePolicy(Standard enforced, Standard warned, List<FieldError> problems) {
    private static final String PREFIX = "pod-security.kubernetes.io/";
    private static final NamespacePolicy NONE = new NamespacePolicy(Standard.NOTHING, Standard.NOTHING, List.of());

    static NamespacePolicy of(JsonNode namespace) {
        JsonNode labels = namespace.path("metadata").path("labels");
        if (labels.isEmpty()) {
            return NONE;
        }
        List<FieldError> problems = new ArrayList<>();
        Mode enforce = Mode.read(labels, "enforce", Level.RESTRICTED, problems);
        Mode.read(labels, "audit", Level.PRIVILEGED, problems); // there are no annotations of audits here
        Mode warn = Mode.read(labels, "warn", Level.PRIVILEGED, problems);
        Standard enforced = enforce.standard();
        Standard warned = warn.standard();
        if (!warn.told && enforce.valid && enforced.level().compareTo(warned.level()) > 0) {
            warned = new Standard(enforced.level(), warn.versionTold ? warned.minor() : enforced.minor());
        }
        return new NamespacePolicy(enforced, warned, problems);
    }

    /**
     * What the labels say of one of the things that can happen to what violates a standard.
     *
     * @param told
     *            whether there is a label with a level
     * @param valid
     *            whether that can be read
     */
    private record Mode(Standard standard, boolean told, boolean valid, boolean versionTold) {
        static Mode read(JsonNode labels, String mode, Level otherwise, List<FieldError> problems) {
            Level level = Level.PRIVILEGED;
            String name = labels.path(mode(mode)).asString(null);
            boolean valid = false;
            if (name != null) {
                Level found = read(mode(mode), name, Level::named, "must be one of privileged, baseline, restricted",
                        problems);
                valid = found != null;
                level = found == null ? otherwise : found;
            }
            String version = labels.path(mode(mode + "-version")).asString(null);
            Long minor = version == null
                    ? null
                    : read(mode(mode + "-version"), version, Standard::minor, "must be \"latest\" or \"v1.x\"",
                            problems);
            return new Mode(new Standard(level, minor == null ? Standard.LATEST : minor), name != null, valid,
                    version != null);
        }

        private static String mode(String mode) {
            return PREFIX + mode;
        }

        private static <T> @Nullable T read(String label, String value, Function<String, @Nullable T> reader,
                String otherwise, List<FieldError> problems) {
            T read = reader.apply(value);
            if (read == null) {
                problems.add(FieldError.invalid("metadata.labels[" + label + "]", value, otherwise));
            }
            return read;
        }
    }
}
