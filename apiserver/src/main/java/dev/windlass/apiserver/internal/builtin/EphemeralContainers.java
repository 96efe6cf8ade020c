package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.Part;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/** The containers that somebody adds to a pod that is there, to look into it. They are never taken out, nor changed. */
final class EphemeralContainers implements Part {
    private static final String FIELD = "ephemeralContainers";

    @Override
    public ObjectNode merge(ObjectNode old, ObjectNode desired) {
        ObjectNode object = old.deepCopy();
        ObjectNode wanted = desired.deepCopy();
        Part.copyMetadata(wanted, object);
        Json.share(FIELD, Json.child(wanted, "spec"), Json.child(object, "spec"));
        DisabledFields.drop(object);
        return object;
    }

    @Override
    public void validate(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        Field pod = Field.of(object, errors);
        Field before = Field.of(old, errors);
        if (before.at("metadata", "annotations").value().has(PodAnnotationChecks.MIRROR)) {
            errors.clear();
            pod.as("[]").forbidden("static pods do not support ephemeral containers");
            return;
        }
        PodChecks.pod(pod);
        Field containers = pod.at("spec", FIELD);
        for (Field each : before.at("spec", FIELD).items()) {
            String name = each.at("name").text();
            List<Field> found = containers.items().stream().filter(one -> one.at("name").text().equals(name)).toList();
            String existing = "existing ephemeral containers " + GoText.quoted(name);
            if (found.isEmpty()) {
                containers.forbidden(existing + " may not be removed\n");
            } else if (found.getLast().differs(each)) {
                found.getLast().as(containers.path())
                        .changed(existing + " may not be changed", each.value(), found.getLast().value());
            }
        }
    }
}
