package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the real server warns of in pods and templates that are right: what has no effect, or not the one that was meant. One use. */
final class PodWarnings {
    private static final Map<String, String> OLD_LABELS = Map.of("beta.kubernetes.io/arch",
            "deprecated since v1.14; use \"kubernetes.io/arch\" instead", "beta.kubernetes.io/os",
            "deprecated since v1.14; use \"kubernetes.io/os\" instead", "failure-domain.beta.kubernetes.io/region",
            "deprecated since v1.17; use \"topology.kubernetes.io/region\" instead",
            "failure-domain.beta.kubernetes.io/zone",
            "deprecated since v1.17; use \"topology.kubernetes.io/zone\" instead", "beta.kubernetes.io/instance-type",
            "deprecated since v1.17; use \"node.kubernetes.io/instance-type\" instead", "app.kubernetes.io/created-by",
            "deprecated since v1.9", "scheduler.alpha.kubernetes.io/preferAvoidPods",
            "deprecated since v1.22; use Taints and Tolerations instead", "node-role.kubernetes.io/master",
            "use \"node-role.kubernetes.io/control-plane\" instead");
    private static final List<Map.Entry<String, String>> OLD_ANNOTATIONS = List.of(
            Map.entry("scheduler.alpha.kubernetes.io/critical-pod",
                    "non-functional in v1.16+; use the \"priorityClassName\" field instead"),
            Map.entry("security.alpha.kubernetes.io/sysctls",
                    "non-functional in v1.11+; use the \"sysctls\" field instead"),
            Map.entry("security.alpha.kubernetes.io/unsafe-sysctls",
                    "non-functional in v1.11+; use the \"sysctls\" field instead"));
    /** By the source that they come from. */
    private static final Map<String, String> OLD_VOLUMES = new LinkedHashMap<>();
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
    private static final String PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";
    private static final String NULL_SELECTOR = "a null labelSelector results in matching no pod";
    private static final String USE_SECCOMP = "non-functional in v1.27+; use the \"seccompProfile\" field instead";

    static {
        OLD_VOLUMES.put("photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+");
        OLD_VOLUMES.put("gitRepo", "deprecated in v1.11, and disabled by default in v1.33+");
        OLD_VOLUMES.put("scaleIO", "deprecated in v1.16, non-functional in v1.22+");
        OLD_VOLUMES.put("flocker", "deprecated in v1.22, non-functional in v1.25+");
        OLD_VOLUMES.put("storageos", "deprecated in v1.22, non-functional in v1.25+");
        OLD_VOLUMES.put("quobyte", "deprecated in v1.22, non-functional in v1.25+");
        OLD_VOLUMES.put("glusterfs", "deprecated in v1.25, non-functional in v1.26+");
        OLD_VOLUMES.put("cephfs", "deprecated in v1.28, non-functional in v1.31+");
        OLD_VOLUMES.put("rbd", "deprecated in v1.28, non-functional in v1.31+");
    }

    private final Field spec;
    private final Field annotations;
    private final boolean template;
    private final List<String> warnings;

    private PodWarnings(Field pod, boolean template, List<String> warnings) {
        this.spec = pod.at("spec");
        this.annotations = pod.at("metadata", "annotations");
        this.template = template;
        this.warnings = warnings;
    }

    /** Of a pod and of the node it is on. */
    static void addresses(Field status, List<String> warnings) {
        for (String list : List.of("podIPs", "hostIPs")) {
            for (Field item : status.at(list).items()) {
                Field address = item.at("ip");
                address.warn(Addresses.addressWarning(address.text()), warnings);
            }
        }
    }

    /** Of terms that select nodes. */
    static void nodeTerms(Field terms, List<String> warnings) {
        PodWarnings term = new PodWarnings(terms, false, warnings);
        terms.items().forEach(each -> term.nodeTerm(each, false));
    }

    /** Of a volume from a source that nobody should use any more, in a pod or by itself. */
    static void oldVolume(Field volume, String source, List<String> warnings) {
        if (volume.at(source).isSet()) {
            volume.at(source.equals("storageos") ? "storageOS" : source).warn(OLD_VOLUMES.getOrDefault(source, ""),
                    warnings);
        }
    }

