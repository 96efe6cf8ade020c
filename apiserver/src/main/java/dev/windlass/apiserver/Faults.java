package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.http.FaultRules;
import dev.windlass.apiserver.internal.net.Listener;
import dev.windlass.apiserver.internal.watch.OpenWatches;

/** What can be made to go wrong with a server. Thread-safe. */
public final class Faults {
    private final FaultRules rules;
    private final Listener listener;
    private final OpenWatches watches;

    Faults(FaultRules rules, Listener listener, OpenWatches watches) {
        this.rules = rules;
        this.listener = listener;
        this.watches = watches;
    }

    /** Puts a fault in force. When several fit a request, it runs into the oldest. */
    public Fault add(FaultRule rule) {
        FaultRules.Rule inForce = new FaultRules.Rule(rule.verb(), rule.resource(), rule.delay(), rule.code(),
                rule.retryAfter(), rule.times());
        rules.add(inForce);
        return new Fault() {
            @Override
            public int hits() {
                return inForce.hits();
            }

            @Override
            public void close() {
                rules.remove(inForce);
            }
        };
    }

    /**
     * The server turns into a black hole, as if the network dropped every packet: it accepts connections and never answers, not even a TLS handshake; open
     * watches go silent. A client that closes a connection is still noticed.
     */
    public void blackHole() {
        listener.fallSilent();
    }

    /** Ends a black hole. What had been sent meanwhile arrives now, and watches tell what they had to keep. */
    public void heal() {
        listener.speakAgain();
    }

    /** Ends every connection with a TCP reset. */
    public void resetConnections() {
        listener.resetAll();
    }

    /** Ends every watch in order, as if its time were up; clients may resume. */
    public void dropWatches() {
        watches.endAll();
    }

    /** Takes all faults out of force and ends a black hole. */
    public void clear() {
        rules.clear();
        heal();
    }
}
