package dev.windlass.apiserver.internal.podsecurity;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.podsecurity.Subject.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is forbidden to pods beyond the {@linkplain BaselineChecks baseline}. Each says null when nothing is wrong. Stateless. */
final class RestrictedChecks {
    private static final Set<String> CAPABILITIES = Set.of("NET_BIND_SERVICE");
    private static final List<String> VOLUMES = List.of("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral",
            "image", "persistentVolumeClaim", "projected", "secret");
    private static final List<String> OTHER_VOLUMES = List.of("hostPath", "gcePersistentDisk", "awsElasticBlockStore",
            "gitRepo", "nfs", "iscsi", "glusterfs", "rbd", "flexVolume", "cinder", "cephfs", "flocker", "fc",
            "azureFile", "vsphereVolume", "quobyte", "azureDisk", "photonPersistentDisk", "portworxVolume", "scaleIO",
            "storageos");

    private RestrictedChecks() {
    }

    static @Nullable Violation privilegeEscalation(Subject pod) {
        Names containers = pod.whoseSecurity(security -> Json.flag(security, true, "allowPrivilegeEscalation"));
        return containers.any()
                ? new Violation("allowPrivilegeEscalation != false",
                        containers + " must set securityContext.allowPrivilegeEscalation=false")
                : null;
    }

    static @Nullable Violation capabilities(Subject pod) {
        SortedSet<String> found = new TreeSet<>();
        Names keeping = pod.whoseSecurity(security -> security.path("capabilities").path("drop").valueStream()
                .noneMatch(each -> each.asString("").equals("ALL")));
        Names adding = pod.whoseSecurity(security -> BaselineChecks.added(security, CAPABILITIES, found));
        List<String> details = new ArrayList<>();
        if (keeping.any()) {
            details.add(keeping + " must set securityContext.capabilities.drop=[\"ALL\"]");
        }
        if (adding.any()) {
            details.add(adding + " must not include " + Subject.quoted(found.stream())
                    + " in securityContext.capabilities.add");
        }
        return details.isEmpty() ? null : new Violation("unrestricted capabilities", String.join("; ", details));
    }

    static @Nullable Violation volumes(Subject pod) {
        List<JsonNode> wrong = pod.spec().path("volumes").valueStream()
                .filter(each -> VOLUMES.stream().noneMatch(each::has)).toList();
        if (wrong.isEmpty()) {
            return null;
        }
        List<String> types = wrong.stream()
                .map(each -> OTHER_VOLUMES.stream().filter(each::has).findFirst().orElse("unknown")).distinct().sorted()
                .toList();
        return new Violation("restricted volume types", (wrong.size() == 1 ? "volume " : "volumes ")
                + Subject.quoted(wrong.stream().map(each -> each.path("name").asString("")))
                + (wrong.size() == 1 ? " uses" : " use")
                + (types.size() == 1 ? " restricted volume type " : " restricted volume types ")
                + Subject.quoted(types.stream()));
    }

    static @Nullable Violation nonRoot(Subject pod) {
        Predicate<JsonNode> root = security -> !Json.flag(security, true, "runAsNonRoot");
        boolean ofPod = root.test(pod.security());
        Names containers = pod.whoseSecurity(root);
        if (ofPod || containers.any()) {
            return new Violation("runAsNonRoot != true",
                    containers.with(ofPod) + " must not set securityContext.runAsNonRoot=false");
        }
        if (Json.flag(pod.security(), false, "runAsNonRoot")) {
            return null;
        }
        Names silent = pod.whoseSecurity(security -> !security.has("runAsNonRoot"));
        return silent.any()
                ? new Violation("runAsNonRoot != true",
                        "pod or " + silent + " must set securityContext.runAsNonRoot=true")
                : null;
    }

    static @Nullable Violation user(Subject pod) {
        Predicate<JsonNode> root = security -> security.path("runAsUser").asLong(-1) == 0;
        boolean ofPod = root.test(pod.security());
        Names containers = pod.whoseSecurity(root);
        return ofPod || containers.any()
                ? new Violation("runAsUser=0", containers.with(ofPod) + " must not set runAsUser=0")
                : null;
    }

    static @Nullable Violation seccomp(Subject pod) {
        Violation forbidden = BaselineChecks.seccomp(pod);
        if (forbidden != null || pod.security().has("seccompProfile")) {
            return forbidden;
        }
        Names silent = pod.whoseSecurity(security -> !security.has("seccompProfile"));
        return silent.any()
                ? new Violation("seccompProfile", "pod or " + silent
                        + " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"")
                : null;
    }
}
