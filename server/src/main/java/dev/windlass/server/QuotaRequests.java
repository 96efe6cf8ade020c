package dev.windlass.server;

import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.Manager;
import dev.windlass.lifecycle.Quotas;
import org.eclipse.jetty.util.Fields;

/** Reads the options of requests about limits; a dimension that is not named stays as it is. */
record QuotaRequests(String scope, Limits limits) {
    static QuotaRequests read(Manager manager, Fields options) {
        String scope = options.getValue("scope");
        String text = options.getValue("limits");
        if (text == null || text.isBlank()) {
            throw ApiError
                    .badRequest("option limits is missing: say which, for example limits=watches=40,concurrency=16");
        }
        String name = scope == null ? "" : scope;
        if (!name.isEmpty() && manager.find(name).isEmpty()) {
            throw ApiError.notFound("no unit is named \"%s\", whose limits could be meant".formatted(name));
        }
        try {
            return new QuotaRequests(name, Quotas.of(manager).limits(name).parseOver(text));
        } catch (IllegalArgumentException e) {
            throw ApiError.badRequest(String.valueOf(e.getMessage()));
        }
    }
}
