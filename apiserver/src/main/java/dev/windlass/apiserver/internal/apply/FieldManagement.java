package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keeps {@code metadata.managedFields}: who has set which field, by update or by apply; and applies configurations over it. Follows the real server's rules:
 * an update takes what it changes from everybody else, an apply must not unless it is forced; what an applier no longer applies goes, unless somebody else
 * manages it. Stateless, made for one request.
 *
 * @param type
 *            of the object
 * @param apiVersion
 *            in which the request speaks
 * @param subresource
 *            empty for the object itself
 * @param ignored
 *            fields that this request cannot change, in the form of FieldsV1
 * @param now
 *            as Kubernetes writes times
 * @param versions
 *            the others in which somebody may manage the same object
 */
public record FieldManagement(Type type, String apiVersion, String subresource, ObjectNode ignored, String now,
        Versions versions) {
    private static final List<String> NEVER_MANAGED = List.of("name", "namespace", "creationTimestamp", "selfLink",
            "uid", "clusterName", "generation",
            "managedFields", "resourceVersion");
    private static final int MOST_UPDATERS = 10;
    private static final String FIRST_APPLIER = "before-first-apply";
    private static final List<String> OPERATIONS = List.of("Apply", "Update");

    /** An object as one version of the API shows it, with its type there. */
    public record Shown(ObjectNode object, Type type) {
    }

    /** Shows objects as other versions of the API do. */
    public interface Versions {
        /** There are no others, or they show everything alike. */
        Versions ALIKE = (_, _, _) -> null;

        /**
         * Shows an object in another version; it is not changed.
         *
         * @return null when there is no such version, or it shows it alike
         */
        @Nullable
        Shown show(ObjectNode object, String from, String to);
    }

    /** What is wrong with managed fields that somebody else has written; null when nothing is. */
    public static @Nullable String problem(@Nullable JsonNode managed) {
        int index = 0;
        for (JsonNode each : managed == null ? Json.array() : managed) {
            String type = Json.textOrEmpty(each, "fieldsType");
            if (!OPERATIONS.contains(Json.textOrEmpty(each, "operation"))) {
                return "operation must be `Apply` or `Update`";
            }
            if (Json.textOrEmpty(each, "apiVersion").isEmpty()) {
                return "apiVersion must not be empty";
            }
            if (type.isEmpty()) {
                return "missing fieldsType in managed fields entry " + index;
            }
            if (!type.equals("FieldsV1")) {
                return "invalid fieldsType " + FieldError.quote(type) + " in managed fields entry " + index;
            }
            index++;
        }
        return null;
    }

    /**
     * Sets the managed fields of an object that is created or updated.
     *
     * @param live
     *            what is stored now; the zero of its type when it is created
     * @param object
     *            what is to be stored; its managed fields are what the client sent
     */
    public void update(ObjectNode live, ObjectNode object, String manager) {
        JsonNode sent = Json.find(object, "metadata", "managedFields");
        JsonNode before = Json.find(live, "metadata", "managedFields");
        ManagedFields managed;
        if (subresource.isEmpty() && ManagedFields.isReset(sent)) {
            managed = new ManagedFields();
        } else {
            managed = ManagedFields.of(subresource.isEmpty() ? sent : before);
            if (managed.isEmpty()) {
                managed = ManagedFields.of(before);
            }
        }
        if (managed.isEmpty() && Json.find(live, "metadata", "uid") != null) {
            write(object, managed); // whose fields nobody has managed from the beginning, nobody does
            return;
        }
        ObjectNode old = bare(live);
        ObjectNode fresh = bare(object);
        Typed.Difference difference = Typed.compare(old, fresh, type).without(FieldSet.parse(ignored));
        Manager self = new Manager(manager, Manager.UPDATE, apiVersion, subresource);
        takeFromOthers(managed, difference, old, fresh, null);
        FieldSet taken = strip(difference.changed());
        if (!taken.isEmpty()) {
            FieldSet kept = managed.fields(self);
            managed.set(self, kept == null ? taken : kept.union(taken), subresource.equals("scale") ? "" : now);
            capUpdaters(managed);
        }
        write(object, managed);
    }

    /** Whoever managed what has been changed or removed no longer does. */
    private void takeFromOthers(ManagedFields managed, Typed.Difference difference, ObjectNode old, ObjectNode fresh,
            @Nullable Manager except) {
        for (Manager other : managed.managers()) {
            FieldSet fields = managed.fields(other);
            if (!other.equals(except) && fields != null) {
                Typed.Difference theirs = in(other.apiVersion(), difference, old, fresh);
                managed.set(other, fields.difference(theirs.changed().union(theirs.removed())), managed.time(other));
            }
        }
    }

    /** What is different in the version of the API in which a manager speaks. */
    private Typed.Difference in(String version, Typed.Difference difference, ObjectNode old, ObjectNode fresh) {
        if (version.equals(apiVersion)) {
            return difference;
        }
        Shown before = versions.show(old, apiVersion, version);
        Shown after = versions.show(fresh, apiVersion, version);
        if (before == null || after == null) {
            return difference;
        }
        return Typed.compare(before.object(), after.object(), after.type()).without(FieldSet.parse(ignored));
    }

    /**
     * Applies a configuration.
     *
     * @param live
     *            what is stored now; the zero of its type when there is nothing yet
     * @return the object as it is to be, with its managed fields
     * @throws ApiException
     *             409 when other managers have set fields to other values, and it is not forced
     */
    public ObjectNode apply(ObjectNode live, ObjectNode config, String manager, boolean force) {
        ManagedFields managed = ManagedFields.of(Json.find(live, "metadata", "managedFields"));
        ObjectNode old = bare(live);
        ObjectNode wanted = bare(config);
        if (managed.isEmpty() && Json.find(live, "metadata", "uid") != null) {
            FieldSet everything = strip(Typed.fields(old, type));
            managed.set(new Manager(FIRST_APPLIER, Manager.UPDATE, apiVersion, ""), everything, now);
        }
        Manager self = new Manager(manager, Manager.APPLY, apiVersion, subresource);
        Manager before = managed.applier(self);
        FieldSet last = managed.fields(before);
        FieldSet applied = strip(Typed.fields(wanted, type).without(FieldSet.parse(ignored)));
        ManagedFields next = managed.copy();
        next.set(before, new FieldSet(), "");
        next.set(self, applied, managed.time(before));
        JsonNode merged = Typed.merge(old, wanted, type);
        if (last != null && !last.isEmpty()) {
            merged = before.apiVersion().equals(apiVersion)
                    ? prune(merged, next, last)
                    : pruneIn(before.apiVersion(), (ObjectNode) merged, next, last);
        }
        Typed.Difference difference = Typed.compare(old, merged, type).without(FieldSet.parse(ignored));
        if (!force) {
            refuseConflicts(next, difference, old, (ObjectNode) merged, self,
                    manager.equals(LastApplied.MANAGER) ? LastApplied.fields(old, type) : new FieldSet());
        }
        takeFromOthers(next, difference, old, (ObjectNode) merged, self);
        if (!Json.same(old, merged)) {
            FieldSet mine = next.fields(self);
            next.set(self, mine == null ? new FieldSet() : mine, now);
        }
        ObjectNode out = (ObjectNode) merged.deepCopy();
        keepIdentity(old, out);
        if (manager.equals(LastApplied.MANAGER)) {
            LastApplied.renew(out, config);
        }
        write(out, next);
        return out;
    }

    /** Nobody manages what an object is called, and it is not lost with the last field beside it. */
    private static void keepIdentity(ObjectNode old, ObjectNode object) {
        for (String field : List.of("name", "namespace")) {
            JsonNode value = Json.find(old, "metadata", field);
            if (value != null) {
                Json.child(object, "metadata").putIfAbsent(field, value);
            }
        }
    }

    /** The same for who has applied in another version last time: it is taken out there. */
    private JsonNode pruneIn(String version, ObjectNode merged, ManagedFields managed, FieldSet last) {
        Shown there = versions.show(merged, apiVersion, version);
        if (there == null) {
            return prune(merged, managed, last);
        }
        JsonNode pruned = new FieldManagement(there.type(), version, subresource, ignored, now, versions)
                .prune(there.object(), managed, last);
        Shown back = versions.show((ObjectNode) pruned, version, apiVersion);
        if (back == null) {
            return merged;
        }
        // What somebody manages here stays, though it may be called otherwise there.
        FieldSet owned = new FieldSet();
        for (Manager each : managed.managers()) {
            FieldSet fields = managed.fields(each);
            owned = fields == null || !each.apiVersion().equals(apiVersion) ? owned : owned.union(fields);
        }
        FieldSet all = Typed.withNamedFields(Typed.fields(merged, type), type);
        JsonNode kept = Typed.remove(merged, all.difference(Typed.withNamedFields(owned, type)), type);
        return Typed.merge(back.object(), kept, type);
    }

    /** Takes out what the applier applied last time and no longer does, if nobody else manages it. */
    private JsonNode prune(JsonNode merged, ManagedFields managed, FieldSet last) {
        FieldSet lastNamed = Typed.withNamedFields(last, type);
        JsonNode pruned = Typed.remove(merged, lastNamed, type);
        FieldSet owned = new FieldSet();
        for (Manager each : managed.managers()) {
            FieldSet fields = managed.fields(each);
            owned = fields == null ? owned : owned.union(fields);
        }
        FieldSet all = Typed.withNamedFields(Typed.fields(merged, type), type);
        FieldSet kept = Typed.withNamedFields(Typed.fields(pruned, type), type)
                .union(Typed.withNamedFields(owned, type));
        JsonNode withOwned = Typed.remove(merged, all.difference(kept), type);
        FieldSet left = Typed.withNamedFields(Typed.fields(withOwned, type), type);
        return Typed.remove(merged, all.difference(left).intersection(lastNamed), type);
    }

    /** @param allowed what the applier takes over from others in any case */
    private void refuseConflicts(ManagedFields managed, Typed.Difference difference, ObjectNode old, ObjectNode merged,
            Manager self, FieldSet allowed) {
        Map<String, List<String>> byManager = new TreeMap<>();
        List<FieldError> causes = new ArrayList<>();
        for (Manager other : managed.managers()) {
            FieldSet fields = managed.fields(other);
            if (other.equals(self) || fields == null) {
                continue;
            }
            String described = other.described();
            FieldSet changed = in(other.apiVersion(), difference, old, merged).changed();
            for (String path : fields.intersection(changed).difference(allowed).paths()) {
                byManager.computeIfAbsent(described, _ -> new ArrayList<>()).add(path);
                causes.add(new FieldError("FieldManagerConflict", path, "conflict with " + described));
            }
        }
        if (causes.isEmpty()) {
            return;
        }
        String message;
        if (causes.size() == 1) {
            message = "Apply failed with 1 conflict: " + causes.getFirst().body() + ": " + causes.getFirst().field();
        } else {
            message = "Apply failed with " + causes.size() + " conflicts: " + byManager.entrySet().stream()
                    .map(each -> "conflicts with " + each.getKey() + ":\n"
                            + each.getValue().stream().map(path -> "- " + path).collect(Collectors.joining("\n")))
                    .collect(Collectors.joining("\n"));
        }
        throw ApiException.applyConflict(causes, message);
    }

    /** Too many updaters of one object are put together, the oldest first. */
    private static void capUpdaters(ManagedFields managed) {
        Map<Manager, String> updaters = new LinkedHashMap<>();
        managed.managers().stream().filter(each -> !each.applies())
                .forEach(each -> updaters.put(each, managed.time(each)));
        if (updaters.size() <= MOST_UPDATERS) {
            return;
        }
        List<Manager> oldest = updaters.entrySet().stream().sorted(Map.Entry.comparingByValue()).map(Map.Entry::getKey)
                .limit(updaters.size() - MOST_UPDATERS + 1L).toList();
        Manager ancient = new Manager("ancient-changes", Manager.UPDATE, oldest.getFirst().apiVersion(), "");
        FieldSet together = new FieldSet();
        String time = "";
        for (Manager each : oldest) {
            FieldSet fields = managed.fields(each);
            together = fields == null ? together : together.union(fields);
            time = managed.time(each);
            managed.set(each, new FieldSet(), "");
        }
        managed.set(ancient, together, time);
    }

    private static ObjectNode bare(ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        if (copy.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return copy;
    }

    private static FieldSet strip(FieldSet set) {
        FieldSet never = new FieldSet();
        never.add("f:apiVersion");
        never.add("f:kind");
        never.add("f:metadata");
        NEVER_MANAGED.forEach(field -> never.add("f:metadata", Steps.field(field)));
        return set.difference(never);
    }

    private static void write(ObjectNode object, ManagedFields managed) {
        ObjectNode metadata = Json.child(object, "metadata");
        if (managed.isEmpty()) {
            metadata.remove("managedFields");
        } else {
            metadata.set("managedFields", managed.toJson());
        }
    }

    /** Whether two states of an object are managed alike, whenever that may have been. */
    public static boolean sameButForTimes(ObjectNode one, ObjectNode other) {
        return ManagedFields.of(Json.find(one, "metadata", "managedFields"))
                .sameButForTimes(ManagedFields.of(Json.find(other, "metadata", "managedFields")));
    }
}
