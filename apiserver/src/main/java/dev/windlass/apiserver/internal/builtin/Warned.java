package dev.windlass.apiserver.internal.builtin;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The rule of a kind that is checked, and of which there is something to say when nothing is wrong with it. */
class Warned extends Checked {
    private final Warning warning;

    Warned(Check check, Check status, Warning warning) {
        super(check, status);
        this.warning = warning;
    }

    /** What there is to say of one kind. Stateless. */
    @FunctionalInterface
    interface Warning {
        /**
         * @param before
         *            not set when the object is new
         */
        void warn(Field now, Field before, List<String> warnings);
    }

    @Override
    public final void warnOfValid(ObjectNode object, @Nullable ObjectNode old, List<String> warnings) {
        warning.warn(Field.of(object, new ArrayList<>()), Field.of(old, new ArrayList<>()), warnings);
    }
}
