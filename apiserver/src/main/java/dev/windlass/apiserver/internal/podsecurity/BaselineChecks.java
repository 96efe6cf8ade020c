package dev.windlass.apiserver.internal.podsecurity;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.podsecurity.Subject.Names;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What is forbidden to pods that are not privileged. Each says null when nothing is wrong. Stateless. */
final class BaselineChecks {
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String SECCOMP_OF_POD = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
    private static final Set<String> PROFILES = Set.of("RuntimeDefault", "Localhost");
    private static final Set<String> CAPABILITIES = Set.of("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID",
            "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT");

    private BaselineChecks() {
    }

    static @Nullable Violation appArmor(Subject pod) {
        SortedSet<String> types = new TreeSet<>();
        Predicate<JsonNode> forbidden = security -> isForbiddenType(security.path("appArmorProfile"), types);
        boolean ofPod = forbidden.test(pod.security());
        Names containers = pod.whoseSecurity(forbidden);
        List<String> annotations = pod.metadata().path("annotations").propertyStream()
                .filter(each -> each.getKey().startsWith(APP_ARMOR))
                .filter(each -> !isAppArmor(each.getValue().asString("")))
                .map(each -> each.getKey() + "=" + GoText.quoted(each.getValue().asString(""))).sorted().toList();
        List<String> who = new ArrayList<>();
        if (ofPod || containers.any()) {
            who.add(containers.with(ofPod));
        }
        if (!annotations.isEmpty()) {
            who.add(annotations.size() == 1 ? "annotation" : "annotations");
        }
        int count = types.size() + annotations.size();
        return who.isEmpty()
                ? null
                : new Violation("forbidden AppArmor profile" + (count == 1 ? "" : "s"), String.join(" and ", who)
                        + " must not set AppArmor profile type to "
                        + Subject.quoted(Stream.concat(types.stream(), annotations.stream())));
    }

    private static boolean isAppArmor(String profile) {
        return profile.isEmpty() || profile.equals("runtime/default") || profile.startsWith("localhost/");
    }

    /** Remembers a type of profile that is there and may not be. */
    private static boolean isForbiddenType(JsonNode profile, Set<String> types) {
        String type = profile.path("type").asString("");
        if (!profile.isObject() || PROFILES.contains(type)) {
            return false;
        }
        types.add(type);
        return true;
    }

    static @Nullable Violation capabilities(Subject pod) {
        SortedSet<String> found = new TreeSet<>();
        Names containers = pod.whoseSecurity(security -> added(security, CAPABILITIES, found));
        return containers.any()
                ? new Violation("non-default capabilities", containers + " must not include "
                        + Subject.quoted(found.stream()) + " in securityContext.capabilities.add")
                : null;
    }

    /** Remembers capabilities that are added and may not be. */
    static boolean added(JsonNode security, Set<String> allowed, Set<String> found) {
        List<String> wrong = security.path("capabilities").path("add").valueStream().map(each -> each.asString(""))
                .filter(each -> !allowed.contains(each)).toList();
        found.addAll(wrong);
        return !wrong.isEmpty();
    }

    static @Nullable Violation hostNamespaces(Subject pod) {
        List<String> shared = Stream.of("hostNetwork", "hostPID", "hostIPC")
                .filter(each -> Json.flag(pod.spec(), false, each)).map(each -> each + "=true").toList();
        return shared.isEmpty() ? null : new Violation("host namespaces", String.join(", ", shared));
    }

    static @Nullable Violation hostPaths(Subject pod) {
        List<String> volumes = pod.spec().path("volumes").valueStream().filter(each -> each.has("hostPath"))
                .map(each -> each.path("name").asString("")).toList();
        return volumes.isEmpty()
                ? null
                : new Violation("hostPath volumes",
                        (volumes.size() == 1 ? "volume " : "volumes ") + Subject.quoted(volumes.stream()));
    }

    static @Nullable Violation hostPorts(Subject pod) {
        SortedSet<String> ports = new TreeSet<>();
        Names containers = pod.which(container -> {
            List<String> taken = container.path("ports").valueStream().map(each -> each.path("hostPort").asInt(0))
                    .filter(each -> each != 0).map(String::valueOf).toList();
            ports.addAll(taken);
            return !taken.isEmpty();
        });
        return containers.any()
                ? new Violation("hostPort", containers + containers.verb(" uses hostPort", " use hostPort")
                        + (ports.size() == 1 ? " " : "s ") + String.join(", ", ports))
                : null;
    }

