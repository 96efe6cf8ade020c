package dev.windlass.apiserver.internal.auth;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.List;

/** Decides who may do what. Thread-safe. */
public interface Authorizer {

    /** Lets everybody do everything who has proved who they are. */
    Authorizer ALLOW_ALL = new Authorizer() {
        @Override
        public Decision decide(User user, RequestInfo request) {
            return Decision.ALLOWED;
        }

        @Override
        public Rules rulesOf(User user, String namespace) {
            return new Rules(PolicyRule.EVERYTHING, List.of());
        }
    };

    /**
     * Whether somebody may do something.
     *
     * @param reason
     *            why so, may be empty
     */
    record Decision(boolean allowed, String reason) {
        static final Decision ALLOWED = new Decision(true, "");
    }

    /**
     * What somebody may do.
     *
     * @param errors
     *            why there may be more
     */
    record Rules(List<PolicyRule> rules, List<String> errors) {
    }

    Decision decide(User user, RequestInfo request);

    /** What somebody may do in a namespace, or in the whole cluster when it is empty. */
    Rules rulesOf(User user, String namespace);

    /** @throws ApiException 403 when the user may not */
    default void require(User user, RequestInfo request) {
        Decision decision = decide(user, request);
        if (!decision.allowed()) {
            throw forbidden(user, request, decision.reason());
        }
    }

    /** @param reason appended to what is refused, may be empty */
    static ApiException forbidden(User user, RequestInfo request, String reason) {
        String who = "User " + GoText.quoted(user.name()) + " cannot " + request.verb();
        String what;
        if (!request.forResource()) {
            what = who + " path " + GoText.quoted(request.path());
        } else {
            what = who + " resource " + GoText.quoted(request.combinedResource()) + " in API group "
                    + GoText.quoted(request.group()) + (request.namespace().isEmpty()
                            ? " at the cluster scope"
                            : " in the namespace " + GoText.quoted(request.namespace()));
        }
        // Nothing that a browser would take for HTML.
        String shown = what.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return ApiException.forbidden(request.group(), request.resource(), request.name(),
                reason.isEmpty() ? shown : shown + ": " + reason, List.of());
    }
}
