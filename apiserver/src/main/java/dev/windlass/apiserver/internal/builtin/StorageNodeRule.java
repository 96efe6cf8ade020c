package dev.windlass.apiserver.internal.builtin;

import tools.jackson.databind.node.ObjectNode;

/** What storage drivers say of a node: of the health of its storage nothing yet, which the real server does not take either. */
final class StorageNodeRule extends Checked {
    StorageNodeRule() {
        super(StorageChecks::node, StatusChecks::anything);
    }

    @Override
    public void prepareStatus(ObjectNode old, ObjectNode object) {
        if (object.get("status") instanceof ObjectNode status && old.path("status").path("storageHealth").isEmpty()) {
            status.remove("storageHealth");
        }
    }
}
