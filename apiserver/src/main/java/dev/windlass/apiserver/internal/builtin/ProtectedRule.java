package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.Metadata;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Kinds of storage that get a finalizer when they are made, so that nothing in use goes. */
class ProtectedRule extends Checked {
    private final String finalizer;

    ProtectedRule(String finalizer, Check check, Check status) {
        super(check, status);
        this.finalizer = finalizer;
    }

    @Override
    public void admit(ObjectNode object, @Nullable ObjectNode old) {
        List<String> finalizers = new ArrayList<>(Metadata.finalizers(object));
        if (old == null && !finalizers.contains(finalizer)) {
            finalizers.add(finalizer);
            Metadata.setFinalizers(object, finalizers);
        }
    }
}
