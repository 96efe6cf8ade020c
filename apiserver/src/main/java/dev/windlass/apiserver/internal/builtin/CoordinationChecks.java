package dev.windlass.apiserver.internal.builtin;

import dev.windlass.apiserver.internal.kind.NameRules;

/** What leases allow. Stateless. */
final class CoordinationChecks {
    private CoordinationChecks() {
    }

    static void lease(Field now, @SuppressWarnings("unused") Field before) {
        Field duration = now.at("spec", "leaseDurationSeconds");
        if (duration.isSet() && duration.number() <= 0) {
            duration.invalid("must be greater than 0");
        }
        now.at("spec", "leaseTransitions").notNegative();
        Field strategy = now.at("spec", "strategy");
        if (strategy.isSet()) {
            // The real server tells the step to the field twice.
            Field told = new Field(strategy.value(), strategy.path() + ".strategy", strategy.errors());
            if (strategy.text().contains("/")) {
                told.named(NameRules::qualifiedName);
            } else {
                told.oneOf("OldestEmulationVersion");
            }
        }
        Field preferred = now.at("spec", "preferredHolder");
        if (!preferred.isEmpty() && strategy.isEmpty()) {
            preferred.forbidden("may only be specified if `strategy` is defined");
        }
    }
}
