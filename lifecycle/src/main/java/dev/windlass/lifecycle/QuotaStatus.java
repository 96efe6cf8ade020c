package dev.windlass.lifecycle;

import java.util.List;
import java.util.Map;

/**
 * What a quota looks like at one moment. Names and numbers only.
 *
 * @param scopes the manager first, then each scope that has limits
 * @param units whoever has a part of the quota, or waits for one
 * @param lowerings how often anybody has been brought down to a rung
 */
public record QuotaStatus(List<ScopeUse> scopes, List<UnitUse> units, Map<Rung, Long> lowerings) {

    /** Copies its collections. */
    public QuotaStatus {
        scopes = List.copyOf(scopes);
        units = List.copyOf(units);
        lowerings = Map.copyOf(lowerings);
    }

    /**
     * A scope with limits.
     *
     * @param name full name of the scope; empty for the manager
     * @param used what is counted: the declared costs of all that run inside, on the rungs on which they are
     */
    public record ScopeUse(String name, Limits limits, Cost used) {
    }

    /**
     * One who has a part of the quota, or waits for one.
     *
     * @param name full name of the unit, and what of it, when it is not the unit itself
     * @param unit full name of the unit
     * @param declared what it declared
     * @param counted what is counted for it now
     * @param measured what it says it uses now; nothing when it does not say
     * @param waitsFor why it does not run, with numbers; empty when it does not wait for the quota
     */
    public record UnitUse(String name, String unit, PriorityClass priority, UnitState state, Rung rung, Cost declared,
            Cost counted, Cost measured, String waitsFor) {

        UnitUse withMeasured(Cost now) {
            return new UnitUse(name, unit, priority, state, rung, declared, counted, now, waitsFor);
        }
    }
}
