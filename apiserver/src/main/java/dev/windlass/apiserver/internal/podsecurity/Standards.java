package dev.windlass.apiserver.internal.podsecurity;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** The checks, by level and version of Kubernetes. Stateless. */
final class Standards {
    /** A version after the last that has changed a check is like that. */
    private static final int NEWEST = 37;

    private static final Set<String> SELINUX_0 = Set.of("", "container_t", "container_init_t", "container_kvm_t");
    private static final Set<String> SELINUX_31 = with(SELINUX_0, "container_engine_t");
    private static final Set<String> SYSCTLS_0 = Set.of("kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies", "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start");
    private static final Set<String> SYSCTLS_27 = with(SYSCTLS_0, "net.ipv4.ip_local_reserved_ports");
    private static final Set<String> SYSCTLS_29 = with(SYSCTLS_27, "net.ipv4.tcp_keepalive_time",
            "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes");
    private static final Set<String> SYSCTLS_32 = with(SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem");
    private static final Set<String> SYSCTLS_37 = with(SYSCTLS_32, "net.ipv4.tcp_slow_start_after_idle",
            "net.ipv4.tcp_notsent_lowat");

    /** In the order in which violations are told; of checks that share a name and a level the last that is old enough holds. */
    private static final List<Versioned> BASELINE = List.of(
            new Versioned("appArmorProfile", 0, BaselineChecks::appArmor),
            new Versioned("capabilities", 0, BaselineChecks::capabilities),
            new Versioned("hostNamespaces", 0, BaselineChecks::hostNamespaces),
            new Versioned("volumes", 0, BaselineChecks::hostPaths),
            new Versioned("hostPorts", 0, BaselineChecks::hostPorts),
            new Versioned("hostProbesAndHostLifecycle", 34, BaselineChecks::hostsOfProbes),
            new Versioned("privileged", 0, BaselineChecks::privileged),
            new Versioned("procMount", 0, BaselineChecks::procMount),
            new Versioned("procMount", 35, Check.unlessOwnUsers(BaselineChecks::procMount)),
            new Versioned("seLinuxOptions", 0, pod -> BaselineChecks.seLinux(pod, SELINUX_0)),
            new Versioned("seLinuxOptions", 31, pod -> BaselineChecks.seLinux(pod, SELINUX_31)),
            new Versioned("seccompProfile", 0, BaselineChecks::seccompByAnnotation),
            new Versioned("seccompProfile", 19, BaselineChecks::seccomp),
            new Versioned("sysctls", 0, pod -> BaselineChecks.sysctls(pod, SYSCTLS_0)),
            new Versioned("sysctls", 27, pod -> BaselineChecks.sysctls(pod, SYSCTLS_27)),
            new Versioned("sysctls", 29, pod -> BaselineChecks.sysctls(pod, SYSCTLS_29)),
            new Versioned("sysctls", 32, pod -> BaselineChecks.sysctls(pod, SYSCTLS_32)),
            new Versioned("sysctls", 37, pod -> BaselineChecks.sysctls(pod, SYSCTLS_37)),
            new Versioned("windowsHostProcess", 0, BaselineChecks::hostProcess));

    /** One of the name of a baseline check takes its place. */
    private static final List<Versioned> RESTRICTED = List.of(
            new Versioned("allowPrivilegeEscalation", 8, RestrictedChecks::privilegeEscalation),
            new Versioned("allowPrivilegeEscalation", 25,
                    Check.unlessWindows(RestrictedChecks::privilegeEscalation)),
            new Versioned("capabilities", 22, RestrictedChecks::capabilities),
            new Versioned("capabilities", 25, Check.unlessWindows(RestrictedChecks::capabilities)),
            new Versioned("procMount", 35, BaselineChecks::procMount),
            new Versioned("volumes", 0, RestrictedChecks::volumes),
            new Versioned("runAsNonRoot", 0, RestrictedChecks::nonRoot),
            new Versioned("runAsNonRoot", 35, Check.unlessOwnUsers(RestrictedChecks::nonRoot)),
            new Versioned("runAsUser", 23, RestrictedChecks::user),
            new Versioned("runAsUser", 35, Check.unlessOwnUsers(RestrictedChecks::user)),
            new Versioned("seccompProfile", 19, RestrictedChecks::seccomp),
            new Versioned("seccompProfile", 25, Check.unlessWindows(RestrictedChecks::seccomp)));

    private Standards() {
    }

    /**
     * A check as it is from a version on.
     *
     * @param since
     *            1.{@code since}
     */
    private record Versioned(String name, int since, Check check) {
    }

    private static Set<String> with(Set<String> fewer, String... more) {
        Set<String> all = new HashSet<>(fewer);
        all.addAll(Set.of(more));
        return Set.copyOf(all);
    }

    static List<Violation> violations(Standard standard, Subject pod) {
        if (standard.level() == Level.PRIVILEGED) {
            return List.of();
        }
        int minor = (int) Math.min(standard.minor(), NEWEST);
        List<Versioned> baseline = at(BASELINE, minor);
        List<Versioned> restricted = standard.level() == Level.RESTRICTED ? at(RESTRICTED, minor) : List.of();
        Stream<Versioned> kept = baseline.stream()
                .filter(each -> restricted.stream().noneMatch(other -> other.name.equals(each.name)));
        return Stream.concat(kept, restricted.stream()).map(each -> each.check.of(pod)).filter(Objects::nonNull)
                .toList();
    }

    private static List<Versioned> at(List<Versioned> checks, int minor) {
        return checks.stream().filter(each -> each.since <= minor).filter(each -> checks.stream()
                .noneMatch(other -> other.name.equals(each.name) && other.since > each.since && other.since <= minor))
                .toList();
    }
}
