package dev.windlass.apiserver.internal.cel;

import dev.windlass.apiserver.internal.schema.Quantity;
import java.math.BigDecimal;

/** A quantity as expressions see it: two of the same value are equal, however they are written. */
record Amount(BigDecimal value) {
    static Amount of(BigDecimal value) {
        return new Amount(value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros());
    }

    /** @throws IllegalArgumentException when it is none */
    static Amount parse(String text) {
        String problem = Quantity.problem(text);
        Quantity quantity = problem == null ? Quantity.parse(text) : null;
        if (quantity == null) {
            throw new IllegalArgumentException(problem == null ? Quantity.BAD_SHAPE : problem);
        }
        return of(quantity.value());
    }

    boolean isInteger() {
        return value.scale() <= 0 && value.abs().compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;
    }
}
