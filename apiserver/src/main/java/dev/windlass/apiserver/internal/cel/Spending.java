package dev.windlass.apiserver.internal.cel;

import dev.cel.common.ast.CelExpr;
import dev.cel.runtime.CelEvaluationListener;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one evaluation of an expression has cost, in the units of the real server. One use each. */
final class Spending implements CelEvaluationListener {
    static final String OVER = "operation cancelled: actual cost limit exceeded";

    private final Charges charges;
    private final long limit;
    private final Map<Long, Object> values = new HashMap<>();
    private long spent;

    /** Ends an evaluation that has become too expensive. */
    static final class OverLimitException extends RuntimeException {
        private static final long serialVersionUID = 1;

        OverLimitException() {
            super(OVER, null, false, false);
        }
    }

    Spending(Charges charges, long limit) {
        this.charges = charges;
        this.limit = limit;
    }

    @Override
    public void callback(CelExpr expr, Object value) {
        Charges.Charge charge = charges.of(expr.id());
        if (charge != null) {
            spent += charge.of(this, value);
        }
        if (charges.isNeeded(expr.id())) {
            values.put(expr.id(), value);
        }
        if (isOver()) {
            throw new OverLimitException();
        }
    }

    /** What a part of the expression has come to last; null when it has not come to anything. */
    @Nullable
    Object value(long id) {
        return values.get(id);
    }

    boolean isOver() {
        return spent > limit;
    }

    long spent() {
        return spent;
    }
}
