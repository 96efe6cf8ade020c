package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.List;

/** What horizontal pod autoscalers allow. Stateless. */
final class AutoscalerChecks {
    private static final List<String> SOURCES = List.of("object", "external", "pods", "resource", "containerResource");
    private static final String[] TYPES = {"ContainerResource", "External", "Object", "Pods", "Resource"};
    private static final int LONGEST_WINDOW = 3600;
    private static final int LONGEST_PERIOD = 1800;

    private AutoscalerChecks() {
    }

    static void autoscaler(Field now, Field before) {
        Field spec = now.at("spec");
        Field least = spec.at("minReplicas");
        Field most = spec.at("maxReplicas");
        if (least.isSet() && most.number() < least.number()) {
            most.invalid(Json.object().numberNode(most.number()),
                    "must be greater than or equal to `minReplicas`");
        }
        reference(spec.at("scaleTargetRef"), false);
        Field metrics = spec.at("metrics");
        metrics.items().forEach(AutoscalerChecks::metric);
        boolean outside = metrics.items().stream()
                .anyMatch(each -> List.of("Object", "External").contains(each.at("type").text()));
        if (least.isSet() && least.number() == 0 && !outside) {
            metrics.forbidden(
                    "must specify at least one Object or External metric to support scaling to zero replicas");
        }
        rules(spec.at("behavior", "scaleUp"));
        rules(spec.at("behavior", "scaleDown"));
        if (least.isSet() && least.number() < 0) {
            least.invalid("must be greater than or equal to 0");
        }
        if (most.number() == 0) {
            most.required("");
        } else if (most.number() < 0) {
            most.invalid("must be greater than or equal to 1");
        }
    }

    /** @param core whether it may be of any kind of the core group */
    private static void reference(Field reference, boolean core) {
        reference.at("kind").requiredName(NameRules::pathSegment);
        reference.at("name").requiredName(NameRules::pathSegment);
        Field version = reference.at("apiVersion");
        boolean controller = reference.at("kind").text().equals("ReplicationController")
                && version.text().equals("v1");
        if (version.text().indexOf('/') != version.text().lastIndexOf('/')) {
            version.invalid("unexpected GroupVersion string: " + version.text());
        } else if (!version.text().contains("/") && !core && !controller) {
            version.invalid(version.text(), "apiVersion must specify API group");
        }
    }

    private static void metric(Field metric) {
        Field type = metric.at("type");
        if (type.isEmpty()) {
            type.required("must specify a metric source type");
        }
        type.oneOf(TYPES);
        List<Field> given = SOURCES.stream().map(metric::at).filter(Field::isSet).toList();
        if (!given.isEmpty()) {
            source(given.getFirst(), given.getFirst().path().substring(metric.path().length() + 1));
        }
        String wanted = type.isEmpty()
                ? ""
                : type.text().substring(0, 1).toLowerCase(java.util.Locale.ROOT)
                        + type.text().substring(1);
        if (SOURCES.contains(wanted) && !metric.at(wanted).isSet()) {
            metric.at(wanted).required("must populate information for the given metric source");
        } else if (!SOURCES.contains(wanted)) {
            type.oneOf(TYPES);
        }
        given.stream().filter(each -> given.size() > 1 && !each.path().equals(metric.at(wanted).path()))
                .forEach(each -> each.forbidden("must populate the given metric source only"));
    }

    private static void source(Field source, String kind) {
        Field target = source.at("target");
        switch (kind) {
            case "object" -> {
                reference(source.at("describedObject"), true);
                identifier(source.at("metric", "name"));
                target(target);
                if (!target.at("value").isSet() && !target.at("averageValue").isSet()) {
                    target.at("averageValue").required("must set either a target value or averageValue");
                }
            }
            case "external" -> {
                identifier(source.at("metric", "name"));
                target(target);
                boolean value = target.at("value").isSet();
                boolean average = target.at("averageValue").isSet();
                if (!value && !average) {
                    target.at("averageValue")
                            .required("must set either a target value for metric or a per-pod target");
                } else if (value && average) {
                    target.at("value")
                            .forbidden("may not set both a target value for metric and a per-pod target");
                }
            }
            case "pods" -> {
                identifier(source.at("metric", "name"));
                target(target);
                if (!target.at("averageValue").isSet()) {
                    target.at("averageValue").required("must specify a positive target averageValue");
                }
            }
            default -> {
                source.at("name").mustBeSet("must specify a resource name");
                if (kind.equals("containerResource")) {
                    source.at("container").mustBeSet("must specify a container");
                }
                resourceTarget(target);
            }
        }
    }

    private static void identifier(Field name) {
        if (name.mustBeSet("must specify a metric name")) {
            name.named(NameRules::pathSegment);
        }
    }

    private static void resourceTarget(Field target) {
        target(target);
        boolean utilization = target.at("averageUtilization").isSet();
        boolean value = target.at("averageValue").isSet();
        if (!utilization && !value) {
            target.at("averageUtilization").required("must set either a target raw value or a target utilization");
        } else if (utilization && value) {
            target.at("averageValue").forbidden("may not set both a target raw value and a target utilization");
        }
    }

    private static void target(Field target) {
        Field type = target.at("type");
        type.mustBeSet("must specify a metric target type");
        if (!List.of("Utilization", "Value", "AverageValue").contains(type.text())) {
            type.invalidAsJson(type.text(), "must be either Utilization, Value, or AverageValue");
        }
        for (String amount : List.of("value", "averageValue")) {
            if (target.at(amount).isSet() && Amounts.of(target.at(amount).value()).signum() <= 0) {
                target.at(amount).invalid("must be positive");
            }
        }
        Field utilization = target.at("averageUtilization");
        if (utilization.isSet() && utilization.number() < 1) {
            utilization.invalid("must be greater than 0");
        }
    }

    private static void rules(Field rules) {
        if (!rules.isSet()) {
            return;
        }
        Field window = rules.at("stabilizationWindowSeconds");
        if (window.number() < 0) {
            window.invalid("must be greater than or equal to zero");
        } else if (window.number() > LONGEST_WINDOW) {
            window.invalid("must be less than or equal to " + LONGEST_WINDOW);
        }
        rules.at("selectPolicy").oneOfIfSet("Disabled", "Max", "Min");
        rules.at("policies").mustBeSet("must specify at least one Policy");
        for (Field policy : rules.at("policies").items()) {
            policy.at("type").oneOf("Percent", "Pods");
            for (String number : List.of("value", "periodSeconds")) {
                if (policy.at(number).number() <= 0) {
                    policy.at(number).invalid("must be greater than zero");
                }
            }
            if (policy.at("periodSeconds").number() > LONGEST_PERIOD) {
                policy.at("periodSeconds").invalid("must be less than or equal to " + LONGEST_PERIOD);
            }
        }
    }
}
