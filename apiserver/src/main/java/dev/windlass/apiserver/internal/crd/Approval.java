package dev.windlass.apiserver.internal.crd;

import dev.windlass.apiserver.internal.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Whether the community has agreed to a definition of one of its own groups: an annotation links to who has.
 *
 * @param why
 *            in the words of the real server
 */
record Approval(State state, String why) {
    static final String ANNOTATION = "api-approved.kubernetes.io";
    private static final String MUST = "protected groups must have approval annotation \"" + ANNOTATION + "\"";
    private static final String SEE = ", see https://github.com/kubernetes/enhancements/pull/1111";

    enum State {
        MISSING("MissingAnnotation"),
        INVALID("InvalidAnnotation"),
        BYPASSED("UnapprovedAnnotation"),
        APPROVED("ApprovedAnnotation");

        /** As a condition tells it. */
        final String reason;

        State(String reason) {
            this.reason = reason;
        }
    }

    /** @return null when the group is nobody's but the definition's */
    static @Nullable Approval of(ObjectNode definition) {
        String group = Json.textOrEmpty(definition, "spec", "group");
        boolean owned = group.equals("k8s.io") || group.endsWith(".k8s.io") || group.equals("kubernetes.io")
                || group.endsWith(".kubernetes.io");
        return owned ? read(text(definition)) : null;
    }

    static String text(ObjectNode definition) {
        return Json.textOrEmpty(definition, "metadata", "annotations", ANNOTATION);
    }

    private static Approval read(String text) {
        if (text.isEmpty()) {
            return new Approval(State.MISSING, MUST + SEE);
        }
        if (text.startsWith("unapproved")) {
            return new Approval(State.BYPASSED, "not approved: \"" + text + "\"");
        }
        return text.matches("[A-Za-z][A-Za-z0-9+.-]*://[^/\\s]+.*")
                ? new Approval(State.APPROVED, "approved in " + text)
                : new Approval(State.INVALID,
                        MUST + " with either a URL or a reason starting with \"unapproved\"" + SEE);
    }
}
