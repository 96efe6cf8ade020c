package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The volumes of a pod and what they come from. Stateless. */
final class VolumeChecks {
    /** In the order in which the real server looks for them. */
    private static final Map<String, Consumer<Field>> SOURCES = new LinkedHashMap<>();
    /** What the real server calls a source when there is one too many. */
    private static final Map<String, String> SURPLUS_AS = Map.of("downwardAPI", "downwarAPI", "cephfs", "cephFS");
    private static final List<String> HOST_PATHS = List.of("", "BlockDevice", "CharDevice", "Directory",
            "DirectoryOrCreate", "File", "FileOrCreate", "Socket");
    private static final int MOST_FILE_MODE = 0777;

    static {
        SOURCES.put("emptyDir", VolumeChecks::emptyDirectory);
        SOURCES.put("hostPath", VolumeChecks::hostPath);
        SOURCES.put("gitRepo", source -> {
            source.at("repository").mustBeSet("");
            PathChecks.descending(source.at("directory"));
        });
        SOURCES.put("gcePersistentDisk", source -> disk(source.as(source.path().replaceFirst("gcePersistentDisk$",
                "persistentDisk")), "pdName"));
        SOURCES.put("awsElasticBlockStore", source -> disk(source, "volumeID"));
        SOURCES.put("secret", source -> files(source, "secretName"));
        SOURCES.put("nfs", VolumeChecks::nfs);
        SOURCES.put("iscsi", NetworkDiskChecks::iscsi);
        SOURCES.put("glusterfs", needing("endpoints", "path"));
        SOURCES.put("flocker", NetworkDiskChecks::flocker);
        SOURCES.put("persistentVolumeClaim", needing("claimName"));
        SOURCES.put("rbd", needing("monitors", "image"));
        SOURCES.put("cinder", needing("volumeID"));
        SOURCES.put("cephfs", needing("monitors"));
        SOURCES.put("quobyte", NetworkDiskChecks::quobyte);
        SOURCES.put("downwardAPI", VolumeChecks::downward);
        SOURCES.put("fc", NetworkDiskChecks::fibreChannel);
        SOURCES.put("flexVolume", NetworkDiskChecks::flexible);
        SOURCES.put("configMap", source -> files(source, "name"));
        SOURCES.put("azureFile", needing("secretName", "shareName"));
        SOURCES.put("vsphereVolume", needing("volumePath"));
        SOURCES.put("photonPersistentDisk", needing("pdID"));
        SOURCES.put("portworxVolume", needing("volumeID"));
        SOURCES.put("azureDisk", NetworkDiskChecks::azureDisk);
        SOURCES.put("storageos", source -> source.at("volumeName").requiredName(NameRules::label));
        SOURCES.put("projected", ProjectionChecks::projected);
        SOURCES.put("scaleIO", needing("gateway", "system", "volumeName"));
        SOURCES.put("csi", VolumeChecks::csi);
        SOURCES.put("ephemeral", VolumeChecks::ephemeral);
        SOURCES.put("image", VolumeChecks::image);
    }

    private VolumeChecks() {
    }

    private static Consumer<Field> needing(String... fields) {
        return source -> List.of(fields).forEach(field -> source.at(field).mustBeSet(""));
    }

    /**
     * Checks all volumes.
     *
     * @param pod
     *            the name of the pod, "" when it is not known
     * @return those that are right, by name
     */
    static Map<String, JsonNode> volumes(Field volumes, String pod) {
        Set<String> made = pod.isEmpty()
                ? Set.of()
                : volumes.items().stream().filter(each -> each.at("ephemeral").isSet())
                        .map(each -> pod + "-" + each.at("name").text()).collect(Collectors.toSet());
        Map<String, JsonNode> right = new LinkedHashMap<>();
        for (Field volume : volumes.items()) {
            int before = volumes.errors().size();
            source(volume, pod);
            Field name = volume.at("name");
            name.requiredName(NameRules::label);
            if (right.containsKey(name.text())) {
                name.duplicate();
            }
            if (volumes.errors().size() == before) {
                right.put(name.text(), volume.value());
            }
            Field claim = volume.at("persistentVolumeClaim", "claimName");
            if (made.contains(claim.text())) {
                claim.invalid("must not reference a PVC that gets created for an ephemeral volume");
            }
        }
        return right;
    }

