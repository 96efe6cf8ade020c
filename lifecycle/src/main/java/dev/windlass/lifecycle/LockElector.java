package dev.windlass.lifecycle;

import io.prometheus.metrics.core.metrics.Counter;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Elects by a {@link LeaseLock}, in the way that Kubernetes components do it, so that both kinds can stand in one election.
 *
 * <p>A candidate times nothing but what it has seen itself: it takes over when it has not seen the record change for the duration
 * that the record names. No clocks are compared. A holder renews as long as it runs, also while its leader units drain, and gives
 * the record up when they have ended.
 */
public final class LockElector implements Elector {

    private static final int RELEASE_ATTEMPTS = 3;
    private static final String STOPPED = " stopped leading";
    /** What is left in a record that was given up: the holder is empty, so that nobody waits for it. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(1);

    private final LeaseLock lock;
    private final String identity;
    private final LeaseTimes times;
    private final AtomicBoolean runs = new AtomicBoolean();

    private LockElector(LeaseLock lock, String identity, LeaseTimes times) {
        this.lock = lock;
        this.identity = identity;
        this.times = times;
    }

    /**
     * An elector.
     *
     * @throws IllegalArgumentException when the identity is empty
     */
    public static LockElector of(LeaseLock lock, String identity, LeaseTimes times) {
        if (identity.isBlank()) {
            throw new IllegalArgumentException("the candidate for " + lock.name()
                    + " has no identity: give it one that no other process has");
        }
        return new LockElector(lock, identity, times);
    }

    @Override
    public String election() {
        return lock.name();
    }

    @Override
    public String identity() {
        return identity;
    }

    @Override
    public LeaseTimes times() {
        return times;
    }

