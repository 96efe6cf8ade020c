package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.json.JsonSyntax;
import dev.windlass.apiserver.internal.rest.JsonPatch;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.webhook.CallFailedException;
import dev.windlass.apiserver.internal.webhook.ReviewAnswer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a webhook has answered.
 *
 * @param patch
 *            "" for none
 * @param status
 *            what it says of a refusal, if it says something
 */
record Verdict(boolean allowed, String patch, @Nullable ObjectNode status, List<String> warnings) {
    private static final String WANTED = "admission.k8s.io/v1, Kind=AdmissionReview";
    private static final int BAD_REQUEST = 400;

    /**
     * Reads an answer.
     *
     * @param strict
     *            whether it is one to a review of v1, of which more is expected than of one of v1beta1
     * @throws CallFailedException
     *             when it is none
     */
    static Verdict of(ObjectNode review, String uid, boolean mutating, boolean strict) throws CallFailedException {
        ObjectNode response = Json.objectAt(review, "response");
        if (response == null) {
            throw invalid("webhook response was absent");
        }
        if (strict) {
            check(review, response, uid);
        }
        String patch = patch(response);
        String type = Json.text(response, "patchType");
        if (strict && mutating) {
            checkPatch(patch, type);
        } else if (strict && !patch.isEmpty()) {
            throw invalid("validating webhook may not return response.patch");
        } else if (strict && type != null) {
            throw invalid("validating webhook may not return response.patchType");
        }
        List<String> warnings = new ArrayList<>();
        response.path("warnings").forEach(each -> warnings.add(each.asString("")));
        return new Verdict(Json.flag(response, false, "allowed"), mutating ? patch : "",
                Json.objectAt(response, "status"), warnings);
    }

    private static void check(ObjectNode review, ObjectNode response, String uid) throws CallFailedException {
        String wrong = ReviewAnswer.otherUid(response, uid);
        if (wrong == null) {
            wrong = ReviewAnswer.otherKind(review, WANTED);
        }
        if (wrong != null) {
            throw invalid(wrong);
        }
    }

    private static void checkPatch(String patch, @Nullable String type) throws CallFailedException {
        if (!patch.isEmpty() && type == null) {
            throw invalid("webhook returned response.patch but not response.patchType");
        }
        if (patch.isEmpty() && type != null) {
            throw invalid("webhook returned response.patchType but not response.patch");
        }
        if (type != null && type.isEmpty()) {
            throw invalid("webhook returned invalid response.patchType of \"\"");
        }
        if (type != null && !type.equals("JSONPatch")) {
            throw new CallFailedException("unsupported patch type " + GoText.quoted(type));
        }
    }

    private static CallFailedException invalid(String why) {
        return new CallFailedException("received invalid webhook response: " + why);
    }

    private static String patch(ObjectNode response) throws CallFailedException {
        JsonNode patch = Json.find(response, "patch");
        if (patch == null) {
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(patch.asString("")), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new CallFailedException("failed to call webhook: illegal base64 data in response.patch", e);
        }
    }

    /** @return null when nothing is to be changed */
    @Nullable
    JsonPatch changes() throws CallFailedException {
        if (patch.isEmpty()) {
            return null;
        }
        String undecodable = "received undecodable patch in webhook response: ";
        JsonNode parsed;
        try {
            parsed = Json.parse(patch);
        } catch (JacksonException e) {
            String problem = JsonSyntax.problem(patch.getBytes(StandardCharsets.UTF_8));
            throw new CallFailedException(undecodable + (problem == null ? e.getOriginalMessage() : problem), e);
        }
        if (!parsed.isNull() && !parsed.isArray()) {
            throw new CallFailedException(undecodable + "json: cannot unmarshal " + Json.goKind(parsed)
                    + " into Go value of type jsonpatch.Patch");
        }
        return parsed instanceof ArrayNode operations && !operations.isEmpty() ? JsonPatch.of(operations) : null;
    }

    /** What the client is told of a refusal. */
    ApiException refusal(String webhook) {
        ObjectNode said = status == null ? Json.object() : status;
        String denied = "admission webhook " + GoText.quoted(webhook) + " denied the request";
        String message = Json.textOrEmpty(said, "message");
        String reason = Json.textOrEmpty(said, "reason");
        String why = message.isEmpty() ? reason : message;
        return ApiException.told((int) Math.max(BAD_REQUEST, Json.number(said, 0, "code")), reason,
                why.isEmpty() ? denied + " without explanation" : denied + ": " + why, Json.objectAt(said, "details"));
    }
}