    private static void source(Field volume, String pod) {
        List<String> given = SOURCES.keySet().stream().filter(each -> volume.at(each).isSet()).toList();
        if (given.isEmpty()) {
            volume.required("must specify a volume type");
            return;
        }
        SOURCES.getOrDefault(given.getFirst(), _ -> {
        }).accept(volume.at(given.getFirst()));
        for (String surplus : given.subList(1, given.size())) {
            volume.at(SURPLUS_AS.getOrDefault(surplus, surplus))
                    .forbidden("may not specify more than 1 volume type");
        }
        String name = volume.at("name").text();
        if (given.getFirst().equals("ephemeral") && !pod.isEmpty() && !name.isEmpty()) {
            String claim = pod + "-" + name;
            NameRules.subdomain(claim).forEach(problem -> volume.at("name").invalid(name,
                    "PVC name " + GoText.quoted(claim) + ": " + problem));
        }
    }

    private static void emptyDirectory(Field source) {
        if (Amounts.of(source.at("sizeLimit").value()).signum() < 0) {
            source.at("sizeLimit").forbidden("SizeLimit field must be a valid resource quantity");
        }
    }

    /** What is wrong with a source, by its name. */
    static void source(String name, Field source) {
        SOURCES.getOrDefault(name, _ -> {
        }).accept(source);
    }

    private static void hostPath(Field source) {
        if (source.at("path").mustBeSet("")) {
            PathChecks.noBacksteps(source.at("path"));
            source.at("type").oneOfIfSet(HOST_PATHS.toArray(String[]::new));
        }
    }

    private static void disk(Field source, String id) {
        source.at(id).mustBeSet("");
        Field partition = source.at("partition");
        if (partition.number() < 0 || partition.number() > 255) {
            partition.invalid("must be between 1 and 255, inclusive");
        }
    }

    private static void files(Field source, String name) {
        source.at(name).mustBeSet("");
        mode(source.at("defaultMode"));
        source.at("items").items().forEach(VolumeChecks::file);
    }

    /** One key that becomes a file. */
    static void file(Field file) {
        file.at("key").mustBeSet("");
        file.at("path").mustBeSet("");
        PathChecks.unreserved(file.at("path"));
        mode(file.at("mode"));
    }

    static void mode(Field mode) {
        if (mode.number() < 0 || mode.number() > MOST_FILE_MODE) {
            mode.invalid("must be a number between 0 and 0777 (octal), both inclusive");
        }
    }

    private static void nfs(Field source) {
        source.at("server").mustBeSet("");
        Field path = source.at("path");
        path.mustBeSet("");
        if (!path.text().startsWith("/")) {
            path.invalid(path.text(), "must be an absolute path");
        }
    }

    private static void downward(Field source) {
        mode(source.at("defaultMode"));
        source.at("items").items().forEach(item -> ProjectionChecks.downwardFile(item.as(source.path())));
    }

    private static void csi(Field source) {
        StorageChecks.driverName(source.at("driver"));
        Field secret = source.at("nodePublishSecretRef");
        if (secret.isSet() && secret.at("name").mustBeSet("")) {
            secret.at("name").as(source.path() + ".name").named(NameRules::subdomain);
        }
    }

    private static void ephemeral(Field source) {
        Field template = source.at("volumeClaimTemplate");
        if (!template.isSet()) {
            template.required("");
            return;
        }
        Field metadata = template.at("metadata");
        PodAnnotationChecks.keys(metadata.at("annotations"));
        metadata.at("labels").labels();
        metadata.value().propertyNames().stream().filter(each -> !List.of("annotations", "labels").contains(each))
                .map(metadata::at).filter(each -> !each.isEmpty()).forEach(each -> each.forbidden("cannot be set"));
        ClaimChecks.spec(template.at("spec"));
    }

    private static void image(Field source) {
        source.at("reference").mustBeSet("");
        source.at("pullPolicy").oneOf("Always", "IfNotPresent", "Never");
    }
}
