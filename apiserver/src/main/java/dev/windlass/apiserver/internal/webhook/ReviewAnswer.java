package dev.windlass.apiserver.internal.webhook;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What the answer to a review, of admission or conversion, says of itself, in the words of the real server. Stateless. */
public final class ReviewAnswer {
    private ReviewAnswer() {
    }

    /** {@code admission.k8s.io/v1, Kind=AdmissionReview}. */
    public static String kindOf(ObjectNode object) {
        String apiVersion = Json.textOrEmpty(object, "apiVersion");
        return (apiVersion.contains("/") ? apiVersion : "/" + apiVersion) + ", Kind="
                + Json.textOrEmpty(object, "kind");
    }

    /** What is wrong when an answer is of another kind than the one that is wanted; null when it is not. */
    public static @Nullable String otherKind(ObjectNode answer, String wanted) {
        String got = kindOf(answer);
        return got.equals(wanted) ? null : "expected webhook response of " + wanted + ", got " + got;
    }

    /** What is wrong when a response is one to another question; null when it is not. */
    public static @Nullable String otherUid(ObjectNode response, String uid) {
        String got = Json.textOrEmpty(response, "uid");
        return got.equals(uid)
                ? null
                : "expected response.uid=" + GoText.quoted(uid) + ", got " + GoText.quoted(got);
    }
}
