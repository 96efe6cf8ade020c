package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.Catalog;
import dev.windlass.apiserver.internal.kind.ResourceType;
import tools.jackson.databind.node.ObjectNode;

/** Kinds that are asked and not stored. Whoever holds the token may do everything. */
final class Reviews {
    private final Catalog catalog;

    Reviews(Catalog catalog) {
        this.catalog = catalog;
    }

    static boolean appliesTo(ResourceType type) {
        return type.plural().endsWith("reviews");
    }

    Reply answer(Target target, Call call) {
        ResourceType type = target.type();
        ObjectNode review = Bodies.object(call, type, catalog);
        ObjectNode status = review.putObject("status");
        if (type.plural().equals("selfsubjectreviews")) {
            ObjectNode user = status.putObject("userInfo").put("username", call.user().name());
            call.user().groups().forEach(user.withArray("groups")::add);
        } else {
            status.put("allowed", true);
        }
        Json.child(review, "metadata");
        return Reply.json(201, review);
    }
}
