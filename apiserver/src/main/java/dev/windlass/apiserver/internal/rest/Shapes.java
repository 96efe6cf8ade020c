package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.Steps;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.CustomTypes;
import dev.windlass.apiserver.internal.schema.SchemaPruning;
import dev.windlass.apiserver.internal.schema.SchemaValidation;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.schema.TypeCheck;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import tools.jackson.databind.node.ObjectNode;

/** What a kind's structure makes of an object: unknown fields go, defaults come, and what does not fit is told. Thread-safe. */
final class Shapes {
    private final BuiltInTypes builtIn;
    private final Map<ResourceType, Type> types = new WeakHashMap<>();

    Shapes(BuiltInTypes builtIn) {
        this.builtIn = builtIn;
    }

    /** The structure of a resource's objects. */
    Type typeOf(ResourceType resource) {
        synchronized (types) {
            return types.computeIfAbsent(resource, each -> {
                CustomVersion custom = each.custom();
                return custom == null
                        ? builtIn.ofKind(each.group(), each.version(), each.kind())
                        : CustomTypes.of(custom.schema(), builtIn);
            });
        }
    }

    /**
     * Prunes and fills in defaults.
     *
     * @return what was unknown
     * @throws ApiException
     *             400 when something has the wrong type
     */
    List<String> admit(ObjectNode object, ResourceType resource) {
        CustomVersion custom = resource.custom();
        if (custom == null) {
            return checkBuiltIn(object, resource, new TypeCheck());
        }
        List<String> unknown = new ArrayList<>();
        checkMetadata(object, resource, unknown);
        if (custom.schema() != null) {
            if (!custom.preserveUnknown()) {
                SchemaPruning.prune(object, custom.schema(), unknown);
            }
            SchemaPruning.fillDefaults(object, custom.schema());
        }
        return unknown;
    }

    private List<String> checkBuiltIn(ObjectNode object, ResourceType resource, TypeCheck check) {
        Type type = typeOf(resource);
        if (type.shape() != Type.Shape.STRUCT) {
            return List.of();
        }
        check.read(object, type, resource.kind());
        refuse(check, resource);
        return check.unknown();
    }

    private void checkMetadata(ObjectNode object, ResourceType resource, List<String> unknown) {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            TypeCheck check = new TypeCheck();
            check.read(metadata, builtIn.objectMeta(), "ObjectMeta");
            refuse(check, resource);
            check.unknown().forEach(path -> unknown.add("metadata." + path));
        }
    }

    private static void refuse(TypeCheck check, ResourceType resource) {
        if (check.mismatch() != null) {
            throw ApiException.badRequest(
                    resource.kind() + " in version " + FieldError.quote(resource.version()) + " cannot be handled as a "
                            + resource.kind() + ": " + check.mismatch());
        }
    }

    /** What a configuration says that its type does not know; nulls go. */
    List<String> undeclared(ObjectNode config, ResourceType resource) {
        List<String> unknown = new ArrayList<>();
        CustomVersion custom = resource.custom();
        if (custom == null) {
            unknown.addAll(checkBuiltIn(config, resource, new TypeCheck(Steps::keyed)));
        } else {
            checkMetadata(config, resource, unknown);
            if (custom.schema() != null && !custom.preserveUnknown()) {
                SchemaPruning.prune(config, custom.schema(), unknown);
            }
        }
        return unknown.stream().map(path -> "." + path + ": field not declared in schema").toList();
    }

    List<FieldError> validate(ObjectNode object, ResourceType resource) {
        CustomVersion custom = resource.custom();
        return custom != null && custom.schema() != null
                ? SchemaValidation.validate(object, custom.schema())
                : List.of();
    }
}
