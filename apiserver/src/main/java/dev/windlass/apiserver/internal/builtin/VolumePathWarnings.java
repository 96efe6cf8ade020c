package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Files of one volume that are in each other's way. Stateless. */
final class VolumePathWarnings {
    private static final Map<String, String> SOURCES = Map.of("configMap", "ConfigMap", "secret", "Secret",
            "downwardAPI", "DownwardAPI");

    private VolumePathWarnings() {
    }

    /**
     * A file in a volume.
     *
     * @param source
     *            what it comes from, "" when that is clear
     */
    private record File(String path, String source) {
        File(String path, String source) {
            this.path = path.replaceFirst("/+$", "");
            this.source = source;
        }

        boolean isInTheWayOf(File other) {
            return !path.isEmpty() && !other.path.isEmpty()
                    && ((path + "/").startsWith(other.path + "/") || (other.path + "/").startsWith(path + "/"));
        }

        @Override
        public String toString() {
            return GoText.quoted(path) + (source.isEmpty() ? "" : " (" + source + ")");
        }
    }

    static void collect(Field volumes, List<String> warnings) {
        for (Field volume : volumes.items()) {
            String name = "volume " + GoText.quoted(volume.at("name").text()) + " (";
            for (String kind : List.of("configMap", "secret", "downwardAPI")) {
                Field source = volume.at(kind);
                overlaps(files(source, "").toList(), name + title(source, kind, "secretName") + ")", warnings);
            }
            List<File> files = new ArrayList<>();
            for (Field source : volume.at("projected", "sources").items()) {
                if (source.value().isEmpty()) {
                    warnings.add(name + "Projected) has no sources provided");
                } else {
                    projected(source).forEach(files::add);
                }
            }
            overlaps(files, name + "Projected)", warnings);
        }
    }

    private static String title(Field source, String kind, String secretName) {
        String name = source.at(kind.equals("secret") ? secretName : "name").text();
        return SOURCES.getOrDefault(kind, "")
                + (kind.equals("downwardAPI") ? "" : " " + GoText.quoted(name));
    }

    private static Stream<File> files(Field source, String title) {
        return source.at("items").items().stream().map(item -> new File(item.at("path").text(), title));
    }

    private static Stream<File> projected(Field source) {
        for (String kind : List.of("configMap", "secret", "downwardAPI")) {
            if (!source.at(kind, "items").isEmpty()) {
                return files(source.at(kind), title(source.at(kind), kind, "name"));
            }
        }
        if (source.at("serviceAccountToken").isSet()) {
            return Stream.of(new File(source.at("serviceAccountToken", "path").text(), "ServiceAccountToken"));
        }
        Field bundle = source.at("clusterTrustBundle");
        String name = bundle.at(bundle.at("name").isSet() ? "name" : "signerName").text();
        return bundle.isSet()
                ? Stream.of(new File(bundle.at("path").text(), "ClusterTrustBundle " + GoText.quoted(name)))
                : Stream.of();
    }

    private static void overlaps(List<File> files, String where, List<String> warnings) {
        for (int i = 0; i < files.size(); i++) {
            File file = files.get(i);
            files.subList(0, i).stream().filter(file::isInTheWayOf).forEach(
                    other -> warnings.add(where + ": overlapping paths: " + file + " with " + other));
        }
    }
}