    static void pod(Field pod, List<String> warnings) {
        name(pod.at("metadata", "name").text(), "the Pod's hostname", warnings);
        new PodWarnings(pod, false, warnings).collect();
    }

    /** A name that is one of hosts too had better be a label. */
    static void name(String name, String of, List<String> warnings) {
        List<String> problems = NameRules.label(name);
        if (!problems.isEmpty()) {
            warnings.add("metadata.name: this is used in " + of + ", which can result in surprising behavior;"
                    + " a DNS label is recommended: [" + String.join(" ", problems) + "]");
        }
    }

    static void template(Field template, List<String> warnings) {
        new PodWarnings(template, true, warnings).collect();
    }

    private void warn(Field field, String what) {
        field.warn(what, warnings);
    }

    private void collect() {
        nodes();
        for (Map.Entry<String, String> old : OLD_ANNOTATIONS) {
            if (annotations.at(old.getKey()).isSet()) {
                warn(annotations.key(old.getKey()), old.getValue());
            }
        }
        for (Field volume : spec.at("volumes").items()) {
            OLD_VOLUMES.keySet().forEach(name -> oldVolume(volume, name, warnings));
            ClaimChecks.warnOfFractions(volume.at("ephemeral", "volumeClaimTemplate", "spec"), warnings);
        }
        VolumePathWarnings.collect(spec.at("volumes"), warnings);
        twice(spec.at("hostAliases"), "ip");
        twice(spec.at("imagePullSecrets"), "name");
        spec.at("imagePullSecrets").items().stream().map(each -> each.at("name")).filter(Field::isEmpty)
                .forEach(each -> warn(each, "invalid empty name \"\""));
        fractions(spec.at("overhead"), "memory");
        fractions(spec.at("overhead"), "ephemeral-storage");
        if (!spec.at("securityContext", "seccompProfile").isSet()
                && annotations.at(PodAnnotationChecks.SECCOMP_POD).isSet()) {
            warn(annotations.key(PodAnnotationChecks.SECCOMP_POD), USE_SECCOMP);
        }
        List<Field> containers = PodScope.containers(spec);
        containers.forEach(this::container);
        ports(containers);
        if (spec.at("terminationGracePeriodSeconds").number() < 0) {
            warn(spec.at("terminationGracePeriodSeconds"),
                    "must be >= 0; negative values are invalid and will be treated as 1");
        }
        for (String kind : List.of("podAffinity", "podAntiAffinity")) {
            Field affinity = spec.at("affinity", kind);
            affinity.at(REQUIRED).items().forEach(each -> nullSelector(each.at("labelSelector")));
            affinity.at(PREFERRED).items().forEach(each -> nullSelector(each.at("podAffinityTerm", "labelSelector")));
        }
        spec.at("dnsConfig", "nameservers").items().forEach(this::address);
        spec.at("hostAliases").items().forEach(each -> address(each.at("ip")));
    }

    private void address(Field address) {
        warn(address, Addresses.addressWarning(address.text()));
    }

    private void nullSelector(Field selector) {
        if (!selector.isSet()) {
            warn(selector, NULL_SELECTOR);
        }
    }

    private void nodes() {
        for (String label : spec.at("nodeSelector").value().propertyNames()) {
            warn(spec.at("nodeSelector").key(label), ofLabel(label));
        }
        Field affinity = spec.at("affinity", "nodeAffinity");
        affinity.at(REQUIRED, "nodeSelectorTerms").items().forEach(term -> nodeTerm(term, false));
        affinity.at(PREFERRED).items().forEach(each -> nodeTerm(each.at("preference"), true));
        for (Field constraint : spec.at("topologySpreadConstraints").items()) {
            oldLabel(constraint.at("topologyKey"), warnings);
            nullSelector(constraint.at("labelSelector"));
        }
    }

    /** What there is to say of a label of nodes; empty when there is nothing. */
    static String ofLabel(String name) {
        return OLD_LABELS.getOrDefault(name, "");
    }

    /** Of the key of an expression about nodes. */
    static void oldLabel(Field key, List<String> warnings) {
        String old = ofLabel(key.text());
        key.warn(old.isEmpty() ? "" : key.text() + " is " + old, warnings);
    }

