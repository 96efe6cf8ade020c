package dev.windlass.cli.operator;

import dev.windlass.examples.website.Manifests;
import dev.windlass.kubernetes.ApiException;
import dev.windlass.kubernetes.Client;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import java.util.ArrayList;
import java.util.List;

/** Whether the user of a cluster may do what the example's roles grant. */
final class Rights {
    private final Client client;
    private final List<String> missing = new ArrayList<>();

    private Rights(Client client) {
        this.client = client;
    }

    /** @param leaseNamespace where a Lease is kept; empty when there is none on this cluster */
    static Rights of(Client client, String leaseNamespace) {
        Rights rights = new Rights(client);
        try {
            rights.ask("", Manifests.clusterRole().getRules());
            if (!leaseNamespace.isEmpty()) {
                rights.ask(leaseNamespace, Manifests.leaseRole().getRules());
            }
        } catch (ApiException e) {
            // Who may not ask is told by the requests themselves, and a server without authorization has nothing to tell.
            if (!e.isForbidden() && !e.isNotFound()) {
                throw e;
            }
        }
        return rights;
    }

    private void ask(String namespace, List<PolicyRule> rules) {
        for (PolicyRule rule : rules) {
            for (String group : rule.getApiGroups()) {
                for (String resource : rule.getResources()) {
                    if (resource.equals("events")) {
                        continue; // told as far as that is allowed; nothing depends on it
                    }
                    List<String> refused = rule.getVerbs().stream()
                            .filter(verb -> !isAllowed(namespace, group, resource, verb)).toList();
                    if (!refused.isEmpty()) {
                        missing.add(String.join(", ", refused) + " " + resource
                                + (group.isEmpty() ? "" : " of " + group)
                                + (namespace.isEmpty() ? "" : " in namespace " + namespace));
                    }
                }
            }
        }
    }

    private boolean isAllowed(String namespace, String group, String resource, String verb) {
        String[] parts = resource.split("/", 2);
        SelfSubjectAccessReview review = new SelfSubjectAccessReviewBuilder().withMetadata(new ObjectMeta())
                .withNewSpec().withNewResourceAttributes().withNamespace(namespace).withGroup(group)
                .withResource(parts[0]).withSubresource(parts.length > 1 ? parts[1] : null).withVerb(verb)
                .endResourceAttributes().endSpec().build();
        SelfSubjectAccessReview answer = client.create(review);
        return answer.getStatus() == null || Boolean.TRUE.equals(answer.getStatus().getAllowed());
    }

    /** @throws IllegalStateException when something may not be done */
    void require() {
        if (!missing.isEmpty()) {
            throw new IllegalStateException(("the user of cluster %s may not %s: bind the roles of "
                    + "examples/website/deploy to it").formatted(client.cluster(), String.join("; ", missing)));
        }
    }
}
