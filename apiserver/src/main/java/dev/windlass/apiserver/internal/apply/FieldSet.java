package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A set of paths into an object, as a tree. Each step is written as Kubernetes' FieldsV1 writes it: {@code f:<field>}, {@code k:<key fields as JSON>},
 * {@code v:<value as JSON>}, {@code i:<index>}. Mutable while it is built; the operations make new ones. Not thread-safe.
 */
final class FieldSet {
    private boolean member;
    private final TreeMap<String, FieldSet> children = new TreeMap<>();

    static FieldSet parse(JsonNode fieldsV1) {
        FieldSet set = new FieldSet();
        fieldsV1.properties().forEach(entry -> {
            if (entry.getKey().equals(".")) {
                set.member = true;
                return;
            }
            FieldSet child = parse(entry.getValue());
            if (child.children.isEmpty()) {
                child.member = true;
            }
            set.children.put(Steps.canonical(entry.getKey()), child);
        });
        return set;
    }

    ObjectNode toFieldsV1() {
        ObjectNode out = Json.object();
        children.forEach((step, child) -> {
            // A step without members below it would read as a member.
            if (!child.isEmpty()) {
                out.set(step, child.toFieldsV1());
            }
        });
        if (member && !out.isEmpty()) {
            out.putObject(".");
        }
        return out;
    }

    /** Whether this very place is in the set. */
    boolean isMember() {
        return member;
    }

    void add() {
        member = true;
    }

    /** The part of the set below a step; made when it is not there. */
    FieldSet under(String step) {
        return children.computeIfAbsent(step, _ -> new FieldSet());
    }

    @Nullable
    FieldSet child(String step) {
        return children.get(step);
    }

    /** Puts what is below a step. */
    void put(String step, FieldSet child) {
        children.put(step, child);
    }

    /** A field alone, and the fields on the way there. */
    static FieldSet of(List<String> path) {
        FieldSet set = new FieldSet();
        set.add(path.stream().map(Steps::field).toArray(String[]::new));
        return set;
    }

    void add(String... steps) {
        FieldSet at = this;
        for (String step : steps) {
            at = at.under(step);
        }
        at.member = true;
    }

    boolean isEmpty() {
        if (member) {
            return false;
        }
        for (FieldSet child : children.values()) {
            if (!child.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    FieldSet union(FieldSet other) {
        FieldSet out = new FieldSet();
        out.member = member || other.member;
        children.forEach((step, child) -> {
            FieldSet twin = other.children.get(step);
            out.children.put(step, twin == null ? child : child.union(twin));
        });
        other.children.forEach(out.children::putIfAbsent);
        return out;
    }

    FieldSet intersection(FieldSet other) {
        FieldSet out = new FieldSet();
        out.member = member && other.member;
        children.forEach((step, child) -> {
            FieldSet twin = other.children.get(step);
            if (twin != null) {
                out.putUnlessEmpty(step, child.intersection(twin));
            }
        });
        return out;
    }

    /** Without the members of the other set; what is below them stays. */
    FieldSet difference(FieldSet other) {
        FieldSet out = new FieldSet();
        out.member = member && !other.member;
        children.forEach((step, child) -> {
            FieldSet twin = other.children.get(step);
            out.putUnlessEmpty(step, twin == null ? child : child.difference(twin));
        });
        return out;
    }

    /** Without the members of the other set and all that is below them. */
    FieldSet without(FieldSet other) {
        FieldSet out = new FieldSet();
        out.member = member && !other.member;
        children.forEach((step, child) -> {
            FieldSet twin = other.children.get(step);
            if (twin == null) {
                out.putUnlessEmpty(step, child);
            } else if (!twin.member) {
                out.putUnlessEmpty(step, child.without(twin));
            }
        });
        return out;
    }

    private void putUnlessEmpty(String step, FieldSet child) {
        if (!child.isEmpty()) {
            children.put(step, child);
        }
    }

    /** All steps from here, with what is below. */
    void forEachChild(BiConsumer<String, FieldSet> visitor) {
        children.forEach(visitor);
    }

    /** The members as readable paths: {@code .spec.containers[name="web"].image}. */
    List<String> paths() {
        List<String> out = new ArrayList<>();
        collect("", out);
        return out;
    }

    /** The members at a place come before those below it. */
    private void collect(String prefix, List<String> out) {
        for (Map.Entry<String, FieldSet> child : children.entrySet()) {
            if (child.getValue().member) {
                out.add(prefix + Steps.readable(child.getKey()));
            }
        }
        for (Map.Entry<String, FieldSet> child : children.entrySet()) {
            child.getValue().collect(prefix + Steps.readable(child.getKey()), out);
        }
    }

    @Override
    public String toString() {
        return Json.string(toFieldsV1());
    }
}