    static @Nullable Violation hostsOfProbes(Subject pod) {
        SortedSet<String> hosts = new TreeSet<>();
        Names containers = pod.which(container -> {
            List<String> named = Stream
                    .concat(Stream.of("livenessProbe", "readinessProbe", "startupProbe").map(container::path),
                            Stream.of("postStart", "preStop").map(container.path("lifecycle")::path))
                    .flatMap(handler -> Stream.of(handler.path("httpGet"), handler.path("tcpSocket")))
                    .map(each -> each.path("host").asString("")).filter(each -> !each.isEmpty()).toList();
            hosts.addAll(named);
            return !named.isEmpty();
        });
        Names sorted = new Names(containers.names().stream().distinct().sorted().toList());
        return sorted.any()
                ? new Violation("probe or lifecycle host",
                        sorted + sorted.verb(" uses probe or lifecycle host", " use probe or lifecycle host")
                                + (hosts.size() == 1 ? " " : "s ") + Subject.quoted(hosts.stream()))
                : null;
    }

    static @Nullable Violation privileged(Subject pod) {
        Names containers = pod.whoseSecurity(security -> Json.flag(security, false, "privileged"));
        return containers.any()
                ? new Violation("privileged", containers + " must not set securityContext.privileged=true")
                : null;
    }

    static @Nullable Violation procMount(Subject pod) {
        SortedSet<String> types = new TreeSet<>();
        Names containers = pod.whoseSecurity(security -> {
            String type = security.path("procMount").asString("Default");
            if (type.equals("Default")) {
                return false;
            }
            types.add(type);
            return true;
        });
        return containers.any()
                ? new Violation("procMount", containers + " must not set securityContext.procMount to "
                        + Subject.quoted(types.stream()))
                : null;
    }

    static @Nullable Violation seLinux(Subject pod, Set<String> allowedTypes) {
        SortedSet<String> types = new TreeSet<>();
        Set<String> set = new HashSet<>();
        Predicate<JsonNode> forbidden = security -> {
            JsonNode options = security.path("seLinuxOptions");
            String type = options.path("type").asString("");
            List<String> more = Stream.of("user", "role")
                    .filter(each -> !options.path(each).asString("").isEmpty()).toList();
            set.addAll(more);
            if (allowedTypes.contains(type)) {
                return !more.isEmpty();
            }
            types.add(type);
            return true;
        };
        boolean ofPod = forbidden.test(pod.security());
        Names containers = pod.whoseSecurity(forbidden);
        List<String> what = new ArrayList<>();
        if (!types.isEmpty()) {
            what.add((types.size() == 1 ? "type " : "types ") + Subject.quoted(types.stream()));
        }
        Stream.of("user", "role").filter(set::contains).forEach(each -> what.add(each + " may not be set"));
        return what.isEmpty()
                ? null
                : new Violation("seLinuxOptions", containers.with(ofPod)
                        + " set forbidden securityContext.seLinuxOptions: " + String.join("; ", what));
    }

    /** By annotation, as it was once. */
    static @Nullable Violation seccompByAnnotation(Subject pod) {
        List<String> forbidden = Stream
                .concat(Stream.of(SECCOMP_OF_POD),
                        pod.containers().map(each -> SECCOMP + each.path("name").asString("")))
                .filter(each -> pod.metadata().path("annotations").has(each)).distinct()
                .map(each -> new String[]{each, pod.metadata().path("annotations").path(each).asString("")})
                .filter(each -> !isSeccomp(each[1])).map(each -> each[0] + "=" + GoText.quoted(each[1])).sorted()
                .toList();
        return forbidden.isEmpty()
                ? null
                : new Violation("seccompProfile", "forbidden annotation" + (forbidden.size() == 1 ? " " : "s ")
                        + String.join(", ", forbidden));
    }

    private static boolean isSeccomp(String profile) {
        return profile.equals("runtime/default") || profile.equals("docker/default")
                || profile.startsWith("localhost/");
    }

    static @Nullable Violation seccomp(Subject pod) {
        SortedSet<String> types = new TreeSet<>();
        Predicate<JsonNode> forbidden = security -> isForbiddenType(security.path("seccompProfile"), types);
        boolean ofPod = forbidden.test(pod.security());
        Names containers = pod.whoseSecurity(forbidden);
        return ofPod || containers.any()
                ? new Violation("seccompProfile", containers.with(ofPod)
                        + " must not set securityContext.seccompProfile.type to " + Subject.quoted(types.stream()))
                : null;
    }

    static @Nullable Violation sysctls(Subject pod, Set<String> allowed) {
        List<String> forbidden = pod.security().path("sysctls").valueStream()
                .map(each -> each.path("name").asString("")).filter(each -> !allowed.contains(each)).toList();
        return forbidden.isEmpty() ? null : new Violation("forbidden sysctls", String.join(", ", forbidden));
    }

    static @Nullable Violation hostProcess(Subject pod) {
        Predicate<JsonNode> forbidden = security -> Json.flag(security, false, "windowsOptions", "hostProcess");
        boolean ofPod = forbidden.test(pod.security());
        Names containers = pod.whoseSecurity(forbidden);
        return ofPod || containers.any()
                ? new Violation("hostProcess",
                        containers.with(ofPod) + " must not set securityContext.windowsOptions.hostProcess=true")
                : null;
    }
}
