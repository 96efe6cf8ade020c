package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.Addresses;
import java.util.List;
import java.util.Set;

/** What there is to say of objects of some kinds, though nothing is wrong with them. Stateless. */
final class KindWarnings {
    private static final String MOUNTABLE = "kubernetes.io/enforce-mountable-secrets";
    private static final Set<String> SLICE_CONTROLLERS = Set.of("endpointslice-controller.k8s.io",
            "endpointslicemirroring-controller.k8s.io");

    private KindWarnings() {
    }

    static void storageClass(Field now, Field before, List<String> warnings) {
        for (Field topology : now.at("allowedTopologies").items()) {
            for (Field expression : topology.at("matchLabelExpressions").items()) {
                Field key = expression.at("key");
                key.warn(PodWarnings.ofLabel(key.text()), warnings);
            }
        }
    }

    static void storageCapacity(Field now, Field before, List<String> warnings) {
        Field topology = now.at("nodeTopology");
        for (Field expression : topology.at("matchExpressions").items()) {
            PodWarnings.oldLabel(expression.at("key"), warnings);
        }
        for (String label : topology.at("matchLabels").value().propertyNames()) {
            topology.at("matchLabels", label).warn(PodWarnings.ofLabel(label), warnings);
        }
    }

    static void serviceAccount(Field now, Field before, List<String> warnings) {
        if (!before.at("metadata", "annotations", MOUNTABLE).isSet()
                && now.at("metadata", "annotations", MOUNTABLE).isSet()) {
            now.at("metadata", "annotations").key(MOUNTABLE).warn(
                    "deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets", warnings);
        }
    }

    static void quota(Field now, Field before, List<String> warnings) {
        if (before.isSet()) {
            return;
        }
        Field hard = now.at("spec", "hard");
        for (String resource : List.of("cpu", "memory", "storage", "ephemeral-storage")) {
            String asked = "requests." + resource;
            if (!hard.at(asked).isSet() && (resource.equals("cpu") || resource.equals("memory"))) {
                asked = resource;
            }
            Field request = hard.at(asked);
            Field limit = hard.at("limits." + resource);
            if (request.isSet() && limit.isSet()
                    && Amounts.of(request.value()).compareTo(Amounts.of(limit.value())) > 0) {
                warnings.add("ResourceQuota " + asked + " (" + request.text() + ") should be less than limits."
                        + resource + " (" + limit.text() + ")");
            }
        }
    }

    static void endpointSlice(Field now, Field before, List<String> warnings) {
        if (!before.isSet() && now.at("addressType").text().equals("FQDN")) {
            warnings.add("spec.addressType: FQDN endpoints are deprecated");
        }
        if (SLICE_CONTROLLERS
                .contains(now.at("metadata", "labels", "endpointslice.kubernetes.io/managed-by").text())) {
            return;
        }
        for (Field endpoint : now.at("endpoints").items()) {
            for (Field address : endpoint.at("addresses").items()) {
                address.warn(Addresses.addressWarning(address.text()), warnings);
            }
        }
    }

    static void ingress(Field now, Field before, List<String> warnings) {
        if (!before.isSet() && now.at("metadata", "annotations", IngressRule.CLASS_ANNOTATION).isSet()
                && !now.at("spec", "ingressClassName").isSet()) {
            warnings.add("annotation \"" + IngressRule.CLASS_ANNOTATION
                    + "\" is deprecated, please use 'spec.ingressClassName' instead");
        }
    }
}
