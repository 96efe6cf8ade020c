package dev.windlass.apiserver.internal.builtin;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Volumes with files from several sources, and what volumes show of the pod itself. Stateless. */
final class ProjectionChecks {
    private static final List<String> FIELDS_OF_VOLUMES = List.of("metadata.annotations", "metadata.labels",
            "metadata.name", "metadata.namespace", "metadata.uid");
    private static final List<String> SOURCES = List.of("secret", "configMap", "downwardAPI", "serviceAccountToken",
            "clusterTrustBundle", "podCertificate");
    private static final List<String> PATHS_OF_CERTIFICATES = List.of("credentialBundlePath", "keyPath",
            "certificateChainPath");
    private static final long LEAST_EXPIRATION = 600;
    private static final long MOST_EXPIRATION = 1L << 32;

    private ProjectionChecks() {
    }

    static void projected(Field source) {
        VolumeChecks.mode(source.at("defaultMode"));
        Set<String> paths = new HashSet<>();
        for (Field each : source.at("sources").items()) {
            List<String> given = SOURCES.stream().filter(kind -> each.at(kind).isSet()).toList();
            given.forEach(kind -> projection(source, each.at(kind), kind, paths));
            if (given.size() > 1) {
                each.forbidden("may not specify more than 1 volume type per source");
            }
        }
    }

    private static void projection(Field volume, Field source, String kind, Set<String> paths) {
        switch (kind) {
            case "secret", "configMap" -> {
                source.at("name").mustBeSet("");
                for (Field item : source.at("items").items()) {
                    VolumeChecks.file(item);
                    takePath(item.at("path"), volume, source.at("name").text(), paths);
                }
            }
            case "downwardAPI" -> {
                for (Field item : source.at("items").items()) {
                    downwardFile(item.as(source.path()));
                    takePath(item.at("path"), volume, item.at("path").text(), paths);
                }
            }
            case "serviceAccountToken" -> token(volume, source);
            case "clusterTrustBundle" -> {
                CertificateProjectionChecks.trustBundle(source);
                Field path = source.at("path"); // one that is missing is taken once
                if (!paths.add(path.text())) {
                    volume.invalid(path.text(), "conflicting duplicate paths");
                }
            }
            default -> {
                CertificateProjectionChecks.podCertificate(source);
                certificatePaths(volume, source, paths);
            }
        }
    }

    private static void certificatePaths(Field volume, Field source, Set<String> taken) {
        List<Field> paths = PATHS_OF_CERTIFICATES.stream().map(source::at).filter(path -> !path.isEmpty()).toList();
        for (Field path : paths) {
            PathChecks.unreserved(path);
            takePath(path, volume, path.text(), taken);
        }
        if (paths.isEmpty()) {
            source.required("specify at least one of credentialBundlePath, keyPath, and certificateChainPath");
        }
    }

    private static void takePath(Field path, Field volume, String shown, Set<String> paths) {
        if (!path.isEmpty() && !paths.add(path.text())) {
            volume.invalid(shown, "conflicting duplicate paths");
        }
    }

    private static void token(Field volume, Field source) {
        Field expiration = source.at("expirationSeconds");
        if (expiration.number() < LEAST_EXPIRATION) {
            expiration.invalid("may not specify a duration less than 10 minutes");
        } else if (expiration.number() > MOST_EXPIRATION) {
            expiration.invalid("may not specify a duration larger than 2^32 seconds");
        }
        Field path = source.at("path").as(volume.path() + ".path");
        if (path.mustBeSet("")) {
            PathChecks.unreserved(path);
        }
    }

    /** A file that shows a field of the pod or a resource of one of its containers. */
    static void downwardFile(Field file) {
        Field path = file.at("path");
        path.mustBeSet("");
        PathChecks.unreserved(path);
        Field field = file.at("fieldRef");
        Field resource = file.at("resourceFieldRef");
        if (field.isSet()) {
            EnvironmentChecks.field(field, FIELDS_OF_VOLUMES);
            if (resource.isSet()) {
                file.invalid("resource", "fieldRef and resourceFieldRef can not be specified simultaneously");
            }
        } else if (resource.isSet()) {
            EnvironmentChecks.resource(resource, true);
        } else {
            file.required("one of fieldRef and resourceFieldRef is required");
        }
        VolumeChecks.mode(file.at("mode"));
    }
}
