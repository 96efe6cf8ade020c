package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.rest.Metadata;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Limit ranges: alone of all kinds they need no name. */
final class LimitRangeRule implements KindRule {
    private final Supplier<String> names;

    LimitRangeRule(Supplier<String> names) {
        this.names = names;
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        if (Metadata.name(object).isEmpty()) {
            Metadata.of(object).put("name", names.get());
        }
    }

    @Override
    public void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        new Checked(LimitChecks::limitRange).validate(object, old, errors);
    }
}
