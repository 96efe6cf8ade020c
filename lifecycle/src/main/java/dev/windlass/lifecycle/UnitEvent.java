package dev.windlass.lifecycle;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A transition of a unit.
 *
 * @param unit full name
 * @param kind what sort of thing it is
 * @param generation which generation; 0 before the first start
 * @param from the state it left; null when this is the current state, told to a new listener or after an overflow
 * @param to the state it entered
 * @param reason why
 * @param message the same for people
 * @param actor who caused it: the name of a unit, or {@code user} for a call from outside of all units
 * @param time when
 * @param inPreviousState how long it had been in the state it left
 */
public record UnitEvent(String unit, String kind, long generation, @Nullable UnitState from, UnitState to,
        Reason reason, String message, String actor, Instant time, Duration inPreviousState) {
}
