package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** As whom and with what rights the containers of a pod run, and which of that each operating system has. Stateless. */
final class SecurityContextChecks {
    private static final Pattern SYSCTL = Pattern
            .compile("([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*+[a-z0-9]([-_a-z0-9]*[a-z0-9])?");
    private static final String SYSCTL_RULE = "must have at most 253 characters and match regex"
            + " ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$";
    private static final int LONGEST_SYSCTL = 253;
    private static final Set<String> IPC_SYSCTLS = Set.of("kernel.sem", "kernel.shmall", "kernel.shmmax",
            "kernel.shmmni", "kernel.shm_rmid_forced", "kernel.shm", "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni",
            "kernel.msg");
    private static final int LONGEST_PROFILE = 4095;
    private static final List<String> PROFILES = List.of("Localhost", "RuntimeDefault", "Unconfined");
    /** What a Windows pod does not have, in the order in which it is told. */
    private static final List<String> LINUX_PODS = List.of("appArmorProfile", "seLinuxOptions", "seccompProfile",
            "fsGroup", "fsGroupChangePolicy", "sysctls", "runAsUser", "runAsGroup", "supplementalGroups",
            "supplementalGroupsPolicy", "seLinuxChangePolicy");
    private static final List<String> LINUX_CONTAINERS = List.of("appArmorProfile", "seLinuxOptions", "seccompProfile",
            "capabilities", "readOnlyRootFilesystem", "privileged", "allowPrivilegeEscalation", "procMount",
            "runAsUser", "runAsGroup");
    private static final String NOT_ON_WINDOWS = "cannot be set for a windows pod";
    private static final String NOT_ON_LINUX = "windows options cannot be set for a linux pod";

    private SecurityContextChecks() {
    }

    static void pod(Field spec) {
        Field context = spec.at("securityContext");
        for (String id : List.of("fsGroup", "runAsUser", "runAsGroup")) {
            id(context.at(id));
        }
        context.at("supplementalGroups").items().forEach(SecurityContextChecks::id);
        sysctls(context.at("sysctls"), spec);
        context.at("fsGroupChangePolicy").oneOfIfSet("Always", "OnRootMismatch");
        seccomp(context.at("seccompProfile"));
        windows(context.at("windowsOptions"));
        appArmor(context.at("appArmorProfile"));
        context.at("supplementalGroupsPolicy").oneOfIfSet("Merge", "Strict");
        context.at("seLinuxChangePolicy").oneOfIfSet("MountOption", "Recursive");
    }

