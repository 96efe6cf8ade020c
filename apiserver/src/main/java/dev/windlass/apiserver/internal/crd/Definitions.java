package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.Conversion;
import dev.windlass.apiserver.internal.kind.CustomVersion;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.net.TrustedBundle;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.rest.Remover;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.rest.Target;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.status.FieldError;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import dev.windlass.apiserver.internal.webhook.WebhookClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Custom resource definitions: what they are checked for, and what follows from them. What the real server's controllers do a moment later is done here
 * before the request is answered, with the same writes in the same order, so a definition that has been created is served.
 */
public final class Definitions implements KindRule {
    private static final String GROUP = "apiextensions.k8s.io";
    private static final String PLURAL = "customresourcedefinitions";
    private static final String CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

    private final Resources resources;
    private final WebhookClient webhooks;
    /** Names are given away one definition after the other. Taken before a shelf's lock. */
    private final ReentrantLock naming = new ReentrantLock();

    /** @param webhooks asks those who convert objects */
    public Definitions(Resources resources, WebhookClient webhooks) {
        this.resources = resources;
        this.webhooks = webhooks;
        resources.rule(GROUP + "/" + PLURAL, this);
        resources.onDeleted((type, _) -> objectGone(type));
    }

    private ResourceType type() {
        return resources.catalog().require(GROUP, "v1", PLURAL);
    }

    @Override
    public void fillDefaults(ObjectNode object) {
        ObjectNode spec = Json.child(object, "spec");
        ObjectNode names = Json.child(spec, "names");
        String kind = Json.textOrEmpty(names, "kind");
        if (Json.textOrEmpty(names, "singular").isEmpty() && !kind.isEmpty()) {
            names.put("singular", kind.toLowerCase(Locale.ENGLISH));
        }
        if (Json.textOrEmpty(names, "listKind").isEmpty() && !kind.isEmpty()) {
            names.put("listKind", kind + "List");
        }
        if (Json.objectAt(spec, "conversion") == null) {
            spec.putObject("conversion").put("strategy", "None");
        }
        ObjectNode service = Json.objectAt(spec, "conversion", "webhook", "clientConfig", "service");
        if (service != null && !service.hasNonNull("port")) {
            service.put("port", 443);
        }
        fillStoredVersions(object);
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        ObjectNode status = object.putObject("status");
        dropIdleWebhook(object);
        status.putNull("conditions");
        status.putObject("acceptedNames").put("plural", "").put("kind", "");
        fillStoredVersions(object);
    }

    /** One that says neither whom to ask nor in which version is none. */
    private static void dropIdleWebhook(ObjectNode object) {
        ObjectNode webhook = Json.objectAt(object, "spec", "conversion", "webhook");
        if (webhook != null && !webhook.hasNonNull("clientConfig")
                && webhook.path("conversionReviewVersions").isEmpty()) {
            Json.child(Json.child(object, "spec"), "conversion").remove("webhook");
        }
    }

    private static void fillStoredVersions(ObjectNode object) {
        ObjectNode status = Json.child(object, "status");
        if (status.path("storedVersions").isEmpty()) {
            status.putArray("storedVersions");
            addStoredVersion(object);
            if (status.path("storedVersions").isEmpty()) {
                status.putNull("storedVersions");
            }
        }
    }

    @Override
    public void prepareUpdate(ObjectNode old, ObjectNode object) {
        dropIdleWebhook(object);
        if (Json.arrayAt(object, "status", "storedVersions") != null) {
            addStoredVersion(object);
        }
    }

    private static void addStoredVersion(ObjectNode object) {
        ArrayNode stored = Json.arrayAt(object, "status", "storedVersions");
        for (JsonNode version : object.path("spec").path("versions")) {
            if (Json.flag(version, false, "storage") && stored != null) {
                String name = Json.textOrEmpty(version, "name");
                boolean known = stored.valueStream().anyMatch(each -> each.stringValue("").equals(name));
                if (!known) {
                    stored.add(name);
                }
                return;
            }
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        DefinitionChecks.check(object, old, errors);
    }

    @Override
    public void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        errors.addAll(Metadata.validateUpdate(object, old)); // as if it had not been done for every kind
        DefinitionChecks.checkStatus(object, errors);
    }

