package dev.windlass.apiserver;

import dev.windlass.apiserver.internal.http.FaultRules;
import dev.windlass.apiserver.internal.net.Certificates;
import dev.windlass.apiserver.internal.net.Listener;
import dev.windlass.apiserver.internal.watch.OpenWatches;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What can be made to go wrong with a server: as a whole, or for the requests that a {@link FaultRule} meets. Thread-safe. */
public final class Faults {
    private static final Logger LOG = LoggerFactory.getLogger(Faults.class);

    private final long seed;
    private final FaultRules rules;
    private final Listener listener;
    private final OpenWatches watches;

    Faults(long seed, FaultRules rules, Listener listener, OpenWatches watches) {
        this.seed = seed;
        this.rules = rules;
        this.listener = listener;
        this.watches = watches;
    }

    /** Puts a fault in force. When several fit a request, it runs into the oldest. */
    public Fault add(FaultRule rule) {
        if (rule.scope().probability() < 1) {
            LOG.atInfo().addKeyValue("seed", seed).addKeyValue("rule", rule)
                    .log("fault by chance; ApiServer.builder().faultSeed(seed) meets the same requests again");
        }
        FaultRules.Rule inForce = rules.add(rule.scope(), rule.delay(), rule.effect());
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
     * What says which requests are met by rules {@linkplain FaultRule#withProbability with a probability}: the same rules, added in the same order to a server
     * with the same {@link ApiServer.Builder#faultSeed seed}, meet the same ones of the requests that fit them, first, second, and so on.
     */
    public long seed() {
        return seed;
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

    /** Whoever connects from now on is shown a new certificate from the same authority. Open connections go on; {@link #resetConnections} ends them. */
    public void renewCertificate() {
        listener.show(listener.certificates().renewed());
    }

    /**
     * Whoever connects from now on is shown a certificate from another authority, made now: clients that trust the former one refuse it.
     * {@link ApiServer#caCertificate()} and {@link ApiServer#kubeconfig()} have the new one. Open connections go on; {@link #resetConnections} ends them.
     */
    public void replaceAuthority() {
        listener.show(Certificates.make(listener.certificates().name()));
    }

    /** Takes all faults out of force and ends a black hole. */
    public void clear() {
        rules.clear();
        heal();
    }
}
