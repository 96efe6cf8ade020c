package dev.windlass.apiserver.internal.admission;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.json.GoText;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.JsonPatch;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.webhook.CallFailedException;
import dev.windlass.apiserver.internal.webhook.WebhookClient;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Asks the webhooks that configurations name: first those that may change an object, one after the other; then those that may only refuse, all at once. */
public final class WebhookAdmission {
    private static final Logger LOG = LoggerFactory.getLogger(WebhookAdmission.class);

    private final Hooks mutating;
    private final Hooks validating;
    private final Matching matching;
    private final WebhookClient client;
    private final ExecutorService executor;
    private final Resources resources;
    private final Authorizer authorizer;

    /**
     * @param authorizer
     *            whom conditions ask what somebody may do
     * @param executor
     *            for those who are asked at once
     */
    public WebhookAdmission(Resources resources, Authorizer authorizer, WebhookClient client,
            ExecutorService executor) {
        this.authorizer = authorizer;
        this.resources = resources;
        this.mutating = new Hooks(resources, "mutatingwebhookconfigurations");
        this.validating = new Hooks(resources, "validatingwebhookconfigurations");
        this.matching = new Matching(resources);
        this.client = client;
        this.executor = executor;
    }

    /** Whether there is none. */
    public boolean isIdle() {
        return mutating.current().isEmpty() && validating.current().isEmpty();
    }

    /**
     * Asks those who may change the object, once for each round.
     *
     * @throws ApiException
     *             when one of them refuses it, or cannot be asked
     */
    public void round(AdmissionRequest request, Rounds rounds) {
        List<Hook> hooks = mutating.current();
        if (hooks.isEmpty() || Exempt.is(request)) {
            return;
        }
        rounds.begin(request.object());
        for (Hook hook : hooks) {
            ResourceType as = match(hook, request);
            if (as == null || !rounds.isDue(hook.id())) {
                continue;
            }
            if (change(hook, request, as)) {
                rounds.changed();
            }
            if (hook.again()) {
                rounds.asked(hook.id());
            }
        }
        rounds.end(request.object());
    }

    /**
     * As what a webhook is asked about a request.
     *
     * @return null when it is not asked
     */
    private @Nullable ResourceType match(Hook hook, AdmissionRequest request) {
        ResourceType as = matching.match(hook.scope(), request);
        return as != null && hold(hook, request, as) ? as : null;
    }

    private boolean hold(Hook hook, AdmissionRequest request, ResourceType as) {
        if (hook.conditions().isEmpty()) {
            return true;
        }
        try {
            return hook.conditions().hold(RequestFacts.of(AdmissionReviews.of("v1", "", request, as).path("request"),
                    authorizer, request.user()));
        } catch (Conditions.UndecidedException e) {
            if (hook.failsOpen()) {
                return false;
            }
            throw ApiException.forbidden(request.type().group(), request.type().plural(), request.target().name(),
                    String.valueOf(e.getMessage()), List.of());
        }
    }

    /** @return whether the object is another one now */
    private boolean change(Hook hook, AdmissionRequest request, ResourceType as) {
        try {
            Verdict verdict = ask(hook, request, as, true);
            request.warn(verdict.warnings());
            if (!verdict.allowed()) {
                throw verdict.refusal(hook.name());
            }
            JsonPatch changes = verdict.changes();
            return changes != null && apply(changes, hook, request, as);
        } catch (CallFailedException e) {
            fail(hook, e);
            return false;
        }
    }

    private static boolean apply(JsonPatch patch, Hook hook, AdmissionRequest request, ResourceType as) {
        ObjectNode before = request.object();
        if (before == null) {
            throw ApiException.internal("admission webhook " + GoText.quoted(hook.name())
                    + " attempted to modify the object, which is not supported for this operation");
        }
        ObjectNode patched = request.shown(before, as);
        try {
            patch.apply(patched);
        } catch (JsonPatch.InapplicableException e) {
            throw ApiException.internal(String.valueOf(e.getMessage()));
        }
        return request.become(patched, as);
    }

    /** Lets a request go on, or not, of which a webhook could not be asked. */
    private static void fail(Hook hook, CallFailedException e) {
        if (!hook.failsOpen()) {
            throw ApiException.internal(
                    "failed calling webhook " + GoText.quoted(hook.name()) + ": " + e.getMessage());
        }
        LOG.atInfo().addKeyValue("webhook", hook.name()).addKeyValue("problem", e.getMessage())
                .log("webhook could not be asked, its failure policy lets the request go on");
    }

    private Verdict ask(Hook hook, AdmissionRequest request, ResourceType as, boolean changes)
            throws CallFailedException {
        String version = hook.reviews().stream().filter(each -> each.equals("v1") || each.equals("v1beta1"))
                .findFirst().orElse("v1");
        String uid = resources.surroundings().uid();
        ObjectNode answer;
        try {
            answer = client.post(hook.endpoint(), AdmissionReviews.of(version, uid, request, as), hook.timeout());
        } catch (CallFailedException e) {
            throw new CallFailedException("failed to call webhook: " + e.getMessage(), e);
        }
        return Verdict.of(answer, uid, changes, version.equals("v1"));
    }

    /**
     * Asks those who may only refuse.
     *
     * @throws ApiException
     *             when one of them does, or cannot be asked
     */
    public void validate(AdmissionRequest request) {
        List<Hook> hooks = validating.current();
        if (hooks.isEmpty() || Exempt.is(request)) {
            return;
        }
        List<Future<@Nullable Verdict>> asked = new ArrayList<>();
        List<Hook> matched = new ArrayList<>();
        for (Hook hook : hooks) {
            ResourceType as = match(hook, request);
            if (as != null) {
                matched.add(hook);
                asked.add(executor.submit(() -> judge(hook, request, as)));
            }
        }
        ApiException refused = null;
        for (int i = 0; i < matched.size(); i++) {
            try {
                Verdict verdict = result(asked.get(i));
                if (verdict == null) {
                    continue;
                }
                request.warn(verdict.warnings());
                if (!verdict.allowed() && refused == null) {
                    refused = verdict.refusal(matched.get(i).name());
                }
            } catch (ApiException e) {
                refused = refused == null ? e : refused;
            }
        }
        if (refused != null) {
            throw refused;
        }
    }

    /** @return null when it could not be asked and the request goes on */
    private @Nullable Verdict judge(Hook hook, AdmissionRequest request, ResourceType as) {
        try {
            return ask(hook, request, as, false);
        } catch (CallFailedException e) {
            fail(hook, e);
            return null;
        }
    }

    private static @Nullable Verdict result(Future<@Nullable Verdict> asked) {
        try {
            return asked.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ApiException refused) {
                throw refused;
            }
            throw new IllegalStateException("a webhook could not be asked", e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw ApiException.timeout("request did not complete within requested timeout");
        }
    }
}