    @Override
    public void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        warnings.addAll(DefinitionWarnings.of(object, old));
    }

    @Override
    public void checkPreconditions(ObjectNode object, String uid, String version) {
        String name = Metadata.name(object);
        if (!uid.isEmpty() && !uid.equals(Metadata.uid(object))) {
            throw ApiException.conflict(GROUP, PLURAL, name, "precondition failed: UID in precondition: " + uid
                    + ", UID in object meta: " + Metadata.uid(object));
        }
        String current = Json.textOrEmpty(object, "metadata", "resourceVersion");
        if (!version.isEmpty() && !version.equals(current)) {
            throw ApiException.conflict(GROUP, PLURAL, name, "precondition failed: ResourceVersion in precondition: "
                    + version + ", ResourceVersion in object meta: " + current);
        }
    }

    @Override
    public boolean countsDeletion() {
        return false;
    }

    @Override
    public boolean hasGracePeriod() {
        return false;
    }

    @Override
    public void prepareDeletion(ObjectNode object) {
        List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
        if (!finalizers.contains(CLEANUP)) {
            finalizers.add(CLEANUP);
            Metadata.setFinalizers(object, finalizers);
        }
        DefinitionStatus.set(object, DefinitionStatus.TERMINATING, "True", "InstanceDeletionPending",
                "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon", now());
    }

    @Override
    public boolean repeatDeletion(ObjectNode object) {
        ObjectNode metadata = Metadata.of(object);
        if (metadata.has("deletionGracePeriodSeconds")) {
            return false;
        }
        metadata.put("deletionGracePeriodSeconds", 0);
        return true;
    }

    @Override
    public boolean holdsDeletion(ObjectNode object) {
        // Cleaning up its objects holds a definition: it is marked first, and goes when they are gone.
        return !Metadata.deleting(object);
    }

    private String now() {
        return resources.surroundings().now();
    }

    @Override
    public void committed(ObjectNode object) {
        String name = Metadata.name(object);
        naming.lock();
        try {
            if (Approval.of(object) != null) {
                change(name, stored -> DefinitionStatus.setApproval(stored, now()));
            }
            acceptNames(name);
            if (Metadata.deleting(object)) {
                serve(name);
            } else {
                establish(name);
            }
        } finally {
            naming.unlock();
        }
        if (Metadata.finalizers(object).contains(CLEANUP)) {
            cleanUp(name);
        }
    }

    @Override
    public void deleted(ObjectNode object) {
        naming.lock();
        try {
            if (find(Metadata.name(object)) == null) { // not made anew meanwhile
                replace(Metadata.name(object), List.of());
                resources.store().drop(storageId(object));
            }
            renameOthers(object);
        } finally {
            naming.unlock();
        }
    }

    private static String storageId(ObjectNode definition) {
        return Json.textOrEmpty(definition, "spec", "group") + "/"
                + Json.textOrEmpty(definition, "spec", "names", "plural");
    }

    private @Nullable ObjectNode find(String name) {
        return resources.read(type(), "", name);
    }

    private List<ObjectNode> othersOfGroup(ObjectNode definition) {
        String group = Json.textOrEmpty(definition, "spec", "group");
        return resources.shelf(type()).snapshot("").objects().stream()
                .filter(each -> !each.name().equals(Metadata.name(definition)))
                .map(each -> resources.decode(each, type()))
                .filter(each -> Json.textOrEmpty(each, "spec", "group").equals(group)).toList();
    }

    /** Under the lock. */
    private void acceptNames(String name) {
        boolean[] changed = {false};
        change(name, object -> changed[0] = DefinitionStatus.acceptNames(object, othersOfGroup(object), now()));
        ObjectNode definition = changed[0] ? find(name) : null;
        if (definition != null) {
            renameOthers(definition);
        }
    }

    /** Names may have become free. Under the lock. */
    private void renameOthers(ObjectNode definition) {
        for (ObjectNode other : othersOfGroup(definition)) {
            if (!Json.same(other.path("spec").path("names"), other.path("status").path("acceptedNames"))) {
                acceptNames(Metadata.name(other));
                establish(Metadata.name(other));
            }
        }
    }

    /** Serves what the definition says now, and says in its status that it is served. Under the lock. */
    private void establish(String name) {
        change(name, object -> {
            if (!DefinitionStatus.isTrue(object, DefinitionStatus.NAMES_ACCEPTED)
                    || DefinitionStatus.isTrue(object, DefinitionStatus.ESTABLISHED)) {
                return;
            }
            String bundle = Json.textOrEmpty(object, "spec", "conversion", "webhook", "clientConfig", "caBundle");
            if (bundle.isEmpty() || TrustedBundle.isReadable(bundle)) {
                DefinitionStatus.set(object, DefinitionStatus.ESTABLISHED, "True", "InitialNamesAccepted",
                        "the initial names have been accepted", now());
            } else {
                DefinitionStatus.set(object, DefinitionStatus.ESTABLISHED, "False", "InvalidCABundle",
                        "The conversion webhook CABundle is invalid", now());
            }
        });
        serve(name);
    }

    private void cleanUp(String name) {
        ObjectNode definition = find(name);
        if (definition == null) {
            return;
        }
        change(name, object -> DefinitionStatus.set(object, DefinitionStatus.TERMINATING, "True",
                "InstanceDeletionInProgress", "CustomResource deletion is in progress", now()));
        Remover remover = new Remover(resources);
        ResourceType stored = ServedTypes.stored(definition, conversion(definition));
        if (stored != null) {
            removeAll(remover, stored);
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
        if (objects.size() > 0) {
            return;
        }
        change(Metadata.name(definition), object -> {
            List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
            if (!finalizers.remove(CLEANUP)) {
                return;
            }
            boolean established = DefinitionStatus.isTrue(object, DefinitionStatus.ESTABLISHED);
            DefinitionStatus.set(object, DefinitionStatus.TERMINATING, "False",
                    established ? "InstanceDeletionCompleted" : "NeverEstablished",
                    established ? "removed all instances" : "resource was never established", now());
            Metadata.setFinalizers(object, finalizers);
        });
    }

    /** Changes the status of a definition without asking anybody, and lets go of one that nothing holds any more. */
    private void change(String name, Consumer<ObjectNode> edit) {
        Shelf shelf = resources.shelf(type());
        while (true) {
            Stored current = shelf.get(name);
            if (current == null) {
                return;
            }
            ObjectNode before = resources.decode(current, type());
            ObjectNode object = before.deepCopy();
            edit.accept(object);
            if (Json.same(before, object)) {
                return;
            }
            resources.trackOwnStatus(before, object, type());
            boolean goes = Metadata.deleting(object) && Metadata.finalizers(object).isEmpty();
            Stored draft = resources.draft(object, type());
            Stored done = goes ? shelf.delete(current, draft) : shelf.replace(current, draft);
            if (done != null) {
                if (goes) {
                    resources.deleted(type(), object);
                }
                return;
            }
        }
    }

    private static boolean isOf(ResourceType type, String definition) {
        CustomVersion custom = type.custom();
        return custom != null && custom.definition().equals(definition);
    }

    /** A custom object is gone: perhaps it was the last one that held its definition. */
    private void objectGone(ResourceType type) {
        CustomVersion custom = type.custom();
        ObjectNode definition = custom == null ? null : find(custom.definition());
        if (definition != null && Metadata.deleting(definition)) {
            finish(definition);
        }
    }

    private void serve(String name) {
        ObjectNode definition = find(name);
        if (definition != null && (DefinitionStatus.isTrue(definition, DefinitionStatus.ESTABLISHED)
                || DefinitionStatus.isTrue(definition, DefinitionStatus.NAMES_ACCEPTED))) {
            List<ResourceType> types = ServedTypes.of(definition, conversion(definition));
            replace(name, types);
        }
    }

    private @Nullable Conversion conversion(ObjectNode definition) {
        JsonNode spec = definition.path("spec");
        if (Json.textOrEmpty(spec, "conversion", "strategy").equals("Webhook")) {
            return new WebhookConversion(webhooks, resources.surroundings()::uid, spec);
        }
        return spec.path("versions").size() > 1 ? new NameConversion(spec) : null;
    }

    private void replace(String definition, List<ResourceType> types) {
        resources.catalog().change(all -> {
            all.values().removeIf(type -> isOf(type, definition));
            types.forEach(type -> all.put(Catalog.key(type.group(), type.version(), type.plural()), type));
            return all;
        });
    }
}
