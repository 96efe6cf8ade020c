package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the specification of a pod allows, by itself and in a template, in the order in which the real server says what is wrong. Stateless. */
final class PodChecks {
    private static final int MOST_NAME_SERVERS = 3;
    private static final int MOST_SEARCHES = 32;
    private static final int LONGEST_SEARCHES = 2048;
    private static final int LONGEST_HOSTNAME = 64;

    private PodChecks() {
    }

    /** The template of a pod. */
    static void template(Field template) {
        Field metadata = template.at("metadata");
        metadata.at("labels").as(template.path() + ".labels").labels();
        Field annotations = metadata.at("annotations").as(template.path() + ".annotations");
        Field spec = template.at("spec");
        PodAnnotationChecks.keys(annotations);
        PodAnnotationChecks.meaning(annotations, spec);
        spec(spec, "", false);
        PodAnnotationChecks.sameAsFields(annotations, spec);
        if (!spec.at("ephemeralContainers").isEmpty()) {
            spec.at("ephemeralContainers").forbidden("ephemeral containers not allowed in pod template");
        }
    }

    /** What is checked of a pod whenever it is written. */
    static void pod(Field pod) {
        Field spec = pod.at("spec");
        PodAnnotationChecks.meaning(pod.at("metadata", "annotations"), spec);
        spec(spec, pod.at("metadata", "name").text(), true);
        if (spec.at("serviceAccountName").isEmpty()) {
            for (Field volume : spec.at("volumes").items()) {
                volume.at("projected", "sources").items().stream().map(each -> each.at("serviceAccountToken"))
                        .filter(Field::isSet).forEach(each -> each
                                .forbidden("must not be specified when serviceAccountName is not set"));
            }
        }
        spec.at("terminationGracePeriodSeconds").notNegative();
        for (String list : List.of("containers", "initContainers")) {
            spec.at(list).items().forEach(container -> ContainerChecks.trimmed(container.at("image")));
        }
    }

    /** What is checked of a new pod beside that. */
    static void created(Field pod) {
        Field spec = pod.at("spec");
        if (!spec.at("ephemeralContainers").isEmpty()) {
            spec.at("ephemeralContainers").forbidden("cannot be set on create");
        }
        if (!spec.at("nodeName").isEmpty() && !spec.at("schedulingGates").isEmpty()) {
            spec.at("nodeName").forbidden("cannot be set until all schedulingGates have been cleared");
        }
        PodAnnotationChecks.sameAsFields(pod.at("metadata", "annotations"), spec);
    }

    private static void spec(Field spec, String pod, boolean isPod) {
        Set<String> claims = new HashSet<>();
        spec.at("resourceClaims").items().stream().map(each -> each.at("name").text()).filter(each -> !each.isEmpty())
                .forEach(claims::add);
        PodScope scope = new PodScope(spec, VolumeChecks.volumes(spec.at("volumes"), pod), claims);
        ResourceChecks.claims(spec.at("resourceClaims"));
        ContainerChecks.running(spec.at("containers"), scope);
        ContainerChecks.first(spec.at("initContainers"), scope);
        ContainerChecks.ephemeral(spec.at("ephemeralContainers"), scope);
        ResourceChecks.pod(scope);
        hostPorts(spec, isPod);
        required(spec.at("restartPolicy"), "Always", "OnFailure", "Never");
        required(spec.at("dnsPolicy"), "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None");
        spec.at("nodeSelector").labels();
        SecurityContextChecks.pod(spec);
        sharedProcesses(spec);
        AffinityChecks.affinity(spec.at("affinity"));
        nameServices(spec.at("dnsConfig"), spec.at("dnsPolicy").text());
        spec.at("readinessGates").items()
                .forEach(gate -> Field.textAt(gate.at("conditionType")).named(NameRules::qualifiedName));
        schedulingGates(spec.at("schedulingGates"));
        AffinityChecks.spread(spec.at("topologySpreadConstraints"));
        SecurityContextChecks.hostProcesses(spec);
        if (!scope.hostUsers()) {
            ownUsers(spec);
        }
        hostname(spec);
        names(spec);
        spec.at("tolerations").items().forEach(AffinityChecks::toleration);
        for (Field alias : spec.at("hostAliases").items()) {
            alias.at("ip").named(Addresses::address);
            alias.at("hostnames").items().forEach(each -> each.named(NameRules::subdomain));
        }
        named(spec.at("priorityClassName"));
        if (spec.at("runtimeClassName").isSet()) {
            spec.at("runtimeClassName").named(NameRules::subdomain);
        }
        if (spec.at("preemptionPolicy").isSet()) {
            required(spec.at("preemptionPolicy"), "PreemptLowerPriority", "Never");
        }
        ResourceChecks.overhead(spec.at("overhead"));
        SecurityContextChecks.operatingSystem(spec);
        EnvironmentChecks.filesInEmptyDirectories(spec);
    }

