package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What is wrong with a persistent volume, and what its client should know. Stateless. */
final class PersistentVolumeChecks {
    /** What one may come from, in the order in which it is looked at. */
    private static final Map<String, Consumer<Field>> SOURCES = new LinkedHashMap<>();
    /** Those that may be told how to be mounted by an annotation. */
    private static final List<String> MOUNTED = List.of("gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "nfs",
            "rbd", "quobyte", "iscsi", "cinder", "cephfs", "azureFile", "vsphereVolume", "azureDisk",
            "photonPersistentDisk");
    private static final String MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";
    private static final String[] TERMS = {"required", "nodeSelectorTerms"};
    private static final Map<String, String> NEW_LABELS = Map.of("beta.kubernetes.io/arch", "kubernetes.io/arch",
            "beta.kubernetes.io/os", "kubernetes.io/os", "failure-domain.beta.kubernetes.io/region",
            "topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/zone", "topology.kubernetes.io/zone",
            "beta.kubernetes.io/instance-type", "node.kubernetes.io/instance-type");
    private static final Map<String, String> OLD_ANNOTATIONS = new LinkedHashMap<>();
    private static final List<String> OLD_SOURCES = List.of("cephfs", "photonPersistentDisk", "scaleIO", "storageos",
            "glusterfs", "rbd");

    /** As they are shown. */
    private static final List<String> BESIDE_SOURCES = List.of("Capacity", "AccessModes", "ClaimRef",
            "PersistentVolumeReclaimPolicy", "StorageClassName", "MountOptions", "VolumeMode", "NodeAffinity",
            "VolumeAttributesClassName");
    private static final String INLINE = " in the context of inline volumes";
    private static final String EXPANDED_BY = "controllerExpandSecretRef";

    static {
        likeInPods("hostPath", "gcePersistentDisk", "awsElasticBlockStore");
        SOURCES.put("glusterfs", PersistentVolumeChecks::glusterfs);
        likeInPods("flocker", "nfs", "rbd", "quobyte", "cephfs");
        SOURCES.put("iscsi", PersistentVolumeChecks::iscsi);
        SOURCES.put("cinder", source -> {
            source.at("volumeID").mustBeSet("");
            secret(source.at("secretRef"), false);
        });
        likeInPods("fc", "flexVolume");
        SOURCES.put("azureFile", source -> {
            source.at("secretName").mustBeSet("");
            source.at("shareName").mustBeSet("");
            if (source.at("secretNamespace").isSet()) {
                source.at("secretNamespace").mustBeSet("");
            }
        });
        likeInPods("vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO");
        SOURCES.put("local", source -> {
            if (source.at("path").mustBeSet("")) {
                PathChecks.noBacksteps(source.at("path"));
            }
        });
        SOURCES.put("storageos", source -> {
            source.at("volumeName").requiredName(NameRules::label);
            if (!source.at("volumeNamespace").isEmpty()) {
                source.at("volumeNamespace").named(NameRules::label);
            }
            secret(source.at("secretRef"), false);
        });
        SOURCES.put("csi", PersistentVolumeChecks::csi);
        OLD_ANNOTATIONS.put(ClaimRule.CLASS_ANNOTATION, ClaimRule.OLD_CLASS);
        OLD_ANNOTATIONS.put(MOUNT_OPTIONS,
                "deprecated since v1.31; use \"mountOptions\" attribute instead");
    }

    private PersistentVolumeChecks() {
    }

    private static void likeInPods(String... names) {
        for (String name : names) {
            SOURCES.put(name, source -> VolumeChecks.source(name, source));
        }
    }

