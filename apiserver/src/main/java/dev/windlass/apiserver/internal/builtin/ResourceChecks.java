package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.schema.Quantity;
import dev.windlass.apiserver.internal.status.FieldError;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;

/** What containers and pods may ask for and be limited to. Stateless. */
final class ResourceChecks {
    private static final Set<String> OF_CONTAINERS = Set.of("cpu", "memory", "ephemeral-storage");
    private static final List<String> OF_PODS = List.of("cpu", "memory");
    private static final String HUGE = "hugepages-";

    private ResourceChecks() {
    }

    /** @param claims what its own claims may name */
    static void container(Field resources, Set<String> claims) {
        requirements(resources.at("limits"), resources.at("requests"), resources, ResourceChecks::containerName);
        claimNames(resources.at("claims"), claims);
    }

    static void overhead(Field overhead) {
        if (overhead.isSet()) {
            Field nothing = overhead.with(Json.object()).as(overhead.path() + ".requests");
            requirements(overhead.as(overhead.path() + ".limits"), nothing, overhead, ResourceChecks::containerName);
        }
    }

    private static void requirements(Field limits, Field requests, Field whole, Consumer<Field> name) {
        amounts(limits, name, _ -> {
        });
        amounts(requests, name, request -> withinLimit(request, requests, limits));
        Set<String> named = new HashSet<>(limits.value().propertyNames());
        named.addAll(requests.value().propertyNames());
        if (named.stream().anyMatch(ResourceChecks::isHuge) && OF_PODS.stream().noneMatch(named::contains)) {
            whole.forbidden("HugePages require cpu or memory");
        }
    }

    private static void amounts(Field amounts, Consumer<Field> name, Consumer<Field> also) {
        for (Map.Entry<String, JsonNode> amount : amounts.value().properties()) {
            Field field = amounts.key(amount.getKey());
            name.accept(field);
            Amounts.whole(field, amount.getKey());
            also.accept(field);
            if (isHuge(amount.getKey()) && !divisible(amount.getKey(), amount.getValue())) {
                field.invalid(field.text(),
                        field.text() + " is not positive integer multiple of " + amount.getKey());
            }
        }
    }

    private static String keyOf(Field amount) {
        return amount.path().substring(amount.path().lastIndexOf('[') + 1, amount.path().length() - 1);
    }

    /** What it is of is the key. */
    static void containerName(Field amount) {
        String name = keyOf(amount);
        Amounts.resourceName(amount, name);
        if (!name.contains("/")) {
            if (!OF_CONTAINERS.contains(name) && !isHuge(name)) {
                amount.invalidAsJson(name, "must be a standard resource for containers");
            }
        } else if (!Amounts.isNative(name) && !Amounts.isExtended(name)) {
            amount.invalidAsJson(name, "doesn't follow extended resource name standard");
        }
    }

    private static void podName(Field amount) {
        int before = amount.errors().size();
        String name = keyOf(amount);
        Amounts.resourceName(amount, name);
        if (amount.errors().size() == before && !OF_PODS.contains(name) && !isHuge(name)) {
            amount.errors().add(FieldError.notSupported(amount.path(), Json.object().stringNode(name),
                    List.of("cpu", HUGE, "memory")));
        }
    }

    private static boolean isHuge(String name) {
        return name.startsWith(HUGE);
    }

    private static boolean divisible(String name, JsonNode amount) {
        Quantity page = Quantity.parse(name.substring(HUGE.length()));
        return page != null && page.value().signum() > 0 && page.value().stripTrailingZeros().scale() <= 0
                && Amounts.of(amount).remainder(page.value()).signum() == 0;
    }

    /** What cannot be overcommitted must be limited to what is requested. */
    private static void withinLimit(Field request, Field requests, Field limits) {
        String name = keyOf(request);
        Field limit = limits.at(name);
        boolean exact = !Amounts.isNative(name) || isHuge(name);
        if (limit.isSet()) {
            int order = Amounts.of(request.value()).compareTo(Amounts.of(limit.value()));
            if (order != 0 && exact) {
                requests.invalid(request.value(), "must be equal to " + name + " limit of " + limit.text());
            } else if (order > 0) {
                requests.invalid(request.value(), "must be less than or equal to " + name + " limit of "
                        + limit.text());
            }
        } else if (exact) {
            limits.required("Limit must be set for non overcommitable resources");
        }
    }

    private static void claimNames(Field claims, Set<String> known) {
        Set<String> seen = new HashSet<>();
        for (Field claim : claims.items()) {
            String name = claim.at("name").text();
            if (name.isEmpty()) {
                claim.required("");
                continue;
            }
            if (seen.contains(name)) {
                duplicate(claim, name);
            } else {
                claimRequest(claim, name, seen);
            }
            if (!known.contains(name)) {
                claim.errors().add(new FieldError("FieldValueNotFound", claim.path(), "Not found: "
                        + GoText.quoted(name) + ": must be one of the names in pod.spec.resourceClaims"
                        + (known.isEmpty() ? " which is empty" : ": " + String.join(", ", new TreeSet<>(known)))));
            }
        }
    }

    private static void claimRequest(Field claim, String name, Set<String> seen) {
        Field request = claim.at("request");
        String key = request.isEmpty() ? name : name + "/" + request.text();
        if (!request.isEmpty()) {
            request.named(NameRules::label);
        }
        if (seen.contains(key)) {
            duplicate(claim, key);
        } else if (request.isEmpty()) {
            seen.stream().filter(each -> each.startsWith(name + "/")).forEach(_ -> duplicate(claim, name));
        }
        seen.add(key);
    }

