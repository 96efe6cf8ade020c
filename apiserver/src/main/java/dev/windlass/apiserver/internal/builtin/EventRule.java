package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Events lie in the namespace of what they are about. */
final class EventRule implements KindRule {
    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        boolean core = object.has("involvedObject");
        String field = core ? "involvedObject" : "regarding";
        String about = Json.textOrEmpty(object, field, "namespace");
        String in = Metadata.namespace(object);
        boolean fits = about.isEmpty() ? in.equals("default") : about.equals(in);
        if (!fits) {
            errors.add(FieldError.invalid("involvedObject.namespace", about, "does not match event.namespace"));
        }
    }
}
