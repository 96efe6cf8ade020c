package dev.windlass.apiserver.internal.apply;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * Who manages how many replicas an object is to have, told by its scale and taken from it. Follows the real server, also in that it does not know again who
 * has updated the object: the replicas are taken from his entry, and he gets another one for them, without a time. Stateless.
 *
 * @param apiVersion
 *            in which the request speaks of the object
 * @param paths
 *            where the replicas are in each version of the object: the fields on the way there, none in a version without a scale. Who manages a version that
 *            is not among them is forgotten
 */
public record ScaleFields(String apiVersion, Map<String, List<String>> paths) {
    private static final String SCALE_VERSION = "autoscaling/v1";
    private static final List<String> IN_SCALE = List.of("spec", "replicas");

    /** The managed fields of a scale, of those of the object. */
    public ArrayNode ofScale(@Nullable JsonNode ofObject) {
        ManagedFields managed = ManagedFields.of(ofObject);
        ManagedFields scale = new ManagedFields();
        for (Manager each : managed.managers()) {
            if (manages(managed, each, paths.getOrDefault(each.apiVersion(), List.of()))) {
                scale.set(each.in(SCALE_VERSION), FieldSet.of(IN_SCALE), managed.time(each));
            }
        }
        return scale.toJson();
    }

    /**
     * The managed fields of an object whose scale has been changed.
     *
     * @param ofObject
     *            what they were
     * @param ofScale
     *            what those of the scale are now
     */
    public ArrayNode ofObject(@Nullable JsonNode ofObject, @Nullable JsonNode ofScale) {
        ManagedFields managed = ManagedFields.of(ofObject);
        ManagedFields scale = ManagedFields.of(ofScale);
        for (Manager each : managed.managers()) {
            List<String> path = paths.get(each.apiVersion());
            Manager inScale = each.in(SCALE_VERSION);
            if (path == null) {
                managed.take(each);
            } else if (manages(managed, each, path)) {
                if (each.applies() && !scale.fields(inScale).isEmpty()) {
                    scale.take(inScale);
                } else {
                    managed.set(each, managed.fields(each).difference(FieldSet.of(path)), managed.time(each));
                }
            }
        }
        FieldSet replicas = FieldSet.of(paths.getOrDefault(apiVersion, List.of()));
        ManagedFields updaters = new ManagedFields();
        for (Manager each : scale.managers()) {
            if (!manages(scale, each, IN_SCALE)) {
                continue;
            }
            Manager self = each.in(apiVersion);
            Manager before = managed.applier(self);
            if (each.applies()) {
                String time = managed.time(before);
                managed.take(before);
                managed.set(self, replicas, time);
            } else {
                updaters.set(self, replicas, "");
            }
        }
        return ManagedFields.toJson(Stream.of(managed, updaters));
    }

    private static boolean manages(ManagedFields managed, Manager manager, List<String> path) {
        FieldSet at = managed.fields(manager);
        for (String field : path) {
            FieldSet below = at.child(Steps.field(field));
            if (below == null) {
                return false;
            }
            at = below;
        }
        return at.isMember();
    }
}