    private static void duplicate(Field claim, String value) {
        claim.errors().add(FieldError.duplicate(claim.path(), Json.object().stringNode(value)));
    }

    /** The claims that a pod makes for its containers. */
    static void claims(Field claims) {
        Set<String> names = new HashSet<>();
        for (Field claim : claims.items()) {
            Field name = claim.at("name");
            if (name.mustBeSet("")) {
                if (!names.contains(name.text())) {
                    name.named(NameRules::label);
                    names.add(name.text());
                } else {
                    name.duplicate();
                }
            }
            Field direct = claim.at("resourceClaimName");
            Field template = claim.at("resourceClaimTemplateName");
            if (direct.isSet() && template.isSet()) {
                claim.invalid("at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified");
            } else if (!direct.isSet() && !template.isSet()) {
                claim.invalid("must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
            }
            List.of(direct, template).stream().filter(Field::isSet).forEach(each -> each.named(NameRules::subdomain));
        }
    }

    /** What a pod asks for as a whole, which its containers must fit into. */
    static void pod(PodScope scope) {
        Field resources = scope.spec().at("resources");
        if (!resources.isSet()) {
            return;
        }
        if (scope.os().equals("windows")) {
            resources.forbidden("may not be set for a windows pod");
            return;
        }
        if (resources.at("claims").isSet()) {
            resources.at("claims").forbidden("claims may not be set for Resources at pod-level");
        }
        Field limits = resources.at("limits");
        Field requests = resources.at("requests");
        requirements(limits, requests, resources, ResourceChecks::podName);
        claimNames(resources.at("claims"), scope.claims());
        enough(requests, total(scope.spec(), "requests"),
                "must be greater than or equal to aggregate container requests of ");
        Map<String, Quantity> limited = total(scope.spec(), "limits");
        limited.keySet().removeIf(name -> !isHuge(name));
        enough(limits, limited, "must be greater than or equal to aggregate container limits of ");
        List<Field> containers = scope.spec().at("containers").items();
        for (int i = 0; i < containers.size(); i++) {
            for (Map.Entry<String, JsonNode> limit : containers.get(i).at("resources", "limits").value()
                    .properties()) {
                Field ofPod = limits.at(limit.getKey());
                if (ofPod.isSet() && Amounts.of(limit.getValue()).compareTo(Amounts.of(ofPod.value())) > 0) {
                    String path = resources.path() + ".containers[" + i + "][" + limit.getKey() + "].limits";
                    limits.with(limit.getValue()).as(path)
                            .invalid("must be less than or equal to pod limits of " + ofPod.text());
                }
            }
        }
    }

    private static void enough(Field amounts, Map<String, Quantity> needed, String what) {
        needed.forEach((name, quantity) -> {
            Field amount = amounts.key(name);
            if (amount.isSet() && quantity.value().compareTo(Amounts.of(amount.value())) > 0) {
                amount.invalid(amount.value(), what + quantity.canonical());
            }
        });
    }

    /** What the containers of a pod need at most at one time: those that run first do so one by one, beside those that then stay. */
    static Map<String, Quantity> total(Field spec, String kind) {
        Map<String, Quantity> together = new LinkedHashMap<>();
        for (Field container : spec.at("containers").items()) {
            merge(together, amounts(container, kind), ResourceChecks::sum);
        }
        Map<String, Quantity> staying = new LinkedHashMap<>();
        Map<String, Quantity> first = new LinkedHashMap<>();
        for (Field container : spec.at("initContainers").items()) {
            Map<String, Quantity> now = amounts(container, kind);
            if (container.at("restartPolicy").text().equals("Always")) {
                merge(together, now, ResourceChecks::sum);
                merge(staying, now, ResourceChecks::sum);
                now = staying;
            } else {
                merge(now, staying, ResourceChecks::sum);
            }
            merge(first, now, ResourceChecks::larger);
        }
        merge(together, first, ResourceChecks::larger);
        return together;
    }

    /** What a pod needs as a whole without its overhead: what it says itself, else what its containers need. */
    static Map<String, Quantity> ofPod(Field spec, String kind) {
        Map<String, Quantity> total = total(spec, kind);
        amounts(spec, kind).forEach((name, amount) -> {
            if (OF_PODS.contains(name)) {
                total.put(name, amount);
            }
        });
        return total;
    }

    /** What something asks for, or is limited to, by the names of resources. */
    static Map<String, Quantity> amounts(Field container, String kind) {
        Map<String, Quantity> amounts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> amount : container.at("resources", kind).value().properties()) {
            Quantity quantity = Quantity.parse(amount.getValue().asString(""));
            if (quantity != null) {
                amounts.put(amount.getKey(), quantity);
            }
        }
        return amounts;
    }

    private static void merge(Map<String, Quantity> into, Map<String, Quantity> from,
            BinaryOperator<Quantity> operator) {
        from.forEach((name, quantity) -> into.merge(name, quantity, operator));
    }

    private static Quantity sum(Quantity one, Quantity other) {
        BigDecimal value = one.value().add(other.value());
        return new Quantity(value, one.value().signum() == 0 ? other.format() : one.format());
    }

    private static Quantity larger(Quantity one, Quantity other) {
        return other.value().compareTo(one.value()) > 0 ? other : one;
    }
}