    static void container(Field context, boolean hostUsers) {
        if (!context.isSet()) {
            return;
        }
        id(context.at("runAsUser"));
        id(context.at("runAsGroup"));
        Field proc = context.at("procMount");
        proc.oneOfIfSet("Default", "Unmasked");
        if (hostUsers && proc.text().equals("Unmasked")) {
            proc.invalid("`hostUsers` must be false to use `Unmasked`");
        }
        seccomp(context.at("seccompProfile"));
        Field escalation = context.at("allowPrivilegeEscalation");
        if (escalation.isSet() && !escalation.flag()) {
            if (context.at("privileged").flag()) {
                context.invalid("cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
            }
            if (context.at("capabilities", "add").texts().contains("CAP_SYS_ADMIN")) {
                context.invalid(
                        "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
            }
        }
        windows(context.at("windowsOptions"));
        appArmor(context.at("appArmorProfile"));
    }

    /** Of a user or a group. */
    static void id(Field id) {
        if (id.isSet()) {
            id.between(0, Integer.MAX_VALUE);
        }
    }

    private static void sysctls(Field sysctls, Field spec) {
        Set<String> names = new HashSet<>();
        for (Field sysctl : sysctls.items()) {
            Field name = sysctl.at("name");
            String text = name.text();
            if (name.mustBeSet("")) {
                if (text.length() > LONGEST_SYSCTL || !SYSCTL.matcher(text).matches()) {
                    name.invalid(SYSCTL_RULE);
                } else if (names.contains(text)) {
                    name.duplicate();
                }
            }
            String shared = sharedBy(text);
            if (shared != null && spec.at(shared).flag()) {
                name.invalid("may not be specified when '" + shared + "' is true");
            }
            names.add(text);
        }
    }

    /** The field by which a pod shares with its node what a sysctl is of. */
    private static @Nullable String sharedBy(String sysctl) {
        int dot = sysctl.indexOf('.');
        int slash = sysctl.indexOf('/');
        boolean slashes = slash >= 0 && (dot < 0 || slash < dot);
        String name = slashes
                ? sysctl.replace('.', '\0').replace('/', '.').replace('\0', '/')
                : sysctl;
        if (name.startsWith("net.")) {
            return "hostNetwork";
        }
        return IPC_SYSCTLS.contains(name) || name.startsWith("fs.mqueue.") ? "hostIPC" : null;
    }

    private static void seccomp(Field profile) {
        if (!profile.isSet()) {
            return;
        }
        Field type = profile.at("type");
        if (type.mustBeSet("type is required when seccompProfile is set")) {
            type.oneOf(PROFILES.toArray(String[]::new));
        }
        Field local = profile.at("localhostProfile");
        if (!type.text().equals("Localhost")) {
            if (local.isSet()) {
                profile.invalid(local, "can only be set when seccomp type is Localhost");
            }
        } else if (local.isSet()) {
            PathChecks.descending(local);
        } else {
            local.required("must be set when seccomp type is Localhost");
        }
    }

    private static void appArmor(Field profile) {
        if (profile.isSet()) {
            appArmorProfile(profile.at("type"), profile.at("localhostProfile"));
        }
    }

    private static void appArmorProfile(Field type, Field local) {
        switch (type.text()) {
            case "Localhost" -> {
                if (local.isEmpty()) {
                    local.required("must be set when AppArmor type is Localhost");
                } else if (!GoText.trimmed(local.text()).equals(local.text())) {
                    local.invalid("must not be padded with whitespace");
                }
                if (local.text().length() > LONGEST_PROFILE) {
                    local.tooLong(LONGEST_PROFILE);
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (local.isSet()) {
                    local.invalid("can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> type.required("type is required when appArmorProfile is set");
            default -> type.oneOf(PROFILES.toArray(String[]::new));
        }
    }

    private static void windows(Field options) {
        Field specName = options.at("gmsaCredentialSpecName");
        if (specName.isSet()) {
            specName.named(NameRules::subdomain);
        }
        WindowsUsers.credentialSpec(options.at("gmsaCredentialSpec"));
        WindowsUsers.userName(options.at("runAsUserName"));
    }

    /** Containers that are processes of a Windows host are so together. */
    static void hostProcesses(Field spec) {
        Field ofPod = spec.at("securityContext", "windowsOptions", "hostProcess");
        int all = 0;
        int processes = 0;
        for (Field container : PodScope.containers(spec)) {
            all++;
            Field own = container.at("securityContext", "windowsOptions", "hostProcess");
            if (ofPod.isSet() && own.isSet() && ofPod.flag() != own.flag()) {
                own.invalid("pod hostProcess value must be identical if both are specified, was " + ofPod.flag());
            }
            processes += (own.isSet() ? own : ofPod).flag() ? 1 : 0;
        }
        if (processes == 0) {
            return;
        }
        if (processes != all) {
            spec.invalid("",
                    "If pod contains any hostProcess containers then all containers must be HostProcess containers");
        }
        if (!spec.at("hostNetwork").flag()) {
            spec.at("hostNetwork").invalid(Json.object().booleanNode(false),
                    "hostNetwork must be true if pod contains any hostProcess containers");
        }
    }

    static void operatingSystem(Field spec) {
        Field os = spec.at("os");
        if (!os.isSet()) {
            return;
        }
        Field name = os.at("name");
        if (!name.mustBeSet("")) {
            return;
        }
        switch (name.text()) {
            case "linux" -> {
                onLinux(spec.at("securityContext"));
                PodScope.containers(spec).forEach(each -> onLinux(each.at("securityContext")));
            }
            case "windows" -> {
                onWindows(spec.at("securityContext"), LINUX_PODS);
                onWindows(spec, List.of("hostUsers"));
                List.of("hostPID", "hostIPC").stream().map(spec::at).filter(Field::flag)
                        .forEach(each -> each.forbidden(NOT_ON_WINDOWS));
                onWindows(spec, List.of("shareProcessNamespace"));
                PodScope.containers(spec).forEach(each -> onWindows(each.at("securityContext"), LINUX_CONTAINERS));
            }
            default -> os.errors().add(FieldError.notSupported(os.path(), name.value(), List.of("linux", "windows")));
        }
    }

    private static void onLinux(Field context) {
        if (context.at("windowsOptions").isSet()) {
            context.at("windowsOptions").forbidden(NOT_ON_LINUX);
        }
    }

    private static void onWindows(Field of, List<String> linuxOnly) {
        linuxOnly.stream().map(of::at).filter(Field::isSet).forEach(each -> each.forbidden(NOT_ON_WINDOWS));
    }
}
