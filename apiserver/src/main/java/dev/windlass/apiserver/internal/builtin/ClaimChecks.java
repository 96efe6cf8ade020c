package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Persistent volumes and claims on them. Stateless. */
final class ClaimChecks {
    private static final String ONCE_POD = "ReadWriteOncePod";
    private static final String[] MODES = {"ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", ONCE_POD};
    private static final String[] RESIZES = {"ControllerResizeInProgress", "ControllerResizeInfeasible",
            "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"};

    private ClaimChecks() {
    }

    static void claim(Field now, Field before) {
        Field old = before.at("spec");
        boolean groupsAreKnown = old.at("dataSource", "apiGroup").isSet()
                || old.at("dataSourceRef", "apiGroup").isSet();
        spec(now.at("spec"), !groupsAreKnown);
        if (before.isSet()) {
            update(now, before);
        }
    }

    static void spec(Field spec) {
        spec(spec, true);
    }

    /** @param checkGroups false for a claim that names one already: it may be older than the check */
    private static void spec(Field spec, boolean checkGroups) {
        Field modes = spec.at("accessModes");
        modes.mustBeSet("at least 1 access mode is required");
        if (spec.at("selector").isSet()) {
            spec.at("selector").labelSelector();
        }
        modes(modes);
        Field resources = spec.at("resources");
        Field size = resources.at("requests", "storage");
        Field told = size.as(resources.path() + "[storage]");
        if (size.isSet()) {
            Amounts.positive(told);
        } else {
            told.required("");
        }
        named(spec.at("storageClassName"));
        spec.at("volumeMode").oneOfIfSet("Block", "Filesystem");
        sources(spec, checkGroups);
        named(spec.at("volumeAttributesClassName"));
    }

    private static void sources(Field spec, boolean checkGroups) {
        Field source = spec.at("dataSource");
        Field reference = spec.at("dataSourceRef");
        source(source, checkGroups);
        source(reference, checkGroups);
        boolean elsewhere = !reference.at("namespace").isEmpty();
        if (elsewhere) {
            reference.at("namespace").named(NameRules::label);
        }
        if (elsewhere && source.isSet()) {
            notTogether(spec, "may not be specified when dataSourceRef.namespace is specified");
        } else if (source.isSet() && reference.isSet()
                && List.of("apiGroup", "kind", "name").stream()
                        .anyMatch(each -> source.at(each).differs(reference.at(each)))) {
            notTogether(spec, "must match dataSourceRef");
        }
    }

    /** The real server shows the path of the field in place of its value, of which nothing can be seen in JSON. */
    private static void notTogether(Field spec, String why) {
        spec.errors().add(new FieldError("FieldValueInvalid", spec.path(), "Invalid value: {}: " + why));
    }

    private static void source(Field source, boolean checkGroup) {
        if (!source.isSet()) {
            return;
        }
        source.at("name").mustBeSet("");
        source.at("kind").mustBeSet("");
        if (source.at("apiGroup").isEmpty()) {
            if (!source.at("kind").text().equals("PersistentVolumeClaim")) {
                source.invalid(source.at("kind").text(),
                        "must be 'PersistentVolumeClaim' when referencing the default apiGroup");
            }
        } else if (checkGroup) {
            source.at("apiGroup").named(NameRules::subdomain);
        }
    }

    /** Of amounts that no bytes can be. */
    static void warnOfFractions(Field spec, List<String> warnings) {
        for (String amounts : List.of("requests", "limits")) {
            Field amount = spec.at("resources", amounts).key("storage");
            amount.warn(Amounts.fractionWarning(amount), warnings);
        }
    }

    static void modes(Field modes) {
        for (Field mode : modes.items()) {
            mode.as(modes.path()).oneOf(MODES);
        }
        List<String> texts = modes.texts();
        if (texts.contains(ONCE_POD)
                && texts.stream().anyMatch(each -> !each.equals(ONCE_POD) && List.of(MODES).contains(each))) {
            modes.forbidden("may not use ReadWriteOncePod with other access modes");
        }
    }

    static void named(Field name) {
        if (!name.isEmpty()) {
            name.named(NameRules::subdomain);
        }
    }

