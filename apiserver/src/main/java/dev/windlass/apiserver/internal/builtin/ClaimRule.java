package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.rest.KindRule;
import tools.jackson.databind.node.ObjectNode;

/** Persistent volume claims. Nobody binds them here. */
final class ClaimRule implements KindRule {

    @Override
    public void fillDefaults(ObjectNode object) {
        Defaults.put(Defaults.child(object, "spec"), "volumeMode", "Filesystem");
    }

    @Override
    public void prepareCreate(ObjectNode object, boolean dryRun) {
        object.putObject("status").put("phase", "Pending");
    }
}
