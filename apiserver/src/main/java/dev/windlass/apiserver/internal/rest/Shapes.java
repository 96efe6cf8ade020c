package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.apply.TypedProblems;
import dev.windlass.apiserver.internal.cel.SchemaRules;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.schema.BuiltInTypes;
import dev.windlass.apiserver.internal.schema.CustomTypes;
import dev.windlass.apiserver.internal.schema.GoForm;
import dev.windlass.apiserver.internal.schema.ListTypes;
import dev.windlass.apiserver.internal.schema.MemoryForm;
import dev.windlass.apiserver.internal.schema.SchemaPruning;
import dev.windlass.apiserver.internal.schema.SchemaValidation;
import dev.windlass.apiserver.internal.schema.Type;
import dev.windlass.apiserver.internal.schema.TypeCheck;
import dev.windlass.apiserver.internal.schema.TypeDefaults;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What a kind's structure makes of an object: unknown fields go, defaults come, and what does not fit is told. Thread-safe. */
final class Shapes {
    /** While there are such errors rules might be told what they do not expect. */
    private static final Set<String> BLOCKING = Set.of("FieldValueRequired", "FieldValueTooLong", "FieldValueTooMany",
            "FieldValueTypeInvalid", "FieldValueNotSupported");

    private static final List<String> TIMES = List.of("creationTimestamp", "deletionTimestamp");

    private final BuiltInTypes builtIn;
    private final TypeDefaults defaults;
    private final Map<ResourceType, Type> types = new WeakHashMap<>();
    private final Map<ResourceType, @Nullable SchemaRules> rules = new WeakHashMap<>();

