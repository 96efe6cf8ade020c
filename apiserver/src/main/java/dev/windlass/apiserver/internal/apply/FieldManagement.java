package dev.windlass.apiserver.internal.apply;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    private static final String ANCIENT = "ancient-changes";
    private static final String FIRST_APPLIER = "before-first-apply";
    private static final List<String> OPERATIONS = List.of("Apply", "Update");

    /**
     * An object as one version of the API shows it.
     *
     * @param type
     *            of the object there
     * @param ignored
     *            fields that the request cannot change there, in the form of FieldsV1
     */
    public record Shown(ObjectNode object, Type type, ObjectNode ignored) {
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

        /**
         * Whether objects are there in a version.
         *
         * @throws ApiException
         *             when it cannot be told what they would be in it
         */
        default boolean has(String apiVersion) {
            return true;
        }
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
                return "invalid fieldsType " + GoText.quoted(type) + " in managed fields entry " + index;
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
     * @param compared
     *            a copy of it, as it is compared with what is stored; it is changed
     */
    public void update(ObjectNode live, ObjectNode object, ObjectNode compared, String manager) {
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
        forgetMissingVersions(managed);
        Map<String, Typed.Difference> differences = differences(managed, bare(live), bared(compared));
        Manager self = new Manager(manager, Manager.UPDATE, apiVersion, subresource);
        takeFromOthers(managed, differences, null);
        FieldSet taken = strip(Objects.requireNonNull(differences.get(apiVersion)).changed());
        if (!taken.isEmpty()) {
            managed.set(self, managed.fields(self).union(taken), now);
            capUpdaters(managed);
        }
        write(object, managed);
    }

    /** What is managed in a version that is no longer there, nobody can compare. */
    private void forgetMissingVersions(ManagedFields managed) {
        for (Manager each : managed.managers()) {
            if (!versions.has(each.apiVersion())) {
                managed.take(each);
            }
        }
    }

    /** Whoever managed what has been changed or removed no longer does. */
    private static void takeFromOthers(ManagedFields managed, Map<String, Typed.Difference> differences,
            @Nullable Manager except) {
        for (Manager other : managed.managers()) {
            Typed.Difference theirs = differences.get(other.apiVersion());
            if (!other.equals(except) && theirs != null) {
                managed.set(other, managed.fields(other).difference(theirs.changed().union(theirs.removed())),
                        managed.time(other));
            }
        }
    }

    /** What is different, in each version of the API in which somebody manages a field. */
    private Map<String, Typed.Difference> differences(ManagedFields managed, ObjectNode old, ObjectNode fresh) {
        Map<String, Typed.Difference> differences = new HashMap<>();
        differences.put(apiVersion, Typed.compare(old, fresh, type).without(FieldSet.parse(ignored)));
        managed.managers().forEach(each -> differences.computeIfAbsent(each.apiVersion(), version -> {
            Shown before = shown(old, apiVersion, version);
            Shown after = shown(fresh, apiVersion, version);
            return Typed.compare(before.object(), after.object(), after.type())
                    .without(FieldSet.parse(after.ignored()));
        }));
        return differences;
    }

    /** An object in another version of the API; as it is, where that shows it alike. */
    private Shown shown(ObjectNode object, String from, String to) {
        Shown shown = from.equals(to) ? null : versions.show(object, from, to);
        return shown == null ? new Shown(object, type, ignored) : shown;
    }

    /**
     * Applies a configuration.
     *
     * @param zero
     *            of the type
     * @param live
     *            what is stored now; the zero when there is nothing yet
     * @return the object as it is to be, with its managed fields
     * @throws ApiException
     *             409 when other managers have set fields to other values, and it is not forced
     */
    public ObjectNode apply(ObjectNode zero, ObjectNode live, ObjectNode config, String manager, boolean force) {
        ManagedFields managed = ManagedFields.of(Json.find(live, "metadata", "managedFields"));
        ObjectNode old = bare(live);
        ObjectNode wanted = bare(config);
        if (managed.isEmpty() && Json.find(live, "metadata", "uid") != null) {
            FieldSet everything = strip(
                    Typed.compare(bare(zero), old, type).without(FieldSet.parse(ignored)).changed());
            managed.set(new Manager(FIRST_APPLIER, Manager.UPDATE, apiVersion, subresource), everything, now);
        }
        forgetMissingVersions(managed);
        Manager self = new Manager(manager, Manager.APPLY, apiVersion, subresource);
        Manager before = managed.applier(self);
        FieldSet last = managed.fields(before);
        FieldSet applied = strip(Typed.fields(wanted, type).without(FieldSet.parse(ignored)));
        ManagedFields next = managed.copy();
        next.take(before);
        next.set(self, applied, managed.time(before));
        ObjectNode whole = (ObjectNode) Typed.merge(old, wanted, type);
        ObjectNode merged = whole;
        if (!last.isEmpty()) {
            merged = prune(merged, next, before.apiVersion(), last);
        }
        Map<String, Typed.Difference> differences = differences(next, old, merged);
        if (!force) {
            refuseConflicts(next, differences, self,
                    manager.equals(LastApplied.MANAGER) ? LastApplied.fields(old, type) : new FieldSet());
        }
        takeFromOthers(next, differences, self);
        if (!Json.same(old, merged)) {
            next.set(self, next.fields(self), now);
        }
        ObjectNode out = merged.deepCopy();
        keepIdentity(whole, out);
        if (manager.equals(LastApplied.MANAGER)) {
            LastApplied.renew(out, config);
        }
        write(out, next);
        return out;
    }

    /** Nobody manages what an object is called and which version of it is meant, and it is not lost with the last field beside it. */
    private static void keepIdentity(ObjectNode whole, ObjectNode object) {
        for (String field : List.of("name", "namespace", "resourceVersion")) {
            JsonNode value = Json.find(whole, "metadata", field);
            if (value != null) {
                Json.child(object, "metadata").putIfAbsent(field, value);
            }
        }
    }

    /**
     * Takes out what the applier applied last time and no longer does, if nobody else manages it.
     *
     * @param version
     *            of the API that was spoken then
     */
    private ObjectNode prune(ObjectNode merged, ManagedFields managed, String version, FieldSet last) {
        Map<String, FieldSet> owned = new LinkedHashMap<>();
        owned.put(version, new FieldSet());
        for (Manager each : managed.managers()) {
            owned.merge(each.apiVersion(), managed.fields(each), FieldSet::union);
        }
        Shown whole = shown(merged, apiVersion, version);
        FieldSet lastNamed = Typed.withNamedFields(last, whole.type());
        ObjectNode pruned = (ObjectNode) Typed.remove(whole.object(), lastNamed, whole.type());
        Shown all = whole;
        String at = version;
        for (Map.Entry<String, FieldSet> each : owned.entrySet()) {
            Shown there = at.equals(each.getKey()) ? null : versions.show(all.object(), at, each.getKey());
            if (there != null) {
                pruned = shown(pruned, at, each.getKey()).object();
                all = there;
                at = each.getKey();
            }
            FieldSet kept = named(pruned, all.type()).union(Typed.withNamedFields(each.getValue(), all.type()));
            pruned = (ObjectNode) Typed.remove(all.object(), named(all.object(), all.type()).difference(kept),
                    all.type());
        }
        pruned = shown(pruned, at, version).object();
        FieldSet gone = named(whole.object(), whole.type()).difference(named(pruned, whole.type()));
        return shown((ObjectNode) Typed.remove(whole.object(), gone.intersection(lastNamed), whole.type()), version,
                apiVersion).object();
    }

    private static FieldSet named(ObjectNode object, Type type) {
        return Typed.withNamedFields(Typed.fields(object, type), type);
    }

    /** @param allowed what the applier takes over from others in any case */
    private static void refuseConflicts(ManagedFields managed, Map<String, Typed.Difference> differences, Manager self,
            FieldSet allowed) {
        Map<Manager, List<String>> byManager = new TreeMap<>(Comparator.comparing(Manager::identifier));
        List<FieldError> causes = new ArrayList<>();
        for (Manager other : managed.managers()) {
            FieldSet fields = managed.fields(other);
            Typed.Difference theirs = differences.get(other.apiVersion());
            if (other.equals(self) || theirs == null) {
                continue;
            }
            for (String path : fields.intersection(theirs.changed()).difference(allowed).paths()) {
                byManager.computeIfAbsent(other, _ -> new ArrayList<>()).add(path);
                causes.add(new FieldError("FieldManagerConflict", path, "conflict with " + other.described()));
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
                    .map(each -> "conflicts with " + each.getKey().described() + ":\n"
                            + each.getValue().stream().map(path -> "- " + path).collect(Collectors.joining("\n")))
                    .collect(Collectors.joining("\n"));
        }
        throw ApiException.applyConflict(causes, message);
    }

    /** Too many updaters of one object are put together, the oldest first, those of each version by themselves. */
    private static void capUpdaters(ManagedFields managed) {
        List<Manager> updaters = managed.managers().stream().filter(each -> !each.applies())
                .sorted(Comparator.comparing(managed::time).thenComparing(Manager::name)
                        .thenComparing(Manager::apiVersion).thenComparing(Manager::subresource))
                .toList();
        int left = updaters.size();
        Map<String, Manager> firstOfVersion = new HashMap<>();
        for (Manager each : updaters) {
            if (left <= MOST_UPDATERS) {
                return;
            }
            Manager first = firstOfVersion.putIfAbsent(each.apiVersion(), each);
            if (first != null) {
                Manager ancient = new Manager(ANCIENT, Manager.UPDATE, each.apiVersion(), "");
                String time = managed.time(each);
                if (managed.fields(ancient).isEmpty()) {
                    managed.set(ancient, managed.take(first), time);
                }
                managed.set(ancient, managed.take(each).union(managed.fields(ancient)), time);
                left--;
            }
        }
    }

    private static ObjectNode bare(ObjectNode object) {
        return bared(object.deepCopy());
    }

    private static ObjectNode bared(ObjectNode object) {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove("managedFields");
        }
        return object;
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
        JsonNode left = Json.find(one, "metadata", "managedFields");
        JsonNode right = Json.find(other, "metadata", "managedFields");
        boolean asMany = (left == null ? 0 : left.size()) == (right == null ? 0 : right.size()); // one may be in it twice
        return asMany && ManagedFields.of(left).sameButForTimes(ManagedFields.of(right));
    }
}
