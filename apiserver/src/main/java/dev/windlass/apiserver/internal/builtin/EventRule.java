package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.NameRules;
import dev.windlass.apiserver.internal.rest.EventFields;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Events lie in the namespace of what they are about. Those of {@code events.k8s.io} must be complete, and stay as they are. */
final class EventRule implements KindRule {
    private static final int LONGEST = 128;
    private static final int LONGEST_NOTE = 1024;
    /** In the order in which changes are told. */
    private static final List<String> FIXED = List.of("involvedObject", "reason", "message", "source",
            "firstTimestamp", "lastTimestamp", "count", "type", "eventTime", "action", "related",
            "reportingController", "reportingInstance");
    private static final List<String> UNSET = List.of("firstTimestamp", "lastTimestamp", "count", "source");

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        boolean core = Json.textOrEmpty(object, "apiVersion").equals("v1");
        List<FieldError> ofMetadata = new ArrayList<>(errors);
        List<FieldError> common = ofMetadata.stream().filter(each -> !Metadata.isOfFinalizer(each)).toList();
        errors.clear();
        Field event = Field.of(core ? object : EventFields.toStorage(object), errors);
        complete(event, core);
        // The metadata of core ones is looked at less closely, and of new ones only when all else is right.
        if (old != null) {
            errors.addAll(0, common);
        } else if (core && errors.isEmpty()) {
            errors.addAll(common);
        }
        if (core) {
            return;
        }
        if (old == null && !event.at("metadata", "generateName").isEmpty()) {
            event.at("metadata", "generateName").named(NameRules::subdomainPrefix);
        }
        if (!Metadata.name(object).isEmpty()) {
            event.at("metadata", "name").named(NameRules::subdomain);
        }
        errors.addAll(ofMetadata);
        if (old == null) {
            created(event);
        } else {
            changed(event, Field.of(EventFields.toStorage(old), new ArrayList<>()));
        }
    }

    private static void complete(Field event, boolean core) {
        Field about = event.at("involvedObject", "namespace");
        String in = event.at("metadata", "namespace").text();
        boolean timed = event.at("eventTime").isSet();
        boolean fits = about.isEmpty()
                ? in.equals("default") || (timed && in.equals("kube-system"))
                : timed || about.text().equals(in);
        if (!fits) {
            about.invalid(about.text(), "does not match event.namespace");
        }
        if (!timed) {
            return;
        }
        Field controller = event.at("reportingComponent").as(core ? "reportingComponent" : "reportingController");
        controller.mustBeSet("");
        controller.named(NameRules::qualifiedName);
        for (String field : List.of("reportingInstance", "action", "reason")) {
            event.at(field).mustBeSet("");
            atMost(event.at(field), LONGEST);
        }
        atMost(event.at("message"), LONGEST_NOTE);
    }

    private static void atMost(Field field, int limit) {
        if (GoText.length(field.text()) > limit) {
            field.invalid("", "can have at most " + limit + " characters");
        }
    }

    private static void created(Field event) {
        series(event);
        event.at("eventTime").mustBeSet("");
        Field type = event.at("type");
        if (!List.of("Normal", "Warning").contains(type.text())) {
            type.invalid("", "has invalid value: " + type.text());
        }
        for (String field : UNSET) {
            if (!event.at(field).isEmpty()) {
                event.at(field).invalid("", "needs to be unset");
            }
        }
    }

    private static void series(Field event) {
        Field series = event.at("series");
        if (series.isSet()) {
            if (series.at("count").number() < 2) {
                series.at("count").invalid("", "should be at least 2");
            }
            series.at("lastObservedTime").mustBeSet("");
        }
    }

    private static void changed(Field event, Field before) {
        if (event.at("series").differs(before.at("series"))) {
            series(event);
        }
        for (String field : FIXED) {
            String stored = field.equals("reportingController") ? "reportingComponent" : field;
            Field now = event.at(stored).as(field);
            if (now.differs(before.at(stored))) {
                boolean text = !List.of("eventTime", "firstTimestamp", "lastTimestamp", "related").contains(field);
                JsonNode shown = now.isSet() ? now.value() : null;
                if (shown == null && text) {
                    now.invalid("", "field is immutable");
                } else {
                    now.invalid(shown, "field is immutable");
                }
            }
        }
    }
}
