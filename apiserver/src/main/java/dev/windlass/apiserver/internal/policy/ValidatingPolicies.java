package dev.windlass.apiserver.internal.policy;

import dev.windlass.apiserver.internal.auth.Authorizer;
import dev.windlass.apiserver.internal.cel.RequestFacts;
import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.rest.Admission;
import dev.windlass.apiserver.internal.rest.AdmissionRequest;
import dev.windlass.apiserver.internal.rest.Resources;
import dev.windlass.apiserver.internal.status.ApiException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Lets policies refuse requests, or warn of them. Thread-safe. */
public final class ValidatingPolicies implements Admission {
    private final Policies<Validator> policies;
    private final Views views;

    /** @param authorizer whom expressions ask what somebody may do */
    public ValidatingPolicies(Resources resources, Authorizer authorizer) {
        this.policies = new Policies<>(resources, "validatingadmission", Validator::of);
        this.views = new Views(resources, authorizer);
    }

    @Override
    public boolean isIdle() {
        return policies.isEmpty();
    }

    @Override
    public void mutate(AdmissionRequest request) {
        // they change nothing
    }

    @Override
    public void validate(AdmissionRequest request) {
        if (policies.isEmpty() || Views.isExempt(request)) {
            return;
        }
        Judgement judgement = new Judgement(request);
        policies.visit(request, judgement);
        if (judgement.refusal != null) {
            throw judgement.refusal;
        }
    }

    /** What policies say of one request. The first refusal is the one that is told. */
    private final class Judgement implements Policies.Visitor<Validator> {
        private final AdmissionRequest request;
        private final Map<ResourceType, RequestFacts> facts = new HashMap<>();
        private @Nullable ApiException refusal;

        Judgement(AdmissionRequest request) {
            this.request = request;
        }

        @Override
        public void judge(Policy policy, Binding binding, Validator validator, ResourceType as,
                Optional<JsonNode> params) {
            RequestFacts known = facts.computeIfAbsent(as, type -> views.facts(request, type));
            for (Validator.Violation each : validator.judge(known.withParams(params.orElse(null)),
                    views.namespace(request))) {
                if (each.always() || binding.actions().contains("Deny")) {
                    refuse(policy, binding, each.message(), each.reason());
                }
                if (!each.always() && binding.actions().contains("Warn")) {
                    request.warn(List.of("Validation failed for ValidatingAdmissionPolicy '" + policy.name()
                            + "' with binding '" + binding.name() + "': " + each.message()));
                }
            }
        }

        @Override
        public void misconfigured(Policy policy, @Nullable Binding binding, String problem) {
            refuse(policy, binding, problem, "Invalid");
        }

        private void refuse(Policy policy, @Nullable Binding binding, String why, String reason) {
            if (refusal != null) {
                return;
            }
            String message = "ValidatingAdmissionPolicy '" + policy.name() + "'"
                    + (binding == null ? "" : " with binding '" + binding.name() + "'") + " denied request: " + why;
            refusal = Views.refusal(request, message, reason);
        }
    }
}
