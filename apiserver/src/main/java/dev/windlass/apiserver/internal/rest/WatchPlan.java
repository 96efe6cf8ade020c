package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.kind.ResourceType;
import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.Bytes;
import dev.windlass.apiserver.internal.store.Change;
import dev.windlass.apiserver.internal.store.ExpiredException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Store;
import dev.windlass.apiserver.internal.store.Stored;
import org.jspecify.annotations.Nullable;

/**
 * A watch that has been asked for, and how far it has been told. It knows nothing of the connection: whoever streams it asks for the next bytes when the
 * last ones are gone, so a slow client holds up nobody and holds no more than one batch. Used by one thread at a time.
 */
public final class WatchPlan {
    private static final int BATCH_EVENTS = 500;

    private final Target target;
    private final Selection selection;
    private final ListOptions options;
    private final Rendering rendering;
    private final Shelf shelf;
    private final String userAgent;
    private final Store store;
    private WatchFault fault = WatchFault.NONE;
    /** How many events may still be told. */
    private long left = Long.MAX_VALUE;
    /** A bookmark that is told after the next event. */
    private @Nullable Bytes late;
    private long told;
    private boolean initial;
    private boolean ended;

    WatchPlan(Target target, ListOptions options, long version, Rendering rendering, Resources resources,
            String userAgent) {
        this.target = target;
        this.selection = options.selection();
        this.options = options;
        this.rendering = rendering;
        this.shelf = resources.shelf(target.type());
        this.store = resources.store();
        this.userAgent = userAgent;
        this.initial = options.sendInitialEvents();
        this.told = version > 0 ? version : resources.store().version();
    }

    /** Before anything is told. */
    public void misbehave(WatchFault scripted) {
        fault = scripted;
        left = scripted.events();
    }

    public ResourceType type() {
        return target.type();
    }

    /** Empty for all namespaces. */
    public String namespace() {
        return selection.namespace();
    }

    public String userAgent() {
        return userAgent;
    }

    /** The media type of the events. */
    public String contentType() {
        return rendering.eventsType();
    }

    public boolean wantsBookmarks() {
        return options.bookmarks();
    }

    /** 0 when the client set none. */
    public long timeoutSeconds() {
        return options.timeoutSeconds();
    }

    /** Has somebody told when there may be more. */
    public void listen(Runnable listener) {
        shelf.listen(listener);
    }

    public void unlisten(Runnable listener) {
        shelf.unlisten(listener);
    }

    /** Whether there will never be more. */
    public boolean ended() {
        return ended;
    }

    /** Appends what has happened since the last call; nothing when nothing has. */
    public void next(Bytes out) {
        ended |= left == 0;
        if (ended) {
            return;
        }
        try {
            if (fault.expired()) {
                throw new ExpiredException(told, store.version());
            }
            if (initial) {
                tellInitial(out);
            } else {
                boolean closed = shelf.closed();
                Shelf.Batch batch = shelf.changesAfter(told, BATCH_EVENTS);
                batch.changes().forEach(change -> tell(change, out));
                told = Math.max(told, batch.through());
                // What was committed before it was closed has still to be told.
                ended = closed && batch.changes().isEmpty();
            }
            ended |= left == 0;
        } catch (ExpiredException e) {
            rendering.error(ApiException.expired(e.told()), out);
            ended = true;
        } catch (ApiException e) {
            rendering.error(e, out); // an object that nobody could convert
            ended = true;
        }
    }

    private void tellInitial(Bytes out) {
        initial = false;
        Shelf.Snapshot snapshot = shelf.snapshot(selection.namespace());
        for (Stored object : snapshot.objects()) {
            if (selection.matches(object)) {
                event("ADDED", object, out);
            }
        }
        told = snapshot.version();
        if (options.sendInitialEvents() && options.bookmarks()) {
            bookmark(true, out);
        }
    }

    private void tell(Change change, Bytes out) {
        Stored before = change.before();
        boolean was = before != null && selection.matches(before);
        boolean is = !change.deleted() && selection.matches(change.now());
        if (is) {
            event(was ? "MODIFIED" : "ADDED", change.now(), out);
        } else if (was && before != null) {
            // For the watcher it is gone; it is told the last state that it could see, at the version of the change.
            event("DELETED", change.deleted() ? change.now() : before.at(change.version()), out);
        }
    }

    private void event(String what, Stored object, Bytes out) {
        if (left == 0) {
            return;
        }
        left--;
        if (!rendering.event(what, object, out)) {
            ended = true;
            return;
        }
        if (late != null) {
            out.write(late.toBytes());
            late = null;
        }
    }

    /** Appends a bookmark for what has been told. */
    public void bookmark(Bytes out) {
        if (!initial && !ended) {
            bookmark(false, out);
        }
    }

    private void bookmark(boolean endsInitial, Bytes out) {
        if (left == 0) {
            return;
        }
        Bytes into = out;
        if (fault.lateBookmarks()) {
            into = new Bytes(256);
            late = into;
        }
        for (int i = 0; i < fault.bookmarks(); i++) {
            ended |= !rendering.bookmark(told, endsInitial, into);
        }
    }

    /** What can be refused is refused before the stream begins. */
    static WatchPlan of(Target target, Call call, Accepted accepted, Resources resources) {
        ListOptions options = ListOptions.of(call, target, true);
        long version = ListOptions.parse(options.version(), false);
        if (options.sendInitialEvents()) {
            ListOptions.refuseFuture(version, target.type(), resources);
        }
        Rendering rendering = Rendering.of(target.type(), accepted, call, resources);
        rendering.checkStream();
        return new WatchPlan(target, options, version, rendering, resources, call.userAgent());
    }

    @Override
    public String toString() {
        return type() + (namespace().isEmpty() ? "" : " in " + namespace()) + " by " + userAgent;
    }
}
