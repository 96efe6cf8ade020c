package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.admission.Rounds;
import dev.windlass.apiserver.internal.admission.WebhookAdmission;
import dev.windlass.apiserver.internal.apply.Overlay;
import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.cel.Conditions;
import dev.windlass.apiserver.internal.cel.RequestExpression;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.json.Json;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.kind.Subresource;
import dev.windlass.apiserver.internal.rest.Admission;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.JsonPatch;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.schema.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Lets policies change what is written: before webhooks do, and again after them where that is wanted. Thread-safe. */
public final class MutatingPolicies implements Admission {
    private final Resources resources;
    private final Policies<Mutator> policies;
    private final Views views;
    private final WebhookAdmission webhooks;

    /**
     * @param authorizer
     *            whom expressions ask what somebody may do
     * @param webhooks
     *            who may change objects in between
     */
    public MutatingPolicies(Resources resources, Authorizer authorizer, WebhookAdmission webhooks) {
        this.resources = resources;
        this.policies = new Policies<>(resources, "mutatingadmission", Mutator::of);
        this.views = new Views(resources, authorizer);
        this.webhooks = webhooks;
    }

    @Override
    public boolean isIdle() {
        return policies.isEmpty() && webhooks.isIdle();
    }

    @Override
    public void validate(AdmissionRequest request) {
        webhooks.validate(request);
    }

    @Override
    public void mutate(AdmissionRequest request) {
        Rounds rounds = new Rounds();
        Rounds ofWebhooks = new Rounds();
        round(request, rounds);
        webhooks.round(request, ofWebhooks);
        if (rounds.wanted() || ofWebhooks.wanted()) {
            request.own().run();
            round(request, rounds);
            webhooks.round(request, ofWebhooks);
        }
    }

    private void round(AdmissionRequest request, Rounds rounds) {
        if (policies.isEmpty() || Views.isExempt(request)) {
            return;
        }
        Round round = new Round(request, rounds);
        policies.visit(request, round);
        rounds.begin(request.object());
        round.run();
        rounds.end(request.object());
        if (!round.problems.isEmpty()) {
            throw Views.refusals(request, round.problems, round.reason);
        }
    }

    /** A policy that is to change an object, with a binding and its parameters. */
    private record Turn(Policy policy, Binding binding, Mutator mutator, ResourceType as, Optional<JsonNode> params) {
        String key() {
            JsonNode metadata = params.map(each -> each.path("metadata")).orElse(Json.object());
            return policy.name() + "/" + binding.name() + "/" + Json.textOrEmpty(metadata, "namespace") + "/"
                    + Json.textOrEmpty(metadata, "name");
        }
    }

    /** The real server does not bring what a policy makes of another version of a built-in kind back into the one that is written. */
    private static final class ForeignException extends Exception {
        private static final long serialVersionUID = 1;

        ForeignException(ResourceType seen, ResourceType written) {
            super(message(seen.version() + "." + seen.kind(), seen, written), null, false, false);
        }

        private static String message(String form, ResourceType seen, ResourceType written) {
            return seen.group().equals(written.group())
                    ? "converting (" + form + ") to (" + written.version() + "." + written.kind()
                            + "): unknown conversion"
                    : form + " is not suitable for converting to \"" + written.apiVersion()
                            + "\" in scheme \"pkg/runtime/scheme.go:111\"";
        }
    }

    /** All policies once. Who is to be asked is known before anything is changed. */
    private final class Round implements Policies.Visitor<Mutator> {
        private final AdmissionRequest request;
        private final Rounds rounds;
        private final List<Turn> turns = new ArrayList<>();
        private final List<String> problems = new ArrayList<>();
        private String reason = "";
        private boolean touched;

        Round(AdmissionRequest request, Rounds rounds) {
            this.request = request;
            this.rounds = rounds;
        }

        @Override
        public void judge(Policy policy, Binding binding, Mutator compiled, ResourceType as,
                Optional<JsonNode> params) {
            turns.add(new Turn(policy, binding, compiled, as, params));
        }

        @Override
        public void misconfigured(Policy policy, @Nullable Binding binding, String problem) {
            refuse(policy, binding, problem, "Forbidden");
        }

        private void refuse(Policy policy, @Nullable Binding binding, String problem, String why) {
            reason = reason.isEmpty() ? why : reason;
            problems.add(binding == null
                    ? "policy \"" + policy.name() + "\" denied request: " + problem
                    : "policy '" + policy.name() + "' with binding '" + binding.name() + "' denied request: "
                            + problem);
        }

        void run() {
            turns.forEach(this::run);
            if (touched) {
                rounds.changed(); // also what has come to the same, and also for those who have made the change themselves
            }
        }

        private void run(Turn turn) {
            try {
                if (!turn.mutator().concerns(facts(turn))) {
                    return;
                }
            } catch (Conditions.UndecidedException e) {
                fail(turn, e);
                return;
            }
            if (!rounds.isDue(turn.key())) {
                return;
            }
            ObjectNode before = request.object();
            if (before != null) {
                ObjectNode seen = before.deepCopy();
                for (Mutator.Mutation each : turn.mutator().mutations()) {
                    change(turn, each);
                }
                if (!Json.same(seen, request.object())) {
                    rounds.changed();
                }
            }
            if (turn.mutator().again()) {
                rounds.asked(turn.key());
            }
        }

        private RequestFacts facts(Turn turn) {
            return views.facts(request, turn.as()).withParams(turn.params().orElse(null));
        }

        private void fail(Turn turn, Exception problem) {
            if (!turn.policy().failsOpen()) {
                refuse(turn.policy(), turn.binding(), String.valueOf(problem.getMessage()), "Invalid");
            }
        }

        private void change(Turn turn, Mutator.Mutation mutation) {
            RequestFacts facts = turn.mutator().complete(facts(turn), views.namespace(request));
            ObjectNode object = request.shown(request.required(), turn.as());
            try {
                ObjectNode changed = mutation.applied()
                        ? Overlay.of(object, mutation.expression().configuration(facts), type(turn.as()))
                        : patched(object, JsonPatch.of(mutation.expression().operations(facts)));
                if (turn.as() != request.type() && !turn.as().isCustom()) {
                    throw new ForeignException(turn.as(), request.type());
                }
                request.become(changed, turn.as());
                touched = true;
            } catch (RequestExpression.FailedException | Overlay.ImpossibleException
                    | JsonPatch.InapplicableException | ForeignException e) {
                fail(turn, e);
            }
        }

        private static ObjectNode patched(ObjectNode object, JsonPatch patch) throws JsonPatch.InapplicableException {
            ObjectNode changed = object.deepCopy();
            try {
                patch.apply(changed);
                return changed;
            } catch (JsonPatch.InapplicableException e) {
                if (e.isOfTest()) {
                    return object; // a patch whose test fails changes nothing, and is no failure
                }
                throw e.within("JSON Patch");
            }
        }

        private Type type(ResourceType as) {
            Subresource part = as.subresource(request.target().subresource());
            return part == null || part.version().isEmpty()
                    ? resources.typeOf(as)
                    : resources.types().ofKind(part.group(), part.version(), part.kind());
        }
    }
}