    private static void required(Field field, String... supported) {
        if (field.mustBeSet("")) {
            field.oneOf(supported);
        }
    }

    private static void named(Field name) {
        if (!name.isEmpty()) {
            name.named(NameRules::subdomain);
        }
    }

    private static void names(Field spec) {
        named(spec.at("serviceAccountName"));
        named(spec.at("nodeName"));
        Field deadline = spec.at("activeDeadlineSeconds");
        if (deadline.isSet()) {
            deadline.between(1, Integer.MAX_VALUE);
        }
        for (String name : List.of("hostname", "subdomain")) {
            if (!spec.at(name).isEmpty()) {
                spec.at(name).named(NameRules::label);
            }
        }
    }

    /** A pod on the network of its node has the ports that its containers have; a template may leave them out. */
    private static void hostPorts(Field spec, boolean isPod) {
        if (!spec.at("hostNetwork").flag()) {
            return;
        }
        for (Field container : spec.at("containers").items()) {
            for (Field port : container.at("ports").items()) {
                Field host = port.at("hostPort");
                if ((isPod || host.number() != 0) && host.number() != port.at("containerPort").number()) {
                    host.invalid("must match `containerPort` when `hostNetwork` is true");
                }
            }
        }
    }

    private static void sharedProcesses(Field spec) {
        if (spec.at("shareProcessNamespace").flag() && spec.at("hostPID").flag()) {
            spec.at("shareProcessNamespace").invalid("ShareProcessNamespace and HostPID cannot both be enabled");
        }
    }

    private static void nameServices(Field config, String policy) {
        Field servers = config.at("nameservers");
        if (policy.equals("None") && !config.isSet()) {
            config.required("must provide `dnsConfig` when `dnsPolicy` is None");
            return;
        }
        if (policy.equals("None") && servers.isEmpty()) {
            servers.required("must provide at least one DNS nameserver when `dnsPolicy` is None");
            return;
        }
        if (servers.value().size() > MOST_NAME_SERVERS) {
            servers.invalid("must not have more than " + MOST_NAME_SERVERS + " nameservers");
        }
        servers.items().forEach(each -> each.named(Addresses::address));
        Field searches = config.at("searches");
        if (searches.value().size() > MOST_SEARCHES) {
            searches.invalid("must not have more than " + MOST_SEARCHES + " search paths");
        }
        if (String.join(" ", searches.texts()).length() > LONGEST_SEARCHES) {
            searches.invalid("must not have more than " + LONGEST_SEARCHES
                    + " characters (including spaces) in the search list");
        }
        for (Field search : searches.items()) {
            String domain = search.text().endsWith(".")
                    ? search.text().substring(0, search.text().length() - 1)
                    : search.text();
            if (!search.text().equals(".")) {
                NameRules.subdomainWithUnderscores(domain).forEach(problem -> search.invalid(domain, problem));
            }
        }
        config.at("options").items().stream().filter(each -> each.at("name").isEmpty())
                .forEach(each -> each.required("must not be empty"));
    }

    private static void schedulingGates(Field gates) {
        Set<String> seen = new HashSet<>();
        for (Field gate : gates.items()) {
            Field name = Field.textAt(gate.at("name").as(gate.path()));
            name.named(NameRules::qualifiedName);
            if (!seen.add(name.text())) {
                name.duplicate();
            }
        }
    }

    /** A pod whose users are not those of its node shares nothing else with it. */
    private static void ownUsers(Field spec) {
        String problem = "when `hostUsers` is false";
        if (spec.at("hostNetwork").flag()) {
            spec.at("hostNetwork").forbidden(problem);
        }
        if (spec.at("hostPID").flag()) {
            spec.at("HostPID").forbidden(problem);
        }
        if (spec.at("hostIPC").flag()) {
            spec.at("HostIPC").forbidden(problem);
        }
        PodScope.containers(spec).stream().map(each -> each.at("volumeDevices")).filter(each -> !each.isEmpty())
                .forEach(each -> each.forbidden(problem));
    }

    private static void hostname(Field spec) {
        Field hostname = spec.at("hostnameOverride");
        if (!hostname.isSet()) {
            return;
        }
        for (String other : List.of("setHostnameAsFQDN", "hostNetwork")) {
            if (spec.at(other).flag()) {
                hostname.forbidden("may not be specified when " + other + " is true");
            }
        }
        if (hostname.text().length() > LONGEST_HOSTNAME) {
            hostname.tooLong(LONGEST_HOSTNAME);
        }
        hostname.named(NameRules::subdomain);
    }

    static void portOrName(Field port) {
        if (port.value().isString()) {
            port.named(NameRules::portName);
        } else {
            port.port();
        }
    }
}
