package dev.windlass.kubernetes;

import dev.windlass.kubernetes.WatchSpec.SharingKey;
import dev.windlass.lifecycle.Cost;
import dev.windlass.lifecycle.CostDimension;
import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.lifecycle.Timer;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The informers of one generation of the unit that runs them, by what they watch.
 *
 * <p>State of an entry: {@code USED (users > 0) ⇄ LINGERING (a timer runs) → stopped, forgotten}. State of the registry: {@code
 * OPEN → CLOSED}. The lock guards entries and counts; informers are started and stopped outside of it. Lock order: registry, then
 * informer.
 */
final class InformerRegistry implements Informers {

    private final RunnableContext context;
    private final Transport transport;
    private final InformerSettings settings;
    private final Intake intake;

    private final ListPermits lists = new ListPermits(ListPermits.MOST);
    private final Object lock = new Object();
    private final Map<SharingKey, Shared> shared = new HashMap<>();
    private boolean closed;

    InformerRegistry(RunnableContext context, Transport transport, InformerSettings settings, Intake intake) {
        this.context = context;
        this.transport = transport;
        this.settings = settings;
        this.intake = intake;
    }

    /** An informer that several leases may use. */
    private static final class Shared {

        final SharingKey key;
        final SharedInformer informer;
        final ListWatchLoop loop;
        int users;
        @Nullable
        Timer expiry;
        /** What a quota counts while nobody uses it. */
        @Nullable
        Registration idle;

        Shared(SharingKey key, SharedInformer informer, ListWatchLoop loop) {
            this.key = key;
            this.informer = informer;
            this.loop = loop;
        }
    }

    @Override
    public String unit() {
        return context.name();
    }

    @Override
    public <T extends HasMetadata> InformerLease<T> acquire(RunnableContext owner, WatchSpec<T> spec) {
        ObjectDecoder<T> decoder = new ObjectDecoder<>(
                settings.serializations().of(spec.resource().type().getClassLoader()), spec.resource());
        Shared entry = use(spec);
        Lease<T> lease = new Lease<>(spec, entry.informer, decoder, owner, () -> release(entry));
        try {
            return owner.own("informer", transport.cluster() + " " + spec.describe(), lease);
        } catch (RuntimeException e) {
            lease.close();
            throw e;
        }
    }

    private Shared use(WatchSpec<?> spec) {
        SharingKey key = spec.sharingKey();
        Shared entry;
        Registration idle;
        boolean fresh = false;
        synchronized (lock) {
            if (closed) {
                throw revoked();
            }
            entry = shared.get(key);
            if (entry == null) {
                entry = create(key, spec);
                shared.put(key, entry);
                fresh = true;
            }
            if (entry.expiry != null) {
                entry.expiry.cancel();
                entry.expiry = null;
            }
            entry.users++;
            entry.informer.users(entry.users);
            idle = entry.idle;
            entry.idle = null;
        }
        if (idle != null) {
            idle.close();
        }
        if (fresh) {
            start(entry);
        }
        return entry;
    }

    private void start(Shared entry) {
        try {
            context.fork("list-watch of " + entry.informer.describe(), entry.loop::run);
        } catch (RuntimeException e) {
            forget(entry);
            throw e;
        }
    }

    private Shared create(SharingKey key, WatchSpec<?> spec) {
        SharedInformer informer = new SharedInformer(transport.cluster(), spec.withoutClass(), context.time(), intake);
        OwnedRequests requests = new OwnedRequests(transport, context, WriteFence.open(), closedRequests -> {
        });
        return new Shared(key, informer,
                new ListWatchLoop(informer, requests, lists, settings, context.time(), context.logger()));
    }

    private RevokedException revoked() {
        return new RevokedException(
                "cluster " + transport.cluster() + " takes no more watches: " + context.id() + " has ended");
    }

    private void release(Shared entry) {
        boolean stop = false;
        boolean lingers = false;
        synchronized (lock) {
            entry.users--;
            entry.informer.users(entry.users);
            if (entry.users == 0 && shared.get(entry.key) == entry) {
                stop = closed || context.stopping().isSet() || settings.linger().isZero();
                lingers = !stop;
                if (stop) {
                    shared.remove(entry.key);
                } else {
                    Duration linger = settings.linger();
                    entry.expiry = context.time().after(linger,
                            () -> Thread.ofVirtual().inheritInheritableThreadLocals(false)
                                    .name(context.id() + "/linger").start(() -> expire(entry)));
                }
            }
        }
        if (stop) {
            entry.loop.stop();
        } else if (lingers) {
            countIdle(entry);
        }
    }

    /** Its watch is counted by nobody who uses it any more, and is still open. A quota may ask for it. */
    private void countIdle(Shared entry) {
        Registration idle;
        try {
            idle = context.keepIdle("lingering watch of " + entry.informer.describe(),
                    Cost.of(CostDimension.WATCHES, 1).and(CostDimension.CONNECTIONS, 1), () -> expire(entry));
        } catch (RevokedException e) {
            return; // the registry closes, and stops it
        }
        boolean inUse;
        synchronized (lock) {
            inUse = entry.users > 0 || entry.idle != null || shared.get(entry.key) != entry;
            if (!inUse) {
                entry.idle = idle;
            }
        }
        if (inUse) {
            idle.close();
        }
    }

    private void expire(Shared entry) {
        Registration idle;
        synchronized (lock) {
            if (entry.users > 0 || shared.get(entry.key) != entry) {
                return;
            }
            shared.remove(entry.key);
            idle = entry.idle;
        }
        entry.loop.stop();
        if (idle != null) {
            idle.close();
        }
    }

    private void forget(Shared entry) {
        synchronized (lock) {
            shared.remove(entry.key, entry);
        }
        entry.loop.stop();
        entry.informer.end();
    }

    /** The connection was lost, or is back. */
    void hurry() {
        all().forEach(entry -> entry.loop.hurry());
    }

    /** Stops all informers; readers are revoked, handlers are closed. */
    void close() {
        List<Shared> left;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(shared.values());
            shared.clear();
            for (Shared entry : left) {
                if (entry.expiry != null) {
                    entry.expiry.cancel();
                }
            }
        }
        left.forEach(entry -> entry.loop.stop());
    }

    private List<Shared> all() {
        synchronized (lock) {
            return List.copyOf(shared.values());
        }
    }

    @Override
    public List<InformerStatus> status() {
        List<InformerStatus> all = new ArrayList<>();
        for (Shared entry : all()) {
            all.add(entry.informer.status());
        }
        return all;
    }

    int backlog() {
        return all().stream().mapToInt(entry -> entry.informer.backlog()).sum();
    }
}