    private static void update(Field now, Field before) {
        ObjectNode spec = (ObjectNode) now.at("spec").value().deepCopy();
        ObjectNode old = (ObjectNode) before.at("spec").value().deepCopy();
        if (Json.textOrEmpty(old, "volumeName").isEmpty()) {
            Json.share("volumeName", spec, old);
        }
        if (comesByItsClass(now, before)) {
            spec.remove("storageClassName");
        }
        if (now.at("status", "phase").text().equals("Bound")) {
            Json.share("volumeAttributesClassName", old, spec);
            ObjectNode requests = Json.objectAt(spec, "resources", "requests");
            if (requests != null) {
                Json.share("storage", Json.child(Json.child(old, "resources"), "requests"), requests);
            }
        }
        if (!Json.alike(plain(spec), plain(old))) {
            now.at("spec").changed("spec is immutable after creation except resources.requests and"
                    + " volumeAttributesClassName for bound claims", old, spec);
        }
        Field size = now.at("spec", "resources", "requests", "storage");
        JsonNode oldSize = before.at("spec", "resources", "requests", "storage").value();
        boolean smaller = Amounts.of(size.value()).compareTo(Amounts.of(oldSize)) < 0;
        if (smaller && Amounts.of(size.value())
                .compareTo(Amounts.of(before.at("status", "capacity", "storage").value())) <= 0) {
            size.forbidden("field can not be less than status.capacity");
        }
        now.at("spec", "volumeMode").as("volumeMode").immutable(before.at("spec", "volumeMode"));
        Field attributes = now.at("spec", "volumeAttributesClassName");
        if (before.at("status", "currentVolumeAttributesClassName").isSet() && attributes.isEmpty()
                && attributes.differs(before.at("spec", "volumeAttributesClassName"))) {
            attributes.forbidden("update to " + (attributes.isSet() ? "empty string" : "nil")
                    + " is forbidden when status.currentVolumeAttributesClassName is not nil");
        }
    }

    private static ObjectNode plain(ObjectNode spec) {
        ObjectNode plain = spec.deepCopy();
        Amounts.plain(plain.path("resources"));
        return plain;
    }

    /** Whether a class is named that was named by the annotation before, or not at all; a change of the annotation is told otherwise. */
    private static boolean comesByItsClass(Field now, Field before) {
        Field annotation = now.at("metadata", "annotations", ClaimRule.CLASS_ANNOTATION);
        Field old = before.at("metadata", "annotations", ClaimRule.CLASS_ANNOTATION);
        Field name = now.at("spec", "storageClassName");
        boolean named = name.isSet() && !before.at("spec", "storageClassName").isSet()
                && (!old.isSet() || name.text().equals(old.text()));
        boolean replaced = named && old.isSet() && (!annotation.isSet() || annotation.text().equals(old.text()));
        if (!replaced && !annotation.text().equals(old.text())) {
            annotation.invalid(annotation.text(), "field is immutable");
        }
        return named;
    }

    static void claimStatus(Field now, Field before) {
        Field status = now.at("status");
        Field capacity = status.at("capacity");
        capacity.value().propertyNames().forEach(name -> Amounts.notBelowZero(capacity.key(name)));
        Field resizes = status.at("allocatedResourceStatuses");
        resizes.value().properties().forEach(each -> {
            allocatedName(resizes, each.getKey());
            if (!List.of(RESIZES).contains(each.getValue().asString(""))) {
                resizes.notOneOf(each.getKey(), RESIZES);
            }
        });
        Field allocated = status.at("allocatedResources");
        for (String name : allocated.value().propertyNames()) {
            if (allocatedName(allocated, name)) {
                Amounts.notBelowZero(allocated.key(name));
            }
        }
    }

    /** Of what Kubernetes knows, only storage is allocated to a claim. */
    private static boolean allocatedName(Field at, String name) {
        List<String> problems = NameRules.qualifiedName(name);
        problems.forEach(problem -> at.invalid(name, problem));
        if (!problems.isEmpty()) {
            return false;
        }
        if (Amounts.isNative(name) && !name.equals("storage")) {
            at.notOneOf(name, "storage");
            return false;
        }
        return true;
    }
}