    static void check(Field now, Field before) {
        Field spec = now.at("spec");
        spec.at("accessModes").mustBeSet("");
        ClaimChecks.modes(spec.at("accessModes"));
        Field capacity = spec.at("capacity");
        capacity.mustBeSet("");
        if (!capacity.at("storage").isSet() || capacity.value().size() > 1) {
            capacity.unsupported("storage");
        }
        capacity.value().propertyNames().forEach(name -> Amounts.positive(capacity.key(name)));
        Field policy = spec.at("persistentVolumeReclaimPolicy");
        policy.oneOfIfSet("Delete", "Recycle", "Retain");
        Field affinity = spec.at("nodeAffinity");
        if (affinity.isSet() && affinity.at("required").isSet()) {
            AffinityChecks.nodeSelector(affinity.at("required"));
        } else if (affinity.isSet()) {
            affinity.at("required").required("must specify required node constraints");
        }
        source(spec);
        if (policy.text().equals("Recycle") && PathChecks.isRoot(spec.at("hostPath", "path").text())) {
            policy.forbidden("may not be 'recycle' for a hostPath mount of '/'");
        }
        ClaimChecks.named(spec.at("storageClassName"));
        spec.at("volumeMode").oneOfIfSet("Block", "Filesystem");
        attributes(spec);
        Field options = now.at("metadata", "annotations", MOUNT_OPTIONS);
        if (options.isSet() && MOUNTED.stream().noneMatch(each -> spec.at(each).isSet())) {
            options.forbidden("may not specify mount options for this volume type");
        }
        if (before.isSet()) {
            update(spec, before.at("spec"));
        }
    }

    /** The specification of a volume that is attached and is no object of its own. */
    static void inline(Field spec) {
        for (String field : List.of("claimRef", "capacity")) {
            if (field.equals("capacity") ? !spec.at(field).isEmpty() : spec.at(field).isSet()) {
                spec.at(field).forbidden("may not be specified" + INLINE);
            }
        }
        if (!spec.at("csi").isSet()) {
            spec.at("csi").required("has to be specified" + INLINE);
        }
        spec.at("accessModes").mustBeSet("");
        ClaimChecks.modes(spec.at("accessModes"));
        Field policy = spec.at("persistentVolumeReclaimPolicy");
        if (!policy.isEmpty() && !policy.text().equals("Retain")) {
            policy.forbidden("may only be Retain" + INLINE);
        }
        if (spec.at("nodeAffinity").isSet()) {
            spec.at("nodeAffinity").forbidden("may not be specified" + INLINE);
        }
        source(spec);
        if (!spec.at("storageClassName").isEmpty()) {
            spec.at("storageClassName").forbidden("may not be specified" + INLINE);
        }
        Field mode = spec.at("volumeMode");
        if (mode.isSet() && !mode.text().equals("Filesystem")) {
            mode.forbidden("may not specify volumeMode other than Filesystem" + INLINE);
        }
    }

    private static void source(Field spec) {
        boolean any = false;
        for (Map.Entry<String, Consumer<Field>> each : SOURCES.entrySet()) {
            String name = each.getKey();
            Field source = spec.at(name);
            if (!source.isSet()) {
                continue;
            }
            if (any && !name.equals("flexVolume")) { // it is never one too many
                (name.equals("cephfs") ? spec.at("cephFS") : source)
                        .forbidden("may not specify more than 1 volume type");
                continue;
            }
            any = true;
            each.getValue().accept(source);
            if (name.equals("local") && !spec.at("nodeAffinity").isSet()) {
                spec.at("nodeAffinity").required("Local volume requires node affinity");
            }
        }
        if (!any) {
            spec.required("must specify a volume type");
        }
    }

    private static void attributes(Field spec) {
        Field name = spec.at("volumeAttributesClassName");
        if (!name.isSet()) {
            return;
        }
        if (name.isEmpty()) {
            name.required("an empty string is disallowed");
        } else {
            name.named(NameRules::subdomain);
        }
        if (!spec.at("csi").isSet()) {
            spec.at("csi").required("has to be specified when using volumeAttributesClassName");
        }
    }

