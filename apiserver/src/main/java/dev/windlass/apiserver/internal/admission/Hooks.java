package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The webhooks of all configurations of one kind, in the order in which they are asked. They are read again only when a configuration has changed. */
final class Hooks {
    private final Resources resources;
    private final ResourceType type;
    private final Shelf shelf;
    private final AtomicLong changes = new AtomicLong();
    private volatile Known known = new Known(0, List.of());

    private record Known(long change, List<Hook> hooks) {
    }

    Hooks(Resources resources, String plural) {
        this.resources = resources;
        this.type = resources.catalog().require("admissionregistration.k8s.io", "v1", plural);
        this.shelf = resources.shelf(type);
        shelf.listen(changes::incrementAndGet);
    }

    List<Hook> current() {
        Known last = known;
        long change = changes.get();
        if (last.change() == change) {
            return last.hooks();
        }
        List<Hook> hooks = read(); // after the count was taken, so that what comes meanwhile is read the next time
        known = new Known(change, hooks);
        return hooks;
    }

    private List<Hook> read() {
        List<Hook> hooks = new ArrayList<>();
        for (Stored each : shelf.snapshot("").objects()) {
            ObjectNode configuration = resources.decode(each, type);
            int index = 0;
            for (JsonNode hook : configuration.path("webhooks")) {
                hooks.add(Hook.of(Json.textOrEmpty(configuration, "metadata", "name"), index++, hook));
            }
        }
        return List.copyOf(hooks);
    }
}