    private void nodeTerm(Field term, boolean checkValues) {
        for (Field expression : term.at("matchExpressions").items()) {
            oldLabel(expression.at("key"), warnings);
            if (checkValues) {
                for (Field value : expression.at("values").items()) {
                    NameRules.labelValue(value.text())
                            .forEach(problem -> warn(value, value.text() + " is invalid, " + problem));
                }
            }
        }
    }

    private void twice(Field list, String key) {
        Set<String> seen = new HashSet<>();
        for (Field item : list.items()) {
            String text = item.at(key).text();
            if (!seen.add(text)) {
                warn(item.at(key), "duplicate " + key + " " + GoText.quoted(text));
            }
        }
    }

    private void fractions(Field amounts, String name) {
        Field amount = amounts.key(name);
        warn(amount, Amounts.fractionWarning(amount));
    }

    private void container(Field container) {
        String name = container.at("name").text();
        Field context = container.at("securityContext");
        if (!context.at("seccompProfile").isSet()
                && annotations.at(PodAnnotationChecks.SECCOMP_CONTAINER + name).isSet()) {
            warn(annotations.key(PodAnnotationChecks.SECCOMP_CONTAINER + name), USE_SECCOMP);
        }
        Field armor = annotations.key(PodAnnotationChecks.APP_ARMOR + name);
        if (template && !context.at("appArmorProfile").isSet() && armor.isSet()
                && !AppArmor.says(armor.text(), spec.at("securityContext", "appArmorProfile"))) {
            warn(armor, "deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
        for (String resource : List.of("memory", "ephemeral-storage")) {
            fractions(container.at("resources", "limits"), resource);
            fractions(container.at("resources", "requests"), resource);
        }
        variables(container.at("env"));
    }

    private void variables(Field variables) {
        Set<String> seen = new HashSet<>();
        for (Field variable : variables.items()) {
            String name = variable.at("name").text();
            String value = variable.at("value").text();
            String before = "$(" + name + ")";
            boolean hides = variable.at("valueFrom").isSet() || value.equals(before) || !value.contains(before);
            if (!seen.add(name) && hides) {
                warn(variable, "hides previous definition of " + GoText.quoted(name)
                        + ", which may be dropped when using apply");
            }
        }
    }

    private void ports(List<Field> containers) {
        Map<String, List<Field>> byNumber = new HashMap<>();
        List<Field> all = containers.stream().flatMap(each -> each.at("ports").items().stream()).toList();
        for (Field port : all) {
            String ip = port.at("hostIP").text();
            long host = port.at("hostPort").number();
            if (!ip.isEmpty() && host == 0) {
                warn(port, "hostIP set without hostPort: {Name:" + port.at("name").text() + " HostPort:0 ContainerPort:"
                        + port.at("containerPort").number() + " Protocol:" + port.at("protocol").text() + " HostIP:"
                        + ip + "}");
            }
            List<Field> same = byNumber.computeIfAbsent(
                    port.at("containerPort").number() + "/" + port.at("protocol").text(), _ -> new ArrayList<>());
            same.forEach(other -> overlap(port, other));
            same.add(port);
        }
        Map<String, String> byName = new HashMap<>();
        for (Field port : all) {
            String name = port.at("name").text();
            String other = name.isEmpty() ? null : byName.putIfAbsent(name, port.path());
            if (other != null) {
                warn(port, "duplicate port name " + GoText.quoted(name) + " with " + other
                        + ", services and probes that select ports by name will use " + other);
            }
        }
    }

    private void overlap(Field port, Field other) {
        String ip = port.at("hostIP").text();
        String otherIp = other.at("hostIP").text();
        long host = port.at("hostPort").number();
        long otherHost = other.at("hostPort").number();
        if (ip.equals(otherIp) && host == otherHost) {
            warn(port, "duplicate port definition with " + other.path());
        } else if (host == 0 || otherHost == 0) {
            warn(port, "overlapping port definition with " + other.path());
        } else if (host == otherHost && ip.isEmpty() != otherIp.isEmpty()) {
            warn(port, "dangerously ambiguous port definition with " + other.path());
        }
    }
}
