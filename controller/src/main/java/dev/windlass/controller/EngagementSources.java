package dev.windlass.controller;

import dev.windlass.kubernetes.ClusterConnection;
import dev.windlass.kubernetes.KnownObjects;
import dev.windlass.kubernetes.ObjectKey;
import dev.windlass.kubernetes.Reader;
import dev.windlass.kubernetes.ResourceType;
import dev.windlass.kubernetes.WatchSpec;
import dev.windlass.lifecycle.RevokedException;
import dev.windlass.lifecycle.RunnableContext;
import dev.windlass.workqueue.WorkQueue;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The watches of one engagement, from the beginning of its sync to its end, and what can be read of what they watch. Watches that were added
 * to the controller come and go meanwhile. Thread-safe; the monitor guards whether they are open.
 */
final class EngagementSources implements CacheReader {

    private final Controller<?> controller;
    private final ClusterConnection connection;
    private final MapContext mapping;
    private final Runnable onNews;
    private final Consumer<WatchHandle> onExtraSynced;
    private final List<Source<?>> sources = new CopyOnWriteArrayList<>();
    private @Nullable Opened opened; // null before the beginning and after the end

    private record Opened(RunnableContext context, WorkQueue<ObjectKey> queue, FirstState first) {
    }

    /**
     * @param mapping for mappers
     * @param onNews called, and must not block, when something that is told here may be another
     * @param onExtraSynced called when one that was added has synced
     */
    EngagementSources(Controller<?> controller, ClusterConnection connection, MapContext mapping, Runnable onNews,
            Consumer<WatchHandle> onExtraSynced) {
        this.controller = controller;
        this.connection = connection;
        this.mapping = mapping;
        this.onNews = onNews;
        this.onExtraSynced = onExtraSynced;
    }

    // ---- they come and go

    synchronized void open(RunnableContext context, WorkQueue<ObjectKey> queue, FirstState first,
            Supplier<List<WatchHandle>> extras, EngagementCarryOver carried) {
        Opened now = new Opened(context, queue, first);
        opened = now;
        for (Watch<?> watch : controller.watches()) {
            sources.add(source(watch, now, carried.known(watch.id()), () -> {
            }));
        }
        // Asked for only now: one that comes or goes meanwhile waits for this lock, and is opened or closed after that.
        extras.get().forEach(extra -> open(extra, now, carried.known(extra.id())));
    }

    private <S extends HasMetadata> Source<S> source(Watch<S> watch, Opened now, KnownObjects known,
            Runnable onSynced) {
        return new Source<>(watch, connection.informers().acquire(now.context, watch.spec()), known, mapping, now.queue,
                now.first, onNews, onSynced);
    }

    private void open(WatchHandle extra, Opened now, KnownObjects known) {
        if (of(extra.id()).isEmpty()) {
            sources.add(source(extra.watch(), now, known, () -> onExtraSynced.accept(extra)));
        }
    }

    /** A watch was added to the controller. */
    synchronized void open(WatchHandle extra) {
        Opened now = opened;
        if (now == null) {
            return;
        }
        try {
            open(extra, now, KnownObjects.none());
        } catch (RevokedException e) { // it is ending, and the next one opens what the controller has then
            now.context.logger().atDebug().setCause(e).addKeyValue("watch", extra.id()).log("not opened any more");
        }
    }

    /** A watch of the controller was closed. Returns when no callback of it runs. */
    void close(WatchHandle extra) {
        Optional<Source<?>> gone;
        synchronized (this) {
            gone = of(extra.id());
            gone.ifPresent(sources::remove);
        }
        gone.ifPresent(source -> {
            source.detach();
            source.lease().close();
        });
        onNews.run(); // its trouble, or its sync, is nobody's concern any more
    }

    /** None is added any more. Returns those that are to be detached and closed. */
    synchronized List<Source<?>> end() {
        opened = null;
        return List.copyOf(sources);
    }

    /** Whether more can be added: after the beginning, before the end. */
    synchronized boolean isOpen() {
        return opened != null;
    }

    // ---- what they are like

    private Optional<Source<?>> of(String watch) {
        for (Source<?> source : sources) {
            if (source.watch().id().equals(watch)) {
                return Optional.of(source);
            }
        }
        return Optional.empty();
    }

    /** How many watches they need. */
    long count() {
        return sources.stream().map(source -> source.watch().spec()).distinct().count();
    }

    boolean synced() {
        return sources.stream().allMatch(Source::synced);
    }

    boolean synced(WatchHandle extra) {
        return of(extra.id()).filter(Source::synced).isPresent();
    }

    boolean heldBack() {
        return sources.stream().anyMatch(Source::heldBack);
    }

    boolean hindered() {
        return sources.stream().anyMatch(Source::hindered);
    }

    /** What keeps them from working, or the empty string. */
    String trouble() {
        return sources.stream().map(Source::trouble).filter(trouble -> !trouble.isEmpty()).distinct()
                .collect(Collectors.joining("; "));
    }

    String describe(String watch) {
        return of(watch).map(source -> {
            String trouble = source.trouble();
            return (trouble.isEmpty() ? "synced" : trouble) + ", backlog " + source.backlog();
        }).orElse("closed");
    }

    /** What was there at the start, by kind; complete when they are synced. */
    Map<WatchSpec<?>, CatchUp> found() {
        return sources.stream().collect(
                Collectors.toUnmodifiableMap(source -> source.watch().spec(), Source::found, CatchUp::and));
    }

    /** Returns when what waits for delivery now has been delivered. */
    void awaitDelivered() throws InterruptedException {
        for (Source<?> source : sources) {
            source.awaitDelivered();
        }
    }

    // ---- what is read through them

    /** Whether an object that is reconciled is in the cache. */
    boolean sees(ObjectKey key) {
        return sources.stream().filter(source -> source.watch().isPrimary())
                .anyMatch(source -> source.lease().reader().get(key).isPresent());
    }

    @Override
    public <S extends HasMetadata> Optional<S> get(Request<S> request) {
        return reader(request.resource()).get(request.key());
    }

    @Override
    public <S extends HasMetadata> Reader<S> reader(Class<S> type) {
        List<ResourceType<?>> kinds = sources.stream().<ResourceType<?>>map(source -> source.watch().spec().resource())
                .filter(kind -> kind.type() == type).distinct().toList();
        if (kinds.size() > 1) {
            throw new IllegalArgumentException(controller.spec().name() + " watches several kinds as "
                    + type.getSimpleName() + ", " + kinds.stream().map(ResourceType::resource).sorted().toList()
                    + ": say which one with reader(ResourceType)");
        }
        if (kinds.isEmpty()) {
            throw unwatched(type.getSimpleName());
        }
        return found(kinds.getFirst(), type.getSimpleName());
    }

    @Override
    public <S extends HasMetadata> Reader<S> reader(ResourceType<S> kind) {
        return found(kind, kind.resource() + " as " + kind.type().getSimpleName());
    }

    private <S extends HasMetadata> Reader<S> found(ResourceType<?> kind, String asked) {
        for (Source<?> source : sources) {
            if (source.watch().spec().resource().equals(kind)) {
                @SuppressWarnings("unchecked") // the class is part of the kind
                Source<S> found = (Source<S>) source;
                return found.lease().reader();
            }
        }
        throw unwatched(asked);
    }

    private IllegalArgumentException unwatched(String asked) {
        return new IllegalArgumentException(
                controller.spec().name() + " does not watch " + asked
                        + ", only " + sources.stream().map(source -> source.watch().id()).toList()
                        + ": add owns(…) or watches(…), or read from the server with client()");
    }
}