    private static void update(Field spec, Field before) {
        if (SOURCES.keySet().stream().anyMatch(each -> differs(spec.at(each), before.at(each), each))) {
            ObjectNode now = (ObjectNode) spec.value().deepCopy();
            ObjectNode csi = Json.objectAt(now, "csi");
            if (csi != null && !before.at("csi", EXPANDED_BY).isSet()) {
                csi.remove(EXPANDED_BY);
            }
            spec.as("spec.persistentvolumesource").changed("spec.persistentvolumesource is immutable after creation",
                    before.value(), now, shown -> ((ObjectNode) shown).remove(BESIDE_SOURCES));
        }
        spec.at("volumeMode").as("volumeMode").immutable(before.at("volumeMode"));
        Field affinity = before.at("nodeAffinity");
        if (affinity.isSet() && !sameButForOldLabels(spec.at("nodeAffinity"), affinity)) {
            spec.at("nodeAffinity").as("nodeAffinity")
                    .invalid("field is immutable, except for updating from beta label to GA");
        }
        if (before.at("volumeAttributesClassName").isSet() && !spec.at("volumeAttributesClassName").isSet()) {
            spec.at("volumeAttributesClassName").forbidden("update from non-nil value to nil is forbidden");
        }
    }

    private static boolean sameButForOldLabels(Field affinity, Field before) {
        JsonNode old = before.value().deepCopy();
        JsonNode terms = affinity.at(TERMS).value();
        int term = 0;
        for (JsonNode oldTerm : old.path("required").path("nodeSelectorTerms")) {
            JsonNode expressions = terms.path(term++).path("matchExpressions");
            int place = 0;
            for (JsonNode expression : oldTerm.path("matchExpressions")) {
                String key = Json.textOrEmpty(expressions.path(place++), "key");
                if (key.equals(NEW_LABELS.get(Json.textOrEmpty(expression, "key")))) {
                    ((ObjectNode) expression).put("key", key);
                }
            }
        }
        return Json.alike(affinity.isSet() ? affinity.value() : null, old);
    }

    /** Who expands a volume may be told later. */
    private static boolean differs(Field source, Field before, String name) {
        if (name.equals("csi") && source.value() instanceof ObjectNode now && before.isSet()
                && !before.at(EXPANDED_BY).isSet()) {
            ObjectNode rest = now.deepCopy();
            rest.remove(EXPANDED_BY);
            return !Json.alike(rest, before.value());
        }
        return source.differs(before);
    }

    private static void glusterfs(Field source) {
        source.at("endpoints").mustBeSet("");
        source.at("path").mustBeSet("");
        Field namespace = source.at("endpointsNamespace");
        if (namespace.isSet() && namespace.isEmpty()) {
            namespace.invalid("if the endpointnamespace is set, it must be a valid namespace name");
        } else if (namespace.isSet()) {
            namespace.named(NameRules::label);
        }
    }

    private static void iscsi(Field source) {
        NetworkDiskChecks.iscsi(source, "must be valid format");
        if (source.at("secretRef").isSet()) {
            source.at("secretRef", "name").mustBeSet("");
        }
    }

    private static void csi(Field source) {
        StorageChecks.driverName(source.at("driver"));
        source.at("volumeHandle").mustBeSet("");
        for (String name : List.of("controllerPublishSecretRef", EXPANDED_BY, "nodePublishSecretRef",
                "nodeExpandSecretRef")) {
            secret(source.at(name), true);
        }
    }

    /** @param named whether its names are looked at */
    private static void secret(Field secret, boolean named) {
        if (!secret.isSet()) {
            return;
        }
        if (secret.at("name").mustBeSet("") && named) {
            secret.at("name").named(NameRules::subdomain);
        }
        if (secret.at("namespace").mustBeSet("") && named) {
            secret.at("namespace").named(NameRules::label);
        }
    }

    static void warn(Field volume, List<String> warnings) {
        Field annotations = volume.at("metadata", "annotations");
        OLD_ANNOTATIONS.forEach((name, why) -> {
            if (annotations.value().has(name)) {
                annotations.key(name).warn(why, warnings);
            }
        });
        Field spec = volume.at("spec");
        Field policy = spec.at("persistentVolumeReclaimPolicy");
        if (policy.text().equals("Recycle")) {
            policy.warn("The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic"
                    + " provisioning.", warnings);
        }
        PodWarnings.nodeTerms(spec.at("nodeAffinity").at(TERMS), warnings);
        OLD_SOURCES.forEach(name -> PodWarnings.oldVolume(spec, name, warnings));
    }
}
