package dev.windlass.apiserver.internal.quota;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Quantity;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Amounts of resources, in the order of their names. Nobody changes the map. */
record ResourceList(TreeMap<String, Quantity> amounts) {
    static final ResourceList EMPTY = new ResourceList(new TreeMap<>());
    static final Quantity ZERO = count(0);
    static final Quantity ONE = count(1);

    static Quantity count(int number) {
        return new Quantity(BigDecimal.valueOf(number), Quantity.Format.DECIMAL);
    }

    static ResourceList of(JsonNode amounts) {
        TreeMap<String, Quantity> found = new TreeMap<>();
        for (Map.Entry<String, JsonNode> each : amounts.properties()) {
            Quantity amount = Quantity.parse(each.getValue().asString(""));
            if (amount != null) {
                found.put(each.getKey(), amount);
            }
        }
        return new ResourceList(found);
    }

    /** So much of each of them. */
    static ResourceList each(Collection<String> names, Quantity amount) {
        TreeMap<String, Quantity> all = new TreeMap<>();
        names.forEach(name -> all.put(name, amount));
        return new ResourceList(all);
    }

    Set<String> names() {
        return amounts.keySet();
    }

    boolean isEmpty() {
        return amounts.isEmpty();
    }

    ResourceList plus(ResourceList other) {
        return merge(other, Quantity::plus);
    }

    /** The larger amount of each. */
    ResourceList max(ResourceList other) {
        return merge(other, (one, two) -> two.value().compareTo(one.value()) > 0 ? two : one);
    }

    /** With what another list has of these resources and of others. */
    ResourceList with(ResourceList other) {
        return merge(other, (_, two) -> two);
    }

    private ResourceList merge(ResourceList other, BinaryOperator<Quantity> both) {
        TreeMap<String, Quantity> all = new TreeMap<>(amounts);
        other.amounts.forEach((name, amount) -> all.merge(name, amount, both));
        return new ResourceList(all);
    }

    /** What is more here, as far as it is. */
    ResourceList growthSince(ResourceList before) {
        TreeMap<String, Quantity> more = new TreeMap<>();
        amounts.forEach((name, amount) -> {
            Quantity grown = amount.minus(before.amounts.getOrDefault(name, ZERO));
            if (grown.value().signum() > 0) {
                more.put(name, grown);
            }
        });
        return new ResourceList(more);
    }

    ResourceList only(Collection<String> names) {
        TreeMap<String, Quantity> some = new TreeMap<>(amounts);
        some.keySet().retainAll(names);
        return new ResourceList(some);
    }

    ResourceList withoutZeros() {
        TreeMap<String, Quantity> some = new TreeMap<>(amounts);
        some.values().removeIf(amount -> amount.value().signum() == 0);
        return new ResourceList(some);
    }

    /** Of which resources there is more than a limit. */
    Set<String> above(ResourceList limits) {
        Set<String> found = new TreeSet<>();
        amounts.forEach((name, amount) -> {
            Quantity limit = limits.amounts.get(name);
            if (limit != null && amount.value().compareTo(limit.value()) > 0) {
                found.add(name);
            }
        });
        return found;
    }

    /** Whether it is the same amounts, however they are written. */
    boolean isAsMuchAs(ResourceList other) {
        return names().equals(other.names()) && amounts.entrySet().stream().allMatch(each -> each.getValue().value()
                .compareTo(other.amounts.getOrDefault(each.getKey(), ZERO).value()) == 0);
    }

    ObjectNode json() {
        ObjectNode object = Json.object();
        amounts.forEach((name, amount) -> object.put(name, amount.canonical()));
        return object;
    }

    @Override
    public String toString() {
        return amounts.entrySet().stream().map(each -> each.getKey() + "=" + each.getValue().canonical())
                .collect(Collectors.joining(","));
    }
}
