package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Volumes with files from several sources, and what volumes show of the pod itself. Stateless. */
final class ProjectionChecks {
    private static final List<String> FIELDS_OF_VOLUMES = List.of("metadata.annotations", "metadata.labels",
            "metadata.name", "metadata.namespace", "metadata.uid");
    private static final List<String> SOURCES = List.of("secret", "configMap", "downwardAPI", "serviceAccountToken",
            "clusterTrustBundle", "podCertificate");
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
                trustBundle(source);
                takePath(source.at("path"), volume, source.at("path").text(), paths);
            }
            default -> {
                // taken as it is
            }
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

    private static void trustBundle(Field source) {
        Field name = source.at("name");
        Field signer = source.at("signerName");
        Field selector = source.at("labelSelector");
        if (name.isSet() && signer.isSet()) {
            source.invalid("only one of name and signerName may be used");
        } else if (name.isSet()) {
            name.mustBeSet("must be a valid object name");
            NameRules.subdomain(name.text().replace(':', '.')).forEach(
                    problem -> name.invalid(name.text(), "not a valid clustertrustbundlename: " + problem));
            if (selector.isSet()) {
                selector.invalid("labelSelector must be unset if name is specified");
            }
        } else if (signer.isSet()) {
            if (signer.isEmpty()) {
                signer.required("must be a valid signer name");
                signer.required("");
            } else if (signer.text().split("/", -1).length != 2) {
                signer.invalid("must be a fully qualified domain and path of the form 'example.com/signer-name'");
            }
            selector.labelSelector();
        } else {
            source.required("either name or signerName must be specified");
        }
        source.at("path").mustBeSet("");
        PathChecks.unreserved(source.at("path"));
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
