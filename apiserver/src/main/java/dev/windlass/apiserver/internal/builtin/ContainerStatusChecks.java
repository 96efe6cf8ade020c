package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What the status of a pod may say of its containers. They need not be those of its specification. Stateless. */
final class ContainerStatusChecks {
    /** Where what is said of containers is, and where they are. */
    private static final Map<String, String> LISTS = Map.of("containerStatuses", "containers", "initContainerStatuses",
            "initContainers");
    private static final String ALLOCATED = "allocatedResourcesStatus";
    private static final String CLAIM = "claim:";
    private static final long LARGEST_USER = 0xffff_ffffL;
    private static final int LONGEST_MESSAGE = 1024;

    private ContainerStatusChecks() {
    }

    /** What has ended runs again only where its policy lets it. */
    static void transitions(Field status, Field before, Field spec) {
        for (String list : PodStatus.CONTAINERS) {
            String named = LISTS.get(list);
            if (named == null || !restartsAll(spec)) {
                List<Field> containers = named == null ? List.of() : spec.at(named).items();
                before.at(list).items().forEach(old -> transition(old, status.at(list), containers, spec));
            }
        }
    }

    /** Whether one that ends may have all of them started again. */
    private static boolean restartsAll(Field spec) {
        return LISTS.values().stream().flatMap(list -> spec.at(list).items().stream())
                .flatMap(container -> container.at("restartPolicyRules").items().stream())
                .anyMatch(rule -> rule.at("action").text().equals("RestartAllContainers"));
    }

    private static void transition(Field old, Field statuses, List<Field> containers, Field spec) {
        Field ended = old.at("state", "terminated");
        if (!ended.isSet()) {
            return;
        }
        String name = old.at("name").text();
        boolean runs = statuses.items().stream()
                .anyMatch(each -> each.at("name").text().equals(name) && !each.at("state", "terminated").isSet());
        boolean may = named(containers, name).map(each -> restarts(each, spec, ended.at("exitCode").number()))
                .orElse(false);
        if (runs && !may) {
            old.at("state").forbidden("may not be transitioned to non-terminated state");
        }
    }

    private static Optional<Field> named(List<Field> containers, String name) {
        return containers.stream().filter(each -> each.at("name").text().equals(name)).findFirst();
    }

    private static boolean restarts(Field container, Field spec, long code) {
        Field own = container.at("restartPolicy");
        boolean ruled = own.isSet()
                && container.at("restartPolicyRules").items().stream().anyMatch(rule -> matches(rule, code));
        return ruled || switch (own.isSet() ? own.text() : spec.at("restartPolicy").text()) {
            case "OnFailure" -> code != 0;
            case "Never" -> false;
            default -> true;
        };
    }

    private static boolean matches(Field rule, long code) {
        boolean found = rule.at("exitCodes", "values").value().valueStream().anyMatch(each -> each.asLong(0) == code);
        return switch (rule.at("exitCodes", "operator").text()) {
            case "In" -> found;
            case "NotIn" -> !found;
            default -> false;
        };
    }

    static void users(Field status, String system) {
        for (String list : PodStatus.CONTAINERS) {
            for (Field each : status.at(list).items()) {
                Field user = each.at("user", "linux");
                if (!user.isSet()) {
                    continue;
                }
                if (system.equals("windows")) {
                    user.forbidden("cannot be set for a windows pod");
                } else {
                    user.at("uid").between(0, LARGEST_USER);
                    user.at("gid").between(0, Integer.MAX_VALUE);
                    user.at("supplementalGroups").items().forEach(SecurityContextChecks::id);
                }
            }
        }
    }

    static void allocated(Field status, Field spec) {
        for (String list : PodStatus.CONTAINERS) {
            String named = LISTS.get(list);
            for (Field each : status.at(list).items()) {
                if (named != null) {
                    allocated(each, spec.at(named), status.at("extendedResourceClaimStatus"));
                } else if (!each.at(ALLOCATED).isEmpty()) {
                    each.at(ALLOCATED).forbidden("must not be specified in container status");
                }
            }
        }
    }

    private static void allocated(Field status, Field containers, Field extended) {
        Optional<Field> container = named(containers.items(), status.at("name").text());
        for (Field resource : status.at(ALLOCATED).items()) {
            container.ifPresent(each -> known(resource.at("name"), each, extended));
            Set<String> ids = new HashSet<>();
            for (Field part : resource.at("resources").items()) {
                part.at("health").oneOf("Healthy", "Unhealthy", "Unknown");
                Field message = part.at("message");
                if (message.isSet() && message.mustBeSet("must be non-empty if specified")
                        && GoText.length(message.text()) > LONGEST_MESSAGE) {
                    message.tooLong(LONGEST_MESSAGE);
                }
                if (!ids.add(part.at("resourceID").text())) {
                    Field.textAt(part.at("resourceID")).duplicate();
                }
            }
        }
    }

    private static void known(Field name, Field container, Field extended) {
        String text = name.text();
        boolean found;
        String why;
        if (text.startsWith(CLAIM)) {
            found = container.at("resources", "claims").items().stream().anyMatch(each -> claim(each).equals(text))
                    || isExtended(text, container, extended);
            why = "must match one of the container's resource claims as 'claim:<claimName>/<requestName>' when"
                    + " container.resources.claims[*].request is set or 'claim:<claimName>' when it is empty";
        } else {
            found = container.at("resources", "requests").value().has(text);
            why = "must match one of the container's resource requests";
        }
        if (!found) {
            name.invalid(text, why);
        }
    }

    private static String claim(Field claim) {
        String request = claim.at("request").text();
        return CLAIM + claim.at("name").text() + (request.isEmpty() ? "" : "/" + request);
    }

    private static boolean isExtended(String text, Field container, Field extended) {
        List<String> parts = List.of(text.substring(CLAIM.length()).split("/", 2));
        return parts.size() == 2 && !parts.getFirst().isEmpty() && !parts.getLast().isEmpty()
                && parts.getFirst().equals(extended.at("resourceClaimName").text())
                && extended.at("requestMappings").items().stream()
                        .anyMatch(each -> each.at("requestName").text().equals(parts.getLast())
                                && !each.at("containerName").differs(container.at("name"))
                                && isSome(container.at("resources", "requests").value()
                                        .get(each.at("resourceName").text())));
    }

    private static boolean isSome(@Nullable JsonNode amount) {
        return amount != null && Amounts.of(amount).signum() != 0;
    }
}
