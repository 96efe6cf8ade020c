package dev.windlass.server;

import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Limits;
import dev.windlass.lifecycle.PriorityClass;
import dev.windlass.lifecycle.QuotaPlan;
import dev.windlass.lifecycle.QuotaStatus;
import dev.windlass.lifecycle.Quotas;
import dev.windlass.lifecycle.Rung;
import dev.windlass.lifecycle.UnitState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the admin API says of a quota: the component names are the JSON fields, dimensions are written as in limits. */
final class QuotaViews {
    private QuotaViews() {
    }

    /** All of it. Durations are in seconds. */
    record Status(List<Scope> scopes, List<Use> units, Map<Rung, Long> lowerings, long coolDownSeconds,
            long deadlineSeconds) {
        static Status of(Quotas quotas) {
            QuotaStatus now = quotas.status();
            return new Status(now.scopes().stream().map(Scope::of).toList(), now.units().stream().map(Use::of).toList(),
                    now.lowerings(), quotas.coolDown().toSeconds(), quotas.deadline().toSeconds());
        }
    }

    /** A scope with limits; its name is empty for the manager. */
    record Scope(String name, Map<String, Long> limits, Map<String, Long> used) {
        static Scope of(QuotaStatus.ScopeUse use) {
            return new Scope(use.name(), numbers(use.limits()), numbers(use.used()));
        }
    }

    /** One who has a part, or waits for one. */
    record Use(String name, String unit, PriorityClass priority, UnitState state, Rung rung,
            Map<String, Long> declared, Map<String, Long> counted, Map<String, Long> measured, String waitsFor) {
        static Use of(QuotaStatus.UnitUse use) {
            return new Use(use.name(), use.unit(), use.priority(), use.state(), use.rung(), numbers(use.declared()),
                    numbers(use.counted()), numbers(use.measured()), use.waitsFor());
        }
    }

    /** What follows from limits; {@code summary} is for people. {@code done}: they have been set, and use is within them. */
    record Plan(String operation, boolean done, String scope, Map<String, Long> limits, List<Change> changes,
            List<Waiting> waiting, List<String> problems, String summary) {
        static Plan of(String operation, boolean done, QuotaPlan plan) {
            return new Plan(operation, done, plan.scope(), numbers(plan.limits()),
                    plan.changes().stream().map(Change::of).toList(), plan.waiting().stream().map(Waiting::of).toList(),
                    plan.problems(), plan.toString());
        }
    }

    /** Somebody goes to another rung. */
    record Change(String unit, PriorityClass priority, Rung from, Rung to, Map<String, Long> difference,
            String inFavourOf) {
        static Change of(QuotaPlan.Change change) {
            return new Change(change.unit(), change.priority(), change.from(), change.to(),
                    numbers(change.difference()), change.inFavourOf());
        }
    }

    /** Somebody waits. */
    record Waiting(String unit, PriorityClass priority, String why) {
        static Waiting of(QuotaPlan.Waiting waiting) {
            return new Waiting(waiting.unit(), waiting.priority(), waiting.why());
        }
    }

    static Map<String, Long> numbers(Cost cost) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (CostDimension dimension : CostDimension.values()) {
            if (cost.in(dimension) != 0) {
                numbers.put(dimension.key(), cost.in(dimension));
            }
        }
        return numbers;
    }

    private static Map<String, Long> numbers(Limits limits) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        for (CostDimension dimension : CostDimension.values()) {
            limits.limit(dimension).ifPresent(limit -> numbers.put(dimension.key(), limit));
        }
        return numbers;
    }
}
