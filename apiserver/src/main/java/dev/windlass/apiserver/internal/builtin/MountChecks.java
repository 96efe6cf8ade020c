package dev.windlass.apiserver.internal.builtin;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** Where containers have the volumes of their pod, as directories and as devices. Stateless. */
final class MountChecks {
    private MountChecks() {
    }

    static void container(Field container, Map<String, JsonNode> volumes) {
        Field mounts = container.at("volumeMounts");
        Field devices = container.at("volumeDevices");
        Map<String, String> mounted = paths(mounts, "mountPath");
        Map<String, String> attached = paths(devices, "devicePath");
        Set<String> seen = new HashSet<>();
        for (Field mount : mounts.items()) {
            mount(mount, volumes, seen);
            taken(mount.at("name"), attached.keySet(), "must not already exist in volumeDevices");
            taken(mount.at("mountPath"), Set.copyOf(attached.values()),
                    "must not already exist as a path in volumeDevices");
            details(mount, mounts, container);
        }
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (Field device : devices.items()) {
            device(device, volumes, names, paths);
            taken(device.at("name"), mounted.keySet(), "must not already exist in volumeMounts");
            taken(device.at("devicePath"), Set.copyOf(mounted.values()),
                    "must not already exist as a path in volumeMounts");
        }
    }

    private static Map<String, String> paths(Field list, String path) {
        return list.items().stream().collect(Collectors.toMap(each -> each.at("name").text(),
                each -> each.at(path).text(), (_, later) -> later));
    }

    private static void taken(Field field, Set<String> others, String problem) {
        if (others.contains(field.text())) {
            field.invalid(field.text(), problem);
        }
    }

    private static void mount(Field mount, Map<String, JsonNode> volumes, Set<String> seen) {
        Field name = mount.at("name");
        name.mustBeSet("");
        if (!volumes.containsKey(name.text())) {
            Field.textAt(name).notFound();
        }
        Field path = mount.at("mountPath");
        path.mustBeSet("");
        if (!seen.add(path.text())) {
            path.invalid(path.text(), "must be unique");
        }
    }

    /** What is told of the list and not of its item is so told by the real server. */
    private static void details(Field mount, Field mounts, Field container) {
        Field sub = mount.at("subPath");
        Field expression = mount.at("subPathExpr");
        if (!sub.isEmpty()) {
            PathChecks.descending(sub.as(mounts.path() + ".subPath"));
        }
        if (!expression.isEmpty()) {
            if (!sub.isEmpty()) {
                expression.invalid("subPathExpr and subPath are mutually exclusive");
            }
            PathChecks.descending(expression.as(mounts.path() + ".subPathExpr"));
        }
        Field propagation = mount.at("mountPropagation").as(mounts.path() + ".mountPropagation");
        propagation.oneOfIfSet("Bidirectional", "HostToContainer", "None");
        if (propagation.text().equals("Bidirectional") && !container.at("securityContext", "privileged").flag()) {
            propagation.forbidden("Bidirectional mount propagation is available only to privileged containers");
        }
        Field recursive = mount.at("recursiveReadOnly").as(mounts.path() + ".recursiveReadOnly");
        if (List.of("Enabled", "IfPossible").contains(recursive.text())) {
            if (!mount.at("readOnly").flag()) {
                recursive.forbidden("may only be specified when readOnly is true");
            }
            if (propagation.isSet() && !propagation.text().equals("None")) {
                recursive.forbidden("may only be specified when mountPropagation is None or not specified");
            }
        } else {
            recursive.oneOfIfSet("Disabled", "Enabled", "IfPossible");
        }
    }

    private static void device(Field device, Map<String, JsonNode> volumes, Set<String> names, Set<String> paths) {
        Field name = device.at("name");
        JsonNode volume = volumes.get(name.text());
        name.mustBeSet("");
        if (names.contains(name.text())) {
            name.invalid(name.text(), "must be unique");
        }
        if (volume == null) {
            Field.textAt(name).notFound();
        } else if (!volume.has("persistentVolumeClaim") && !volume.has("ephemeral")) {
            name.invalid(name.text(),
                    "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        }
        Field path = device.at("devicePath");
        path.mustBeSet("");
        if (paths.contains(path.text())) {
            path.invalid(path.text(), "must be unique");
        }
        if (List.of(path.text().split("/", -1)).contains("..")) {
            path.invalid(path.text(), "can not contain backsteps ('..')");
        } else {
            paths.add(path.text());
        }
        if (!name.isEmpty()) {
            names.add(name.text());
        }
    }
}