    Shapes(BuiltInTypes builtIn, TypeDefaults defaults) {
        this.builtIn = builtIn;
        this.defaults = defaults;
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

    /** Prunes and fills in defaults, of what has been read from JSON. */
    List<String> admit(ObjectNode object, ResourceType resource, Function<String, ApiException> refusal) {
        return admit(object, resource, new TypeCheck(), refusal);
    }

    /**
     * Prunes and fills in defaults.
     *
     * @param check
     *            reads it when it is of a built-in kind; that of a conversion leaves also the nulls of others, which are no longer read
     * @param refusal
     *            makes an answer of what Go says of a value of the wrong type
     * @return what was unknown
     * @throws ApiException
     *             the refusal when something has the wrong type
     */
    List<String> admit(ObjectNode object, ResourceType resource, TypeCheck check,
            Function<String, ApiException> refusal) {
        CustomVersion custom = resource.custom();
        if (custom == null) {
            return checkBuiltIn(object, resource, check, refusal);
        }
        List<String> unknown = new ArrayList<>();
        checkMetadata(object, unknown, refusal);
        boolean isOfType = Json.textOrEmpty(object, "kind").equals(resource.kind())
                && Json.textOrEmpty(object, "apiVersion").equals(resource.apiVersion());
        if (custom.schema() != null && isOfType) {
            // Of an applied object only what may not be there is left by now, and goes when it is stored.
            if (!custom.preserveUnknown() && !check.isConversion()) {
                List<String> pruned = new ArrayList<>();
                SchemaPruning.prune(object, custom.schema(), pruned);
                pruned.stream().sorted().forEach(unknown::add);
                SchemaPruning.pruneNulls(object, custom.schema());
            }
            SchemaPruning.fillDefaults(object, custom.schema());
        }
        return unknown;
    }

    /** Brings an object of a built-in kind into the form in which it is checked. */
    void shape(ObjectNode object, ResourceType resource) {
        if (!resource.isCustom()) {
            GoForm.shape(object, typeOf(resource));
        }
    }

    /** Brings an object of a built-in kind into the form in which it is stored. */
    void store(ObjectNode object, ResourceType resource) {
        if (resource.is("apiextensions.k8s.io", "customresourcedefinitions")) {
            GoForm.write(object, typeOf(resource)); // the real server stores them as JSON
        } else if (!resource.isCustom()) {
            GoForm.store(object, typeOf(resource));
        }
    }

    /**
     * Takes out of a custom resource that is to be stored what its schema does not know, and puts in what it has a default for and was taken out since. The real
     * server does so when it reads it.
     *
     * @return whether nothing was to be done
     */
    boolean complete(ObjectNode object, ResourceType resource) {
        CustomVersion custom = resource.custom();
        if (custom == null || custom.schema() == null) {
            return true;
        }
        List<String> unknown = new ArrayList<>();
        if (!custom.preserveUnknown()) {
            SchemaPruning.prune(object, custom.schema(), unknown);
        }
        return !SchemaPruning.fillDefaults(object, custom.schema()) && unknown.isEmpty();
    }

    /** An object as others are shown it: a copy. */
    ObjectNode written(ObjectNode object, ResourceType resource) {
        ObjectNode written = object.deepCopy();
        if (!resource.isCustom()) {
            GoForm.write(written, typeOf(resource));
        }
        return written;
    }

    /** An object as it is compared with what is stored, to tell who manages what of it: a copy. */
    ObjectNode compared(ObjectNode object, ResourceType resource) {
        ObjectNode compared = object.deepCopy();
        if (!resource.isCustom()) {
            GoForm.compare(compared, typeOf(resource));
        }
        return compared;
    }

    /** Puts the defaults of types into an object of a built-in kind. */
    void fillDefaults(ObjectNode object, ResourceType resource) {
        if (!resource.isCustom()) {
            defaults.fill(object, typeOf(resource));
        }
    }

    /** Shows the values of a built-in kind in what is wrong with it as the real server does. */
    void inMemory(List<FieldError> errors, ResourceType resource) {
        if (!resource.isCustom() && !resource.group().equals("apiextensions.k8s.io")) {
            Type type = resource.is("events.k8s.io", "events") ? builtIn.ofKind("", "v1", "Event") : typeOf(resource);
            errors.replaceAll(error -> error.in((value, place) -> {
                Type at = MemoryForm.at(place, type);
                return at == null ? value : MemoryForm.of(value, at);
            }));
        }
    }

    /** An object in which nothing has been set yet. */
    ObjectNode zero(ResourceType resource) {
        return resource.isCustom() ? Json.object() : GoForm.zero(typeOf(resource));
    }

    private List<String> checkBuiltIn(ObjectNode object, ResourceType resource, TypeCheck check,
            Function<String, ApiException> refusal) {
        Type type = typeOf(resource);
        if (type.shape() != Type.Shape.STRUCT) {
            return List.of();
        }
        check.read(object, type, resource.kind());
        refuse(check, refusal);
        return check.unknown();
    }

    private void checkMetadata(ObjectNode object, List<String> unknown, Function<String, ApiException> refusal) {
        if (object.get("metadata") instanceof ObjectNode metadata) {
            TypeCheck check = new TypeCheck();
            check.read(metadata, builtIn.objectMeta(), "ObjectMeta");
            refuse(check, refusal);
            check.unknown().forEach(path -> unknown.add("metadata." + path));
        }
    }

    private static void refuse(TypeCheck check, Function<String, ApiException> refusal) {
        String mismatch = check.mismatch();
        if (mismatch != null) {
            throw refusal.apply(mismatch);
        }
    }

    /** What is answered to an object that is sent as a whole and cannot be read. */
    static ApiException unreadable(ResourceType resource, String why) {
        return ApiException.badRequest(resource.kind() + " in version " + GoText.quoted(resource.version())
                + " cannot be handled as a " + resource.kind() + ": " + why);
    }

    /** What keeps a configuration from being merged: it would be lost when it is stored, and leave the applier with fields that are not there. */
    List<String> unmergeable(ObjectNode config, ResourceType resource) {
        CustomVersion custom = resource.custom();
        if (custom != null && config.get("metadata") instanceof ObjectNode metadata) {
            metadata.remove(TIMES); // the real server takes no look at them, and neither is kept
        }
        if (custom != null && custom.preserveUnknown()) {
            List<String> unknown = new ArrayList<>();
            checkMetadata(config, unknown, why -> unreadable(resource, why));
            return unknown.stream().map(path -> "." + path + ": field not declared in schema").toList();
        }
        return TypedProblems.in(config, typeOf(resource));
    }

    /**
     * What a schema says is wrong.
     *
     * @param old
     *            what the object was, null when it is new
     * @param found
     *            what is wrong with its metadata
     * @param warnings
     *            gets what would be wrong had it not been so before
     */
    List<FieldError> validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> found, Reach reach,
            List<String> warnings) {
        ResourceType resource = reach.type();
        CustomVersion custom = resource.custom();
        ObjectNode schema = custom == null ? null : custom.schema();
        if (custom == null || schema == null) {
            return List.of();
        }
        boolean statusOnly = old != null && reach.isStatus();
        List<FieldError> errors = old != null && statusOnly
                ? SchemaValidation.validateStatus(object, old, schema)
                : SchemaValidation.validate(object, old, schema);
        if (custom.scale() != null) {
            new ScalePaths(custom.scale()).validate(object, statusOnly, errors);
        }
        errors.addAll(ListTypes.problems(object, old, schema));
        if (schema.findValue("x-kubernetes-validations") == null) {
            return errors;
        }
        if (Stream.concat(found.stream(), errors.stream()).map(FieldError::reason).anyMatch(BLOCKING::contains)) {
            errors.add(
                    new FieldError("FieldValueInvalid", "<nil>", "Invalid value: null: some validation rules were not"
                            + " checked because the object was invalid; correct the existing errors to complete validation"));
        } else {
            SchemaRules compiled = rulesOf(resource, schema);
            if (compiled != null) {
                errors.addAll(compiled.check("", object, old, warnings));
            }
        }
        return errors;
    }

    private @Nullable SchemaRules rulesOf(ResourceType resource, ObjectNode schema) {
        synchronized (rules) {
            return rules.computeIfAbsent(resource, _ -> SchemaRules.of(schema, true));
        }
    }
}