    @Override
    public void run(Candidacy candidacy) throws Exception {
        if (!runs.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "the elector of %s for %s serves another manager already: give each its own".formatted(identity,
                            election()));
        }
        try {
            new Run(candidacy).loop();
        } finally {
            runs.set(false);
        }
    }

    /** One run of the elector, on one thread. */
    private final class Run {

        private final Candidacy candidacy;
        private final RunnableContext context;
        private final TimeSource time;
        private final Counter slowPath;
        private LeaseLock.@Nullable Versioned seen;
        private long seenAt;
        /** When the last write that made or kept this candidate the holder was sent. */
        private long held;

        Run(Candidacy candidacy) {
            this.candidacy = candidacy;
            this.context = candidacy.context();
            this.time = context.time();
            slowPath = context.meter(Counter.builder().name("leader_election_slowpath_total")
                    .help("Renewals that had to read the record first, by election").labelNames("name").build());
            slowPath.labelValues(election());
        }

        void loop() throws Exception {
            try {
                while (!context.stopping().isSet()) {
                    if (candidacy.leads()) {
                        renew();
                    } else {
                        stand();
                    }
                }
                boolean led = candidacy.leads();
                boolean free = candidacy.resign();
                if (led) {
                    lock.announce(identity + STOPPED);
                }
                if (free) {
                    release();
                }
            } catch (Exception e) {
                if (!context.cancelled().isSet()) {
                    throw e;
                }
                releaseInHaste();
            }
        }

        /** An abort waits for little: for half of its release share the others are spared the wait for the record to run out. */
        private void releaseInHaste() {
            long limit = context.stopRequest().map(stop -> (stop.deadline() - stop.inFlightDeadline()) / 2).orElse(0L);
            if (limit <= 0 || !candidacy.resign()) {
                return;
            }
            Timer bound = time.after(Duration.ofNanos(limit), Thread.currentThread()::interrupt);
            try {
                release();
            } catch (Exception e) {
                context.logger().atDebug().setCause(e).log("the record is left to run out");
            } finally {
                bound.cancel();
                Thread.interrupted(); // it was meant for the release
            }
        }

        /** One look at the record, and the wait for the next one. */
        private void stand() throws Exception {
            if (candidacy.wanted()) {
                try {
                    Long sent = tryToHold(false);
                    if (sent != null) {
                        held = sent;
                        candidacy.elected(sent);
                        lock.announce(identity + " became leader");
                        return;
                    }
                } catch (Exception e) {
                    rethrowIfEnding(e);
                    candidacy.unreachable(unreachable(e));
                }
            }
            double stretched = 1 + candidacy.random().nextDouble() * LeaseTimes.JITTER;
            context.sleep(Duration.ofNanos((long) (times.retryPeriod().toNanos() * stretched)));
        }

        /** Renews until that is over. */
        private void renew() throws Exception {
            String trouble = "it was not tried in time";
            while (context.sleep(times.retryPeriod()) && candidacy.leads()) {
                try {
                    Long sent = tryToHold(true);
                    String other = sent == null ? takenBy() : "";
                    if (!other.isEmpty()) {
                        candidacy.lost(other);
                        lock.announce(identity + STOPPED);
                        return;
                    }
                    if (sent == null) { // whoever writes may only have labelled it
                        trouble = "others write the record of " + lock.name() + " at the same time";
                    } else {
                        held = sent;
                        candidacy.renewed(sent);
                    }
                } catch (Exception e) {
                    rethrowIfEnding(e);
                    trouble = unreachable(e);
                    candidacy.unreachable(trouble);
                }
                if (time.nanos() - held >= times.renewDeadline().toNanos()) {
                    candidacy.lost("it could not be renewed for %s: %s".formatted(times.renewDeadline(), trouble));
                    lock.announce(identity + STOPPED);
                    return;
                }
            }
        }

        /** Who has the record by now; empty when it still names this candidate. */
        private String takenBy() {
            String holder = seen == null ? identity : seen.record().holder();
            return holder.equals(identity)
                    ? ""
                    : holder.isEmpty() ? "the record was given up by somebody else" : "it was taken over by " + holder;
        }

        /** An interrupt is the stop, or is meant for whoever runs this. */
        private void rethrowIfEnding(Exception e) throws Exception {
            if (e instanceof InterruptedException || context.cancelled().isSet()) {
                throw e;
            }
        }

        private String unreachable(Exception e) {
            return "%s cannot be reached: %s".formatted(lock.name(), Incarnation.describe(e));
        }

        /**
         * Takes the record or confirms it. Returns when the write that did so was sent; null when somebody else has it, or was quicker.
         *
         * @param renews whether this candidate believes that it has it: then it does not take it from others, were they late or not
         */
        private @Nullable Long tryToHold(boolean renews) throws Exception {
            LeaseLock.Versioned known = seen;
            if (renews && known != null && known.record().holder().equals(identity)) {
                long sent = time.nanos();
                LeaseLock.Versioned written = lock.update(confirmed(known.record()), known.version());
                if (written != null) {
                    see(written);
                    return sent;
                }
                slowPath.labelValues(election()).inc();
            }
            LeaseLock.Versioned now = lock.read();
            if (now == null) {
                long sent = time.nanos();
                LeaseLock.Versioned created = lock.create(taken(0));
                if (created == null) {
                    return null; // somebody was quicker
                }
                see(created);
                return sent;
            }
            see(now);
            LeaseRecord record = now.record();
            boolean mine = record.holder().equals(identity);
            if (!mine && (renews || (!record.holder().isEmpty() && !hasRunOut(record)))) {
                return null;
            }
            long sent = time.nanos();
            LeaseLock.Versioned written = lock
                    .update(mine ? confirmed(record) : taken(record.transitions() + 1), now.version());
            if (written == null) {
                return null;
            }
            see(written);
            return sent;
        }

        private boolean hasRunOut(LeaseRecord record) {
            return time.nanos() - seenAt >= SystemTime.nanos(record.duration());
        }

        private LeaseRecord confirmed(LeaseRecord record) {
            Instant now = time.now();
            Instant acquired = record.acquired();
            return new LeaseRecord(identity, times.lease(), acquired == null ? now : acquired, now,
                    record.transitions());
        }

        private LeaseRecord taken(int transitions) {
            Instant now = time.now();
            return new LeaseRecord(identity, times.lease(), now, now, transitions);
        }

        /** Notes what was read or written. The record counts as seen from now on if it is another one, whoever wrote it. */
        private void see(LeaseLock.Versioned now) {
            if (seen == null || !seen.record().equals(now.record())) {
                seenAt = time.nanos();
            }
            seen = now;
            LeaseRecord record = now.record();
            candidacy.observed(record.holder().isEmpty() ? null : record.holder(),
                    record.holder().isEmpty() ? null : record.acquired(), record.transitions());
        }

        /** Best effort: when it fails, the record runs out. */
        private void release() throws Exception {
            LeaseLock.Versioned known = seen;
            for (int attempt = 0; attempt < RELEASE_ATTEMPTS && known != null
                    && known.record().holder().equals(identity); attempt++) {
                Instant now = time.now();
                LeaseLock.Versioned written = lock.update(
                        new LeaseRecord("", GIVEN_UP, now, now, known.record().transitions()), known.version());
                if (written != null) {
                    see(written);
                    return;
                }
                known = lock.read(); // a renewal may have been written whose answer never came
            }
        }
    }
}
