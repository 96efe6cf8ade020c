package dev.windlass.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * Something that a generation keeps though nobody uses it, as long as the quota has room for it. In the ledger until it is given back.
 * The monitor guards what is not final; the claim and the ledger are told outside of it.
 */
final class IdleResource implements Registration {

    private final Incarnation owner;
    private @Nullable QuotaClaim claim;
    private boolean closed;

    IdleResource(Incarnation owner) {
        this.owner = owner;
    }

    /** It may have been closed with the ledger by now. */
    void hold(QuotaClaim held) {
        synchronized (this) {
            claim = held;
            if (!closed) {
                return;
            }
        }
        held.end();
    }

    @Override
    public void close() {
        QuotaClaim mine;
        synchronized (this) {
            closed = true;
            mine = claim;
        }
        if (mine != null) {
            mine.end();
        }
        Ledger open = owner.openLedger();
        if (open != null) {
            open.take(this);
        }
    }
}
