package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.Addresses;
import dev.windlass.apiserver.internal.kind.NameRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ObjectNode;

/** What the statuses of kinds may say that make no pods. What is wanted has been checked when it was written, and is not checked again. Stateless. */
final class StatusChecks {
    private static final Pattern REASON = Pattern.compile("[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?");
    private static final int LONGEST_REASON = 1024;
    private static final int LONGEST_MESSAGE = 32 * 1024;
    private static final int LONGEST_VOLUME_ERROR = 1024;
    private static final int MAX_ATTACHMENT_METADATA = 256 * 1024;

    private StatusChecks() {
    }

    /** Of kinds of which the status may say anything. */
    static void anything(Field now, Field before) {
        // nothing is wrong
    }

    static void ingress(Field now, Field before) {
        for (Field ingress : now.at("status", "loadBalancer", "ingress").items()) {
            balancerAddress(ingress.at("ip"), before);
            balancerHost(ingress.at("hostname"));
        }
    }

    /** One that was there before need not be right. */
    static void balancerAddress(Field address, Field before) {
        boolean known = before.at("status", "loadBalancer", "ingress").items().stream()
                .anyMatch(each -> each.at("ip").text().equals(address.text()));
        if (!address.isEmpty() && !known) {
            address.named(Addresses::address);
        }
    }

    /** They are told to be where their place is. */
    static void warnOfBalancers(ObjectNode object, List<String> warnings) {
        for (Field ingress : Field.of(object, new ArrayList<>()).at("status", "loadBalancer", "ingress").items()) {
            ingress.warn(Addresses.addressWarning(ingress.at("ip").text()), warnings);
        }
    }

    static void balancerHost(Field host) {
        if (!host.isEmpty()) {
            host.named(NameRules::subdomain);
            if (Addresses.parse(host.text()) != null) {
                host.invalid("must be a DNS name, not an IP address");
            }
        }
    }

    static void autoscaler(Field now, Field before) {
        Field status = now.at("status");
        status.at("conditions").items().forEach(each -> each.at("observedGeneration").notNegative());
        status.at("currentReplicas").notNegative();
        status.at("desiredReplicas").notNegative();
    }

    static void disruptionBudget(Field now, Field before) {
        Field status = now.at("status");
        conditions(status.at("conditions"));
        for (String count : List.of("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")) {
            status.at(count).notNegative();
        }
    }

    static void resourceQuota(Field now, Field before) {
        for (String half : List.of("hard", "used")) {
            Field amounts = now.at("status", half);
            for (String name : amounts.value().propertyNames()) {
                Amounts.quotaName(amounts.key(name), name);
                Amounts.whole(amounts.key(name), name);
            }
        }
    }

    static void attachment(Field status) {
        Field metadata = status.at("attachmentMetadata");
        int size = metadata.value().propertyStream()
                .mapToInt(each -> each.getKey().length() + each.getValue().asString("").length()).sum();
        if (size > MAX_ATTACHMENT_METADATA) {
            metadata.tooLong(MAX_ATTACHMENT_METADATA);
        }
        for (Field error : List.of(status.at("attachError"), status.at("detachError"))) {
            atMost(error.at("message"), LONGEST_VOLUME_ERROR);
            if (error.at("errorCode").isSet()) {
                error.at("errorCode").between(0, Integer.MAX_VALUE);
            }
        }
    }

    static void validatingPolicy(Field now, Field before) {
        Field status = now.at("status");
        for (Field warning : status.at("typeChecking", "expressionWarnings").items()) {
            warning.at("warning").mustBeSet("");
            Field reference = warning.at("fieldRef");
            String path = GoText.trimmed(reference.text());
            String problem = JsonPathSyntax.problem("{" + path + "}");
            if (path.isEmpty()) {
                reference.required("");
            } else if (problem != null) {
                reference.invalid(path, "invalid JSONPath: " + problem);
            }
        }
        conditions(status.at("conditions"));
    }

    /** Conditions of the common form. */
    private static void conditions(Field conditions) {
        Set<String> types = new HashSet<>();
        for (Field condition : conditions.items()) {
            Field type = Field.textAt(condition.at("type"));
            if (!types.add(type.text())) {
                type.as(condition.path()).duplicate();
            }
            if (type.mustBeSet("is required")) {
                type.named(NameRules::qualifiedName);
            }
            if (condition.at("status").mustBeSet("")) {
                condition.at("status").oneOf("False", "True", "Unknown");
            }
            if (condition.at("observedGeneration").number() < 0) {
                condition.at("observedGeneration").invalid("must be greater than or equal to zero");
            }
            condition.at("lastTransitionTime").mustBeSet("");
            reason(condition.at("reason"));
            atMost(condition.at("message"), LONGEST_MESSAGE);
        }
    }

    private static void reason(Field reason) {
        if (!reason.mustBeSet("")) {
            return;
        }
        if (!REASON.matcher(reason.text()).matches()) {
            reason.invalid("a condition reason must start with alphabetic character, optionally followed by a string of"
                    + " alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
                    + " (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', "
                    + "regex used for validation is '" + REASON.pattern() + "')");
        }
        atMost(reason, LONGEST_REASON);
    }

    private static void atMost(Field text, int limit) {
        if (text.text().length() > limit) {
            text.tooLong(limit);
        }
    }
}
