package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import dev.windlass.apiserver.internal.status.FieldError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The rule of a kind of which nothing is special but what it allows, unless it is said what else. */
class Checked implements KindRule {
    private final Check check;
    private final Check status;

    /** Of a kind that is checked as a whole, whatever of it is changed. */
    Checked(Check check) {
        this(check, check);
    }

    /** @param status what the status of the kind allows */
    Checked(Check check, Check status) {
        this.check = check;
        this.status = status;
    }

    /** What one kind allows. Stateless. */
    @FunctionalInterface
    interface Check {
        /**
         * @param before
         *            not set when the object is new
         */
        void check(Field now, Field before);
    }

    @Override
    public final void validate(ObjectNode object, @Nullable ObjectNode old, List<FieldError> errors) {
        check.check(Field.of(object, errors), Field.of(old, new ArrayList<>()));
    }

    @Override
    public final void validateStatus(ObjectNode object, ObjectNode old, List<FieldError> errors) {
        status.check(Field.of(object, errors), Field.of(old, new ArrayList<>()));
    }
}
