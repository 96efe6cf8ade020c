package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.FieldManagement;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Conversion;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Tells who manages which fields of what is written, in whatever version. Thread-safe. */
final class Tracking {
    private final Resources resources;
    private final Shapes shapes;

    Tracking(Resources resources) {
        this.resources = resources;
        this.shapes = resources.shapes();
    }

    /** Who manages what, for a request. */
    FieldManagement of(Reach reach) {
        ResourceType type = reach.type();
        return new FieldManagement(shapes.typeOf(type), type.apiVersion(), reach.subresource(), reach.unmanaged(),
                resources.surroundings().now(), new FieldManagement.Versions() {
                    @Override
                    public FieldManagement.@Nullable Shown show(ObjectNode object, String from, String to) {
                        return shown(object, reach, from, to);
                    }

                    @Override
                    public boolean has(String apiVersion) {
                        return isThere(apiVersion, type);
                    }
                });
    }

    /** Of a kind that is built in, versions come and go; of a custom resource a manager's must be there. */
    private boolean isThere(String apiVersion, ResourceType type) {
        if (apiVersion.equals(type.apiVersion())) {
            return true;
        }
        if (apiVersion.indexOf('/') != apiVersion.lastIndexOf('/')) {
            throw unconvertible("unexpected GroupVersion string: " + apiVersion);
        }
        String version = apiVersion.startsWith("/") ? apiVersion.substring(1) : apiVersion;
        ResourceType there = resources.catalog().ofKind(version, type.kind());
        boolean served = there != null && there.storageId().equals(type.storageId());
        CustomVersion custom = type.custom();
        if (custom != null && !served && !isDefined(version, type.group(), custom)) {
            throw unconvertible("request to convert CR to an invalid group/version: " + version);
        }
        return served || custom != null;
    }

    private boolean isDefined(String version, String group, CustomVersion custom) {
        return resources.definedVersions(custom).stream()
                .anyMatch(each -> version.equals(group + "/" + Json.textOrEmpty(each, "name")));
    }

    private static ApiException unconvertible(String why) {
        return ApiException.told(500, "", why, null);
    }

    /**
     * Sets the managed fields of an object that is created or updated. Nobody manages what others are not shown of it.
     *
     * @param live
     *            what is stored now; the zero of its type when it is created
     */
    void update(Reach reach, ObjectNode live, ObjectNode object, String manager) {
        try {
            of(reach).update(live, object, shapes.compared(object, reach.type()), manager);
        } catch (ApiException _) {
            // It is written though nobody could be asked what it is in another version: whoever managed something still does.
            Reach.shareInMetadata("managedFields", live, object);
        }
    }

    /** An object as another version of the API shows it; null when there is no such version, or it shows it alike. */
    private FieldManagement.@Nullable Shown shown(ObjectNode object, Reach reach, String from, String to) {
        ResourceType one = resources.catalog().ofKind(from, reach.type().kind());
        ResourceType other = resources.catalog().ofKind(to, reach.type().kind());
        if (one == null || other == null || !one.storageId().equals(other.storageId())) {
            return null;
        }
        CustomVersion custom = other.custom();
        if (custom != null) {
            Conversion conversion = custom.conversion();
            return conversion == null
                    ? null
                    // A status that is sent to the object itself is passed over in the version that is spoken alone.
                    : new FieldManagement.Shown(conversion.convert(List.of(object), to).getFirst(),
                            shapes.typeOf(other), reach.isStatus() ? reach.unmanaged() : Json.object());
        }
        if (Objects.equals(Face.of(one), Face.of(other))) {
            return null;
        }
        Face face = Face.of(other);
        ObjectNode stored = Face.toStorage(object, one);
        ObjectNode shown = (face == null ? stored : face.fromStorage().apply(stored)).deepCopy();
        shown.put("apiVersion", to);
        return new FieldManagement.Shown(shown, shapes.typeOf(other), reach.unmanaged());
    }
}
