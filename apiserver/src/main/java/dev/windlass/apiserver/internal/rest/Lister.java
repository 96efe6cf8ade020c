package dev.windlass.apiserver.internal.rest;

import dev.windlass.apiserver.internal.status.ApiException;
import dev.windlass.apiserver.internal.store.ExpiredException;
import dev.windlass.apiserver.internal.store.Shelf;
import dev.windlass.apiserver.internal.store.Stored;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists, whole or page by page. */
final class Lister {
    private final Resources resources;

    Lister(Resources resources) {
        this.resources = resources;
    }

    /** Part of what is there at a version; more than one page only when it has a continue token. */
    record Page(long version, List<Stored> objects, String continueToken, @Nullable Long remaining) {
    }

    Reply.Whole list(Target target, Call call, Accepted accepted) {
        Page page = page(target, call);
        return Rendering.of(target.type(), accepted, call, resources).list(page.version(), page.objects(),
                page.continueToken(), page.remaining());
    }

    /** What a list, or a deletion of many, is about. */
    Page page(Target target, Call call) {
        ListOptions options = ListOptions.of(call, false);
        Selection selection = Selection.of(call, target);
        Shelf shelf = resources.shelf(target.type());
        String start = "";
        Shelf.Snapshot snapshot;
        if (options.continueToken().isEmpty()) {
            snapshot = snapshot(shelf, selection.namespace(), options);
        } else {
            if (options.version() > 0) {
                throw ApiException.badRequest("specifying resource version is not allowed when using continue");
            }
            ContinueToken token = ContinueToken.parse(options.continueToken());
            start = token.start();
            snapshot = resume(shelf, selection.namespace(), token);
        }
        // The real one answers a list at version 0 from its cache, whole.
        long limit = options.version() == 0 && !options.match().equals("Exact") && options.continueToken().isEmpty()
                ? 0
                : options.limit();
        return page(snapshot, selection, start, limit);
    }

    private Shelf.Snapshot snapshot(Shelf shelf, String namespace, ListOptions options) {
        ListOptions.refuseFuture(options.version(), resources);
        boolean exact = options.match().equals("Exact")
                || (options.match().isEmpty() && options.version() > 0 && options.limit() > 0);
        if (!exact) {
            return shelf.snapshot(namespace);
        }
        try {
            return shelf.snapshotAt(namespace, options.version());
        } catch (ExpiredException _) {
            throw ApiException.expired("The resourceVersion for the provided list is too old.");
        }
    }

    private Shelf.Snapshot resume(Shelf shelf, String namespace, ContinueToken token) {
        if (!token.canExpire()) {
            return shelf.snapshot(namespace);
        }
        ListOptions.refuseFuture(token.version(), resources);
        try {
            return shelf.snapshotAt(namespace, token.version());
        } catch (ExpiredException _) {
            throw token.expired();
        }
    }

    private static Page page(Shelf.Snapshot snapshot, Selection selection, String start, long limit) {
        List<Stored> objects = snapshot.after(start);
        List<Stored> page = new ArrayList<>();
        int seen = 0;
        for (Stored object : objects) {
            boolean matches = selection.matches(object);
            if (matches && limit > 0 && page.size() == limit) {
                @Nullable
                Long remaining = selection.isWhole() ? Long.valueOf(objects.size() - seen) : null;
                return new Page(snapshot.version(), page,
                        new ContinueToken(snapshot.version(), page.getLast().key()).encode(), remaining);
            }
            seen++;
            if (matches) {
                page.add(object);
            }
        }
        return new Page(snapshot.version(), page, "", null);
    }
}
