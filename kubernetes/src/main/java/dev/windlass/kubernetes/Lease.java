package dev.windlass.kubernetes;

import dev.windlass.lifecycle.Registration;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** One owner's use of a shared informer. Its handlers and indexes end with it. */
final class Lease<T extends HasMetadata> implements InformerLease<T>, Reader<T> {

    private final WatchSpec<T> spec;
    private final SharedInformer informer;
    private final ObjectDecoder<T> decoder;
    private final RunnableContext owner;
    private final Runnable release;
    private final Set<HandlerDelivery<T>> handlers = ConcurrentHashMap.newKeySet();
    private final Map<String, FieldIndex<T>> indexes = new ConcurrentHashMap<>();
    private final List<Runnable> statusActions = new CopyOnWriteArrayList<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    Lease(WatchSpec<T> spec, SharedInformer informer, ObjectDecoder<T> decoder, RunnableContext owner,
            Runnable release) {
        this.spec = spec;
        this.informer = informer;
        this.decoder = decoder;
        this.owner = owner;
        this.release = release;
    }

    @Override
    public WatchSpec<T> spec() {
        return spec;
    }

    @Override
    public HandlerRegistration addHandler(ResourceHandler<T> handler, KnownObjects known) {
        checkOpen();
        List<HandlerDelivery<T>> self = new ArrayList<>(1);
        HandlerDelivery<T> delivery = new HandlerDelivery<>(informer, decoder, handler, known, owner,
                () -> handlers.removeAll(self));
        self.add(delivery);
        handlers.add(delivery);
        informer.add(delivery);
        delivery.start();
        if (closed.get()) {
            delivery.close();
            throw revoked();
        }
        return delivery;
    }

    @Override
    public Reader<T> reader() {
        return this;
    }

    @Override
    public Registration addIndex(String name, Function<? super T, ? extends Collection<String>> values) {
        checkOpen();
        FieldIndex<T> index = new FieldIndex<>(name, decoder, values, owner.logger());
        if (indexes.putIfAbsent(name, index) != null) {
            throw new IllegalArgumentException("index \"" + name + "\" of " + spec.describe()
                    + " exists already: remove it first, or choose another name");
        }
        informer.addIndex(index);
        return () -> {
            if (indexes.remove(name, index)) {
                informer.removeIndex(index);
            }
        };
    }

    @Override
    public void onStatusChange(Runnable action) {
        checkOpen();
        Runnable isolated = () -> tellStatus(action);
        statusActions.add(isolated);
        informer.onStatusChange(isolated);
    }

    /** Whatever it throws must not end the thread of the informer, which others use too. */
    private void tellStatus(Runnable action) {
        try {
            action.run();
        } catch (Throwable e) {
            owner.logger().atError().setCause(e).addKeyValue("informer", spec.describe())
                    .log("a listener for the status of an informer failed; it is told of the next change all the same");
        }
    }

    @Override
    public InformerStatus status() {
        return informer.status();
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        handlers.forEach(HandlerDelivery::close);
        indexes.values().forEach(informer::removeIndex);
        indexes.clear();
        statusActions.forEach(informer::offStatusChange);
        release.run();
        forgetInLedger();
    }

    /** Closed by its user, the owner's ledger need not keep it; closed by the ledger, it is off already. */
    private void forgetInLedger() {
        try {
            owner.release(this);
        } catch (Exception e) {
            owner.logger().atWarn().setCause(e).addKeyValue("informer", spec.describe())
                    .log("a lease could not be taken off the ledger");
        }
    }

    private void checkOpen() {
        if (closed.get() || informer.ended()) {
            throw revoked();
        }
    }

    private RevokedException revoked() {
        return new RevokedException("the informer of " + spec.describe() + " was given up by " + owner.id()
                + ", or its cluster has been stopped: it can no longer be read");
    }

    // ---- reader

    @Override
    public Optional<T> get(ObjectKey key) {
        StoredObject stored = informer.get(key);
        checkOpen();
        return Optional.ofNullable(stored).map(decoder::decode);
    }

    @Override
    public List<T> list() {
        return decode(stored -> true);
    }

    @Override
    public List<T> list(String namespace) {
        return decode(inNamespace(namespace));
    }

    @Override
    public List<T> select(String labelSelector) {
        return decode(labelled(labelSelector));
    }

    @Override
    public List<T> select(String namespace, String labelSelector) {
        return decode(inNamespace(namespace).and(labelled(labelSelector)));
    }

    private static Predicate<StoredObject> inNamespace(String namespace) {
        return stored -> stored.key().namespace().equals(namespace);
    }

    private Predicate<StoredObject> labelled(String text) {
        LabelSelector selector = LabelSelector.parse(text);
        return selector.isEverything() ? stored -> true : stored -> selector.matches(decoder.labels(stored));
    }

    private List<T> decode(Predicate<StoredObject> which) {
        List<T> found = new ArrayList<>();
        for (StoredObject stored : informer.objects()) {
            if (which.test(stored)) {
                found.add(decoder.decode(stored));
            }
        }
        checkOpen();
        return found;
    }

    @Override
    public List<T> byIndex(String index, String value) {
        FieldIndex<T> found = indexes.get(index);
        checkOpen();
        if (found == null) {
            throw new IllegalArgumentException(
                    "there is no index \"" + index + "\" of " + spec.describe() + ": there are "
                            + indexes.keySet().stream().sorted().toList());
        }
        List<T> objects = new ArrayList<>();
        for (ObjectKey key : found.keys(value)) {
            @Nullable
            StoredObject stored = informer.get(key);
            if (stored != null) {
                objects.add(decoder.decode(stored));
            }
        }
        checkOpen();
        return objects;
    }

    @Override
    public List<ObjectKey> keys() {
        List<ObjectKey> keys = new ArrayList<>(informer.size());
        informer.objects().forEach(stored -> keys.add(stored.key()));
        checkOpen();
        return keys;
    }

    @Override
    public boolean contains(ObjectKey key) {
        boolean found = informer.get(key) != null;
        checkOpen();
        return found;
    }

    @Override
    public int size() {
        int size = informer.size();
        checkOpen();
        return size;
    }
}
