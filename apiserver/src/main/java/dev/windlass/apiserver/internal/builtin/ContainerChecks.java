package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The containers of a pod: those that run, those that run first, those that are added to look into it. Stateless. */
final class ContainerChecks {
    private static final String ALWAYS = "Always";
    private static final String NOT_FIRST = "may not be set for init containers without restartPolicy=Always";
    private static final int MOST_RULES = 20;
    private static final int MOST_CODES = 255;
    /** What somebody who looks into a pod does not get, in the order in which it is told. */
    private static final List<String> NOT_EPHEMERAL = List.of("ports", "resources", "resizePolicy", "restartPolicy",
            "restartPolicyRules", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle");

    private ContainerChecks() {
    }

    static void running(Field containers, PodScope scope) {
        if (!containers.mustBeSet("")) {
            return;
        }
        Set<String> names = new HashSet<>();
        for (Field container : containers.items()) {
            any(container, scope);
            Field name = container.at("name");
            if (!names.add(name.text())) {
                Field.textAt(name).duplicate();
            }
            ProbeChecks.container(container, scope.gracePeriod());
            restarts(container);
        }
        hostPorts(containers.items());
    }

    static void first(Field containers, PodScope scope) {
        Set<String> names = new HashSet<>();
        scope.spec().at("containers").items().forEach(each -> names.add(each.at("name").text()));
        List<Field> items = containers.items();
        for (int i = 0; i < items.size(); i++) {
            Field container = items.get(i);
            any(container, scope);
            if (container.at("restartPolicy").isSet() || !container.at("restartPolicyRules").isEmpty()) {
                restarts(container);
            }
            Field name = container.at("name");
            if (names.contains(name.text())) {
                Field.textAt(name).duplicate();
            } else if (!name.isEmpty()) {
                names.add(name.text());
            }
            // They run one by one, so only ports of the same one are in each other's way; told as those of the first.
            hostPorts(List.of(container.as(containers.path() + "[0]")));
            boolean stays = container.at("restartPolicy").text().equals(ALWAYS);
            if (stays) {
                ProbeChecks.container(container, scope.gracePeriod());
            } else {
                List.of("lifecycle", "livenessProbe", "readinessProbe", "startupProbe").stream().map(container::at)
                        .filter(Field::isSet).forEach(each -> each.forbidden(NOT_FIRST));
                container.at("resizePolicy").items().stream().map(each -> each.at("restartPolicy"))
                        .filter(each -> each.text().equals("RestartContainer"))
                        .forEach(each -> each.invalid(
                                "must not be set to 'RestartContainer' for non-sidecar initContainers"));
            }
        }
    }

    static void ephemeral(Field containers, PodScope scope) {
        Set<String> others = new HashSet<>();
        for (String list : List.of("containers", "initContainers")) {
            scope.spec().at(list).items().forEach(each -> others.add(each.at("name").text()));
        }
        Set<String> names = new HashSet<>(others);
        for (Field container : containers.items()) {
            any(container, scope);
            trimmed(container.at("image"));
            if (!names.add(container.at("name").text())) {
                Field.textAt(container.at("name")).duplicate();
            }
            Field target = container.at("targetContainerName");
            if (!target.isEmpty() && !others.contains(target.text())) {
                target.notFound();
            }
            NOT_EPHEMERAL.stream().map(container::at).filter(each -> !each.isEmpty() || each.value().isArray())
                    .forEach(each -> each.forbidden("cannot be set for an Ephemeral Container"));
            for (Field mount : container.at("volumeMounts").items()) {
                List.of("subPath", "subPathExpr").stream().map(mount::at).filter(each -> !each.isEmpty())
                        .forEach(each -> each.forbidden("cannot be set for an Ephemeral Container"));
            }
        }
    }

    static void trimmed(Field image) {
        if (!GoText.trimmed(image.text()).equals(image.text())) {
            image.invalid("must not have leading or trailing whitespace");
        }
    }

    private static void any(Field container, PodScope scope) {
        container.at("name").requiredName(NameRules::label);
        container.at("image").mustBeSet("");
        container.at("terminationMessagePolicy").oneOf("File", "FallbackToLogsOnError");
        ports(container.at("ports"));
        EnvironmentChecks.variables(container.at("env"));
        EnvironmentChecks.sources(container.at("envFrom"));
        MountChecks.container(container, scope.volumes());
        container.at("imagePullPolicy").oneOf(ALWAYS, "IfNotPresent", "Never");
        ResourceChecks.container(container.at("resources"), scope.claims());
        resizing(container.at("resizePolicy"), scope.spec().at("restartPolicy").text());
        SecurityContextChecks.container(container.at("securityContext"), scope.hostUsers());
    }

    private static void ports(Field ports) {
        Set<String> names = new HashSet<>();
        for (Field port : ports.items()) {
            Field name = port.at("name");
            if (!name.isEmpty()) {
                int before = ports.errors().size();
                name.named(NameRules::portName);
                if (ports.errors().size() == before && !names.add(name.text())) {
                    name.duplicate();
                }
            }
            Field number = port.at("containerPort");
            if (number.number() == 0) {
                number.required("");
            } else {
                number.port();
            }
            if (port.at("hostPort").number() != 0) {
                port.at("hostPort").port();
            }
            port.at("protocol").oneOf("SCTP", "TCP", "UDP");
        }
    }

    private static void hostPorts(List<Field> containers) {
        Set<String> taken = new HashSet<>();
        for (Field container : containers) {
            for (Field port : container.at("ports").items()) {
                long number = port.at("hostPort").number();
                String what = port.at("protocol").text() + "/" + port.at("hostIP").text() + "/" + number;
                if (number != 0 && !taken.add(what)) {
                    port.errors().add(FieldError.duplicate(port.at("hostPort").path(),
                            Json.object().stringNode(what)));
                }
            }
        }
    }

    private static void resizing(Field policies, String restartOfPod) {
        Set<String> seen = new HashSet<>();
        for (Field policy : policies.items()) {
            Field resource = policy.at("resourceName");
            Field restart = policy.at("restartPolicy");
            if (!seen.add(resource.text())) {
                resource.as(policy.path()).duplicate();
            }
            if (resource.as(policies.path()).mustBeSet("")) {
                resource.as(policies.path()).oneOf("cpu", "memory");
            }
            if (restart.as(policies.path()).mustBeSet("")) {
                restart.as(policies.path()).oneOf("NotRequired", "RestartContainer");
            }
            if (restartOfPod.equals("Never") && !restart.text().equals("NotRequired")) {
                policies.invalid(restart.text(), "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
            }
        }
    }

    private static void restarts(Field container) {
        Field policy = container.at("restartPolicy");
        Field rules = container.at("restartPolicyRules");
        if (policy.isSet()) {
            policy.oneOf(ALWAYS, "Never", "OnFailure");
        } else if (!rules.isEmpty()) {
            policy.required("must specify restartPolicy when restart rules are used");
        }
        rules.atMost(MOST_RULES);
        for (Field rule : rules.items()) {
            rule.at("action").oneOf("Restart", "RestartAllContainers");
            Field codes = rule.at("exitCodes");
            if (!codes.isSet()) {
                codes.required("must be specified");
                continue;
            }
            codes.at("operator").oneOf("In", "NotIn");
            codes.at("values").atMost(MOST_CODES);
        }
    }
}
