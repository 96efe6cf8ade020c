package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.discovery.VersionOrder;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.kind.Traits;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Remover;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Custom resource definitions: what they are checked for, and what follows from them. What the real server's controllers do a moment later is done here
 * before the request is answered, so a definition that has been created is served.
 */
public final class Definitions implements KindRule {
    private static final String GROUP = "apiextensions.k8s.io";
    private static final String PLURAL = "customresourcedefinitions";
    private static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";
    private static final List<String> VERBS = List.of("delete", "deletecollection", "get", "list", "patch", "create",
            "update", "watch");
    private static final List<String> SUBRESOURCE_VERBS = List.of("get", "patch", "update");

    private final Resources resources;

    public Definitions(Resources resources) {
        this.resources = resources;
        resources.rule(GROUP + "/" + PLURAL, this);
        resources.onDeleted((type, _) -> objectGone(type));
    }

    private ResourceType type() {
        return resources.catalog().require(GROUP, "v1", PLURAL);
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode names = Json.child(Json.child(object, "spec"), "names");
        String kind = Json.textOrEmpty(names, "kind");
        if (Json.textOrEmpty(names, "singular").isEmpty() && !kind.isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ENGLISH));
        }
        if (Json.textOrEmpty(names, "listKind").isEmpty() && !kind.isEmpty()) {
            names.put("listKind", kind + "List");
        }
        ObjectNode spec = Json.child(object, "spec");
        if (Json.objectAt(spec, "conversion") == null) {
            spec.putObject("conversion").put("strategy", "None");
        }
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        ObjectNode status = object.putObject("status");
        status.putNull("conditions");
        status.putObject("acceptedNames").put("plural", "").put("kind", "");
        ArrayNode stored = status.putArray("storedVersions");
        for (JsonNode version : versions(object)) {
            if (Json.flag(version, false, "storage")) {
                stored.add(Json.textOrEmpty(version, "name"));
            }
        }
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        ArrayNode stored = Json.arrayAt(object, "status", "storedVersions");
        if (stored == null) {
            return;
        }
        for (JsonNode version : versions(object)) {
            String name = Json.textOrEmpty(version, "name");
            boolean known = false;
            for (JsonNode each : stored) {
                known |= each.stringValue("").equals(name);
            }
            if (Json.flag(version, false, "storage") && !known) {
                stored.add(name);
            }
        }
    }

    private static JsonNode versions(ObjectNode definition) {
        return definition.path("spec").path("versions");
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        DefinitionChecks.check(object, old, errors);
    }

    @Override
    public void prepareDeletion(ObjectNode object) {
        List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
        if (!finalizers.contains(CLEANUP)) {
            finalizers.add(CLEANUP);
            Metadata.setFinalizers(object, finalizers);
        }
        setCondition(object, "Terminating", "True", "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon");
    }

    @Override
    public boolean holdsDeletion(ObjectNode object) {
        // The cleaning up of its objects holds a definition that is served: it is marked first, and goes when they are gone.
        return Json.text(object, "metadata", "deletionTimestamp") == null && isEstablished(object);
    }

    @Override
    public void committed(ObjectNode object) {
        String name = Metadata.name(object);
        if (Metadata.deleting(object)) {
            cleanUp(name);
        } else {
            establish(name);
        }
    }

    @Override
    public void deleted(ObjectNode object) {
        serve(Metadata.name(object), List.of());
        resources.store().drop(storageId(object));
    }

    private static String storageId(ObjectNode definition) {
        return Json.textOrEmpty(definition, "spec", "group") + "/"
                + Json.textOrEmpty(definition, "spec", "names", "plural");
    }

    /** Serves what the definition says now, and says in its status that it is served. */
    private void establish(String name) {
        change(name, object -> {
            ObjectNode status = Json.child(object, "status");
            List<FieldError> taken = takenNames(object);
            if (taken.isEmpty()) {
                status.set("acceptedNames", object.path("spec").path("names").deepCopy());
                setCondition(object, "NamesAccepted", "True", "NoConflicts", "no conflicts found");
                setCondition(object, "Established", "True", "InitialNamesAccepted",
                        "the initial names have been accepted");
            } else {
                setCondition(object, "NamesAccepted", "False", taken.getFirst().reason(), taken.getFirst().body());
                if (!isEstablished(object)) {
                    setCondition(object, "Established", "False", "NotAccepted", "not all names are accepted");
                }
            }
        });
        Stored now = resources.shelf(type()).get(name);
        if (now != null) {
            ObjectNode object = resources.decode(now, type());
            if (isEstablished(object)) {
                serve(name, served(object));
            }
        }
    }

    private List<FieldError> takenNames(ObjectNode definition) {
        String group = Json.textOrEmpty(definition, "spec", "group");
        String kind = Json.textOrEmpty(definition, "spec", "names", "kind");
        String name = Metadata.name(definition);
        for (ResourceType other : resources.catalog().all()) {
            CustomVersion custom = other.custom();
            if (other.group().equals(group) && other.kind().equals(kind) && custom != null
                    && !custom.definition().equals(name)) {
                return List.of(new FieldError("KindConflict", "", FieldError.quote(kind) + " is already in use"));
            }
        }
        return List.of();
    }

    private void cleanUp(String name) {
        Stored now = resources.shelf(type()).get(name);
        if (now == null) {
            return;
        }
        ObjectNode definition = resources.decode(now, type());
        Remover remover = new Remover(resources);
        for (ResourceType served : resources.catalog().all()) {
            CustomVersion custom = served.custom();
            if (custom != null && custom.definition().equals(name)) {
                removeAll(remover, served);
                break;
            }
        }
        finish(definition);
    }

    private void removeAll(Remover remover, ResourceType served) {
        for (Stored each : resources.shelf(served).snapshot("").objects()) {
            try {
                remover.delete(new Target("delete", served, each.namespace(), each.name(), ""),
                        Remover.Options.background());
            } catch (ApiException e) {
                if (e.code() != 404) {
                    throw e;
                }
                // gone by itself
            }
        }
    }

    /** Lets the definition go when its objects are gone. */
    private void finish(ObjectNode definition) {
        Shelf objects = resources.store().shelf(storageId(definition));
        if (objects.size() == 0) {
            change(Metadata.name(definition), object -> {
                List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
                finalizers.remove(CLEANUP);
                Metadata.setFinalizers(object, finalizers);
            });
        }
    }

    /** Changes a definition without asking anybody, and lets go of one that nothing holds any more. */
    private void change(String name, java.util.function.Consumer<ObjectNode> edit) {
        Shelf shelf = resources.shelf(type());
        while (true) {
            Stored current = shelf.get(name);
            if (current == null) {
                return;
            }
            ObjectNode object = resources.decode(current, type());
            ObjectNode before = object.deepCopy();
            edit.accept(object);
            boolean goes = Metadata.deleting(object) && Metadata.finalizers(object).isEmpty();
            if (!goes && Json.same(before, object)) {
                return;
            }
            Stored draft = resources.draft(object, type());
            Stored done = goes ? shelf.delete(current, draft) : shelf.replace(current, draft);
            if (done != null) {
                if (goes) {
                    deleted(object);
                }
                return;
            }
        }
    }

    /** A custom object is gone: perhaps it was the last one that held its definition. */
    private void objectGone(ResourceType type) {
        CustomVersion custom = type.custom();
        if (custom == null) {
            return;
        }
        Stored stored = resources.shelf(type()).get(custom.definition());
        if (stored != null) {
            ObjectNode definition = resources.decode(stored, type());
            if (Metadata.deleting(definition)) {
                finish(definition);
            }
        }
    }

    private void serve(String definition, List<ResourceType> types) {
        resources.catalog().change(all -> {
            all.values().removeIf(type -> {
                CustomVersion custom = type.custom();
                return custom != null && custom.definition().equals(definition);
            });
            types.forEach(type -> all.put(Catalog.key(type.group(), type.version(), type.plural()), type));
            return all;
        });
    }

    private static List<ResourceType> served(ObjectNode definition) {
        List<ResourceType> types = new ArrayList<>();
        for (JsonNode version : versions(definition)) {
            if (Json.flag(version, false, "served")) {
                types.add(resourceType(definition, version));
            }
        }
        types.sort((a, b) -> VersionOrder.NEWEST_FIRST.compare(a.version(), b.version()));
        return types;
    }

    private static ResourceType resourceType(ObjectNode definition, JsonNode version) {
        JsonNode spec = definition.path("spec");
        JsonNode names = spec.path("names");
        String kind = Json.textOrEmpty(names, "kind");
        List<Subresource> subresources = new ArrayList<>();
        if (version.path("subresources").has("status")) {
            subresources.add(new Subresource("status", "", "", kind, SUBRESOURCE_VERBS));
        }
        if (version.path("subresources").has("scale")) {
            subresources.add(new Subresource("scale", "autoscaling", "v1", "Scale", SUBRESOURCE_VERBS));
        }
        List<ObjectNode> columns = new ArrayList<>();
        for (JsonNode column : version.path("additionalPrinterColumns")) {
            if (column instanceof ObjectNode object) {
                columns.add(object);
            }
        }
        List<String> fields = new ArrayList<>();
        for (JsonNode field : version.path("selectableFields")) {
            String path = Json.textOrEmpty(field, "jsonPath");
            fields.add(path.startsWith(".") ? path.substring(1) : path);
        }
        String group = Json.textOrEmpty(spec, "group");
        String plural = Json.textOrEmpty(names, "plural");
        return new ResourceType(group, Json.textOrEmpty(version, "name"),
                new ResourceType.Names(kind, Json.textOrEmpty(names, "listKind"), plural,
                        Json.textOrEmpty(names, "singular"),
                        strings(names.path("shortNames")), strings(names.path("categories"))),
                Json.textOrEmpty(spec, "scope").equals("Namespaced"), VERBS, subresources, Traits.custom(fields),
                group + "/" + plural,
                new CustomVersion(Metadata.name(definition), Json.objectAt(version, "schema", "openAPIV3Schema"),
                        Json.flag(spec, false, "preserveUnknownFields"), columns,
                        Json.objectAt(version, "subresources", "scale")));
    }

    private static List<String> strings(JsonNode array) {
        List<String> out = new ArrayList<>();
        array.forEach(each -> out.add(each.stringValue("")));
        return out;
    }

    private static boolean isEstablished(ObjectNode definition) {
        for (JsonNode condition : definition.path("status").path("conditions")) {
            if (Json.textOrEmpty(condition, "type").equals("Established")) {
                return Json.textOrEmpty(condition, "status").equals("True");
            }
        }
        return false;
    }

    private void setCondition(ObjectNode definition, String type, String status, String reason, String message) {
        ObjectNode holder = Json.child(definition, "status");
        ArrayNode conditions = Json.arrayAt(holder, "conditions");
        if (conditions == null) {
            conditions = holder.putArray("conditions");
        }
        ObjectNode condition = null;
        for (JsonNode each : conditions) {
            if (Json.textOrEmpty(each, "type").equals(type)) {
                condition = (ObjectNode) each;
            }
        }
        if (condition == null) {
            condition = conditions.addObject().put("type", type);
        }
        if (!Json.textOrEmpty(condition, "status").equals(status)) {
            condition.put("lastTransitionTime", resources.surroundings().now());
        }
        condition.put("status", status).put("reason", reason).put("message", message);
    }
}
